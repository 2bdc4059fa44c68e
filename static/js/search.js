/* The search of the top bar: arrows choose, Enter opens; a scanned card number with Enter waits for its own answer. */
(() => {
  const input = document.getElementById("search-words");
  if (!input) return;
  const box = document.getElementById("search-results");
  let wantsFirst = false;

  const options = () => [...box.querySelectorAll("[role=option]")];
  const chosen = () => box.querySelector("[aria-selected=true]");
  /* Results belong to the words they answer; older ones must not be opened by a fast Enter. */
  const current = () => box.querySelector("[data-words]")?.dataset.words === input.value.trim();

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function close() {
    box.replaceChildren();
    wantsFirst = false;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function open(option) {
    location.assign(option.querySelector("a").href);
  }

  function onlyOne() {
    const all = options();
    return all.find((option) => option.hasAttribute("data-exact")) || (all.length === 1 ? all[0] : null);
  }

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = options();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!all.length) return;
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!input.value.trim()) return;
      if (!current()) {
        wantsFirst = true;
        htmx.trigger(input, "look");
      } else if (chosen()) open(chosen());
    } else if (event.key === "Escape" && (input.value || box.childElementCount)) {
      event.preventDefault();
      event.stopPropagation();
      input.value = "";
      close();
    }
  });

  input.addEventListener("input", () => {
    wantsFirst = false;
    if (!input.value.trim()) close();
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt === input && !input.value.trim()) event.preventDefault();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== box) return;
    if (!current()) {
      if (!input.value.trim()) close();
      return;
    }
    input.setAttribute("aria-expanded", String(options().length > 0));
    const single = onlyOne();
    if (wantsFirst && single) open(single);
    else choose(single || options()[0]);
    wantsFirst = false;
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest("#search")) close();
  });
})();
