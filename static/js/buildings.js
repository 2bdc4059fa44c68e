/* The building picture: arrow keys move from flat to flat, what the flat is stands in words below. */
(() => {
  const plan = document.querySelector("[data-plan]");
  if (!plan) return;
  const said = plan.querySelector("[data-said]");
  const flats = [...plan.querySelectorAll("[data-flat]")];

  /* Rows as the eye sees them: two flats on one spot stand below each other but belong to one column. */
  const rows = [...plan.querySelectorAll("tbody tr, [data-plan-row]")].map((row) =>
    row.matches("tr")
      ? [...row.cells].slice(1).flatMap((cell, column) => [...cell.querySelectorAll("[data-flat]")].map((flat) => ({ flat, column })))
      : [...row.querySelectorAll("[data-flat]")].map((flat, column) => ({ flat, column })),
  );

  function say(flat) {
    said.textContent = flat.getAttribute("aria-label").trim();
  }

  function go(flat) {
    for (const other of flats) other.tabIndex = other === flat ? 0 : -1;
    flat.focus();
    flat.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function beside(flat, key) {
    const at = rows.findIndex((row) => row.some((place) => place.flat === flat));
    const row = rows[at];
    const index = row.findIndex((place) => place.flat === flat);
    if (key === "ArrowLeft") return row[index - 1];
    if (key === "ArrowRight") return row[index + 1];
    if (key === "Home") return row[0];
    if (key === "End") return row.at(-1);
    const step = key === "ArrowUp" ? -1 : 1;
    const next = row[index + step];
    if (next && next.column === row[index].column) return next;
    const near = rows.slice(step < 0 ? 0 : at + 1, step < 0 ? at : undefined);
    const target = (step < 0 ? near.reverse() : near).find((places) => places.length);
    const distance = (place) => Math.abs(place.column - row[index].column);
    return target?.reduce((best, place) => (distance(place) < distance(best) ? place : best));
  }

  plan.addEventListener("keydown", (event) => {
    const keys = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];
    const flat = event.target.closest("[data-flat]");
    if (!flat || !keys.includes(event.key) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const found = beside(flat, event.key);
    if (found) go(found.flat);
  });
  for (const name of ["focusin", "pointerover"])
    plan.addEventListener(name, (event) => {
      const flat = event.target.closest("[data-flat]");
      if (flat) say(flat);
    });
  /* Not while something is typed: a filter that was just used keeps the hand in it. */
  if (document.activeElement === document.body) go(flats.find((flat) => !flat.classList.contains("is-off")) ?? flats[0]);
})();
