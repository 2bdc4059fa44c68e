/* Rows of a form that can be added and removed; a blank row stands ready in a template, its number to be filled in. */
(() => {
  const next = new WeakMap();

  function numberFor(list) {
    const entries = list.querySelector("[data-row-entries]");
    const number = next.get(list) ?? entries.children.length;
    next.set(list, number + 1);
    return String(number);
  }

  function add(list) {
    const blank = list.querySelector(":scope > [data-row-blank]");
    const made = document.createElement("template");
    made.innerHTML = blank.innerHTML.replaceAll(list.dataset.mark, numberFor(list));
    const row = made.content.firstElementChild;
    list.querySelector(":scope > [data-row-entries]").append(row);
    row.querySelector("input, select")?.focus();
  }

  document.addEventListener("click", (event) => {
    const adding = event.target.closest("[data-row-add]");
    const removing = event.target.closest("[data-row-remove]");
    if (adding) add(adding.closest("[data-row-list]"));
    if (removing) {
      const list = removing.closest("[data-row-list]");
      if (!next.has(list)) next.set(list, list.querySelector("[data-row-entries]").children.length);
      removing.closest("[data-row-entry]").remove();
      list.querySelector(":scope > [data-row-add]").focus();
    }
  });
})();
