/* The count adds itself up while it is typed; Enter goes on to the next field, so a drawer is typed from the number keys alone. */
(() => {
  const { fenOf, money } = window.heatdesk;
  const form = document.getElementById("count");
  if (!form) return;

  const fields = [...form.querySelectorAll("[data-counts]")];
  const plain = (text) => text.replaceAll(",", "").trim();

  function worth(field) {
    if (!field.dataset.worth) return fenOf(field.value) ?? 0;
    const pieces = plain(field.value);
    return /^\d{0,6}$/.test(pieces) ? Number(pieces) * Number(field.dataset.worth) : NaN;
  }

  function show() {
    let cash = 0;
    for (const field of form.querySelectorAll(".pieces [data-counts]")) {
      const fen = worth(field);
      cash += fen;
      const sum = field.closest(".piece").querySelector("[data-row-sum]");
      if (sum) sum.textContent = fen ? money(fen) : "–";
      if (Number.isNaN(fen)) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
    form.querySelector("[data-cash-sum]").textContent = Number.isNaN(cash) ? "–" : "¥" + money(cash);
  }

  form.addEventListener("input", show);
  form.addEventListener("focusin", (event) => event.target.select?.());
  form.addEventListener("keydown", (event) => {
    if (event.isComposing || !event.target.matches("[data-counts]")) return;
    const at = fields.indexOf(event.target);
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    (fields[at + step] ?? (step > 0 ? form.querySelector("[type=submit]") : fields[0])).focus();
  });
  if (!form.querySelector("[autofocus]")) fields[0].focus();
  show();
})();
