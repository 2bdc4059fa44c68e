/* The fee calculator: rows come and go without a page, faults of the answer are written at their fields. */
(() => {
  const form = document.getElementById("quote");
  const answer = document.getElementById("answer");
  if (!form) return;

  /* The server counts the rows of a list from nought without gaps, so the page does too: a fault finds its field. */
  function number(row, count) {
    for (const part of [row, ...row.querySelectorAll("*")])
      for (const name of ["name", "id", "for", "aria-describedby"])
        if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace(/-(?:\d+|__n__)-/, `-${count}-`));
  }

  function add(list) {
    const rows = list.querySelector("[data-rows-here]");
    const row = list.querySelector("template").content.firstElementChild.cloneNode(true);
    number(row, rows.children.length);
    rows.append(row);
    row.querySelector("select, input").focus();
  }

  function remove(row) {
    const list = row.closest("[data-list]");
    const after = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    [...list.querySelector("[data-rows-here]").children].forEach(number);
    (after?.querySelector("select, input") ?? list.querySelector("[data-adds-row]")).focus();
    answer.dispatchEvent(new Event("reckon"));
  }

  form.addEventListener("click", (event) => {
    const adds = event.target.closest("[data-adds-row]");
    if (adds) add(adds.closest("[data-list]"));
    const removes = event.target.closest("[data-removes-row]");
    if (removes) remove(removes.closest("[data-row]"));
  });

  function mark(field, sentence) {
    const place = field.matches("[data-list]") ? field.querySelector("[data-list-faults]") : field.closest(".field");
    const fault = document.createElement("span");
    fault.className = "fault";
    fault.innerHTML = '<i class="bi bi-exclamation-circle" aria-hidden="true"></i>';
    fault.append(sentence);
    place.append(fault);
    if (field.matches("[data-list]")) return;
    fault.id = `${field.id}-fault-1`;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", fault.id);
    field.closest("details")?.setAttribute("open", "");
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== answer) return;
    for (const fault of form.querySelectorAll(".fault")) fault.remove();
    for (const field of form.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
    for (const said of answer.querySelectorAll("[data-fault-for]")) {
      const field = said.dataset.faultFor && document.getElementById(said.dataset.faultFor);
      if (field) mark(field, said.dataset.fault);
    }
  });
})();
