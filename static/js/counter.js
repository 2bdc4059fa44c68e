/* The counter's arithmetic for the eye, in whole fen; the server reckons anew. Rules as written in billing/counter/show.html. */
(() => {
  const { fenOf, money } = window.heatdesk;

  /* ---- printing: the paper is loaded out of sight and sent to the printer ------------------------------------------ */
  function print(url) {
    document.querySelector(".print-frame")?.remove();
    const frame = document.createElement("iframe");
    frame.className = "print-frame";
    frame.title = "";
    frame.addEventListener("load", () => {
      try {
        frame.contentWindow.print();
      } catch {
        window.open(url, "_blank", "noopener");
      }
    });
    frame.src = url;
    document.body.append(frame);
  }
  const paper = document.querySelector("[data-print-paper]");
  if (paper) {
    const address = new URL(location.href);
    /* A reload must not print a second time. */
    address.searchParams.delete("printed");
    history.replaceState(null, "", address);
    print(paper.dataset.printPaper);
  }
  document.addEventListener("click", (event) => {
    const phone = event.target.closest("[data-shows-phone]");
    if (phone) phone.hidden = true;
  });
  if (document.querySelector("[data-focus-search]")) document.getElementById("search-words").focus();

  const pay = document.getElementById("pay");
  if (!pay) return;

  const tenders = [...pay.querySelectorAll("[data-tender]")];
  const rows = [...document.querySelectorAll("[data-due-row]")];
  const tick = (row) => row.querySelector("input[name=season]");
  const all = document.querySelector("[data-tick-all]");
  const part = pay.querySelector("input[name=part]");
  const keep = pay.querySelector("input[name=surplus]");
  const fault = pay.querySelector("[data-fault]");
  const step = Number(pay.dataset.cashStep);
  const rounded = (fen) => Math.floor((2 * fen + step) / (2 * step)) * step;
  const sumOf = (name) => rows.filter((row) => tick(row).checked).reduce((sum, row) => sum + Number(row.dataset[name]), 0);
  const amount = (input) => fenOf(input.value) ?? 0;
  const others = (input) => tenders.filter((other) => other !== input).reduce((sum, other) => sum + (amount(other) || 0), 0);

  /* What part payment leaves owed: a row that is not closed keeps its discount. Oldest season first, as the server does. */
  function forfeited(missing) {
    let left = sumOf("due") - missing;
    let lost = 0;
    for (const row of [...rows].reverse().filter((one) => tick(one).checked)) {
      if (left < Number(row.dataset.due)) lost += Number(row.dataset.less);
      left = Math.max(left - Number(row.dataset.due), 0);
    }
    return lost;
  }

  function reckon() {
    const due = sumOf("due");
    const taken = tenders.reduce((sum, input) => sum + amount(input), 0);
    const cash = tenders.filter((input) => input.dataset.tender === "cash").reduce((sum, input) => sum + amount(input), 0);
    const rest = due - (taken - cash);
    const result = { due, taken, cash, rounding: 0, change: 0, missing: 0, surplus: 0, kept: 0 };
    if (Number.isNaN(taken)) return result;
    if (keep.checked) return { ...result, kept: Math.max(taken - due, 0), missing: Math.max(due - taken, 0) };
    if (rest <= 0) return { ...result, change: cash, surplus: -rest };
    if (cash > 0 && cash >= rounded(rest)) {
      const exact = cash >= rest && cash < rounded(rest);
      const asked = exact ? rest : rounded(rest);
      return { ...result, rounding: asked - rest, change: cash - asked };
    }
    if (cash >= rest) return { ...result, change: cash - rest };
    return { ...result, missing: rest - cash };
  }

  function write(name, text) {
    for (const place of document.querySelectorAll(`[data-sum="${name}"]`)) place.textContent = text;
  }

  function show() {
    const { due, taken, rounding, change, missing, surplus, kept } = reckon();
    for (const name of ["charged", "reduced", "paid", "penalty"]) write(name, sumOf(name) ? money(sumOf(name)) : "–");
    write("due", money(due));
    pay.elements.shown_due.value = money(due, "-").replaceAll(",", "");
    const ticked = rows.filter((row) => tick(row).checked).length;
    for (const place of document.querySelectorAll("[data-ticked]")) place.textContent = place.dataset.ticked.replace("{n}", ticked);
    const count = pay.querySelector("[data-count-label]");
    if (rows.length) count.textContent = count.dataset.countLabel.replace("{n}", ticked);
    pay.querySelector("[data-capitals]").classList.toggle("invisible", due !== Number(pay.dataset.capitalsFor));
    if (all) {
      all.checked = rows.length > 0 && ticked === rows.length;
      all.indeterminate = ticked > 0 && ticked < rows.length;
      all.disabled = rows.length === 0;
    }
    write("taken", taken ? money(taken) : "–");
    write("rounding", rounding ? (rounding > 0 ? "+" : "") + money(rounding) : "–");
    const short = missing > 0 && taken > 0;
    const label = kept ? "sayKept" : short ? (part.checked ? "sayPart" : "sayLacking") : "sayChange";
    const line = pay.querySelector(".change");
    line.querySelector("[data-change-label]").textContent = pay.dataset[label];
    line.classList.toggle("is-short", short);
    line.classList.toggle("is-kept", kept > 0);
    write("change", taken ? money(kept || (short ? missing + (part.checked ? forfeited(missing) : 0) : change)) : "–");
    /* Too much and too little never come together, so the two answers share a place. */
    const over = surplus > 0 || change > 0 || kept > 0 || (keep.checked && due > 0);
    pay.querySelector("[data-keep]").hidden = !over;
    pay.querySelector("[data-part]").hidden = due === 0 || (over && !part.checked);
    for (const input of tenders) {
      const reference = input.parentElement.querySelector(".tender-reference");
      if (reference) reference.hidden = !(amount(input) > 0);
    }
  }

  /* An F-key puts what is still missing into its tender; a sum that was only put there by a key moves along. */
  function fill(input) {
    const moved = tenders.filter((other) => other !== input && other.dataset.byKey);
    const before = sumOf("due") - others(input);
    const wanted = before > 0 ? before : moved.length === 1 ? before + amount(moved[0]) : 0;
    if (wanted <= 0) return;
    if (input.value.trim() && !input.dataset.byKey) return;
    const limit = input.dataset.tender === "prepayment" ? Number(pay.dataset.prepayment) : Infinity;
    const put = input.dataset.tender === "cash" ? rounded(wanted) : Math.min(wanted, limit);
    if (before <= 0) {
      const left = wanted - put;
      moved[0].value = left > 0 ? money(left, "-") : "";
      if (left <= 0) delete moved[0].dataset.byKey;
    }
    input.value = money(put, "-");
    input.dataset.byKey = "yes";
  }

  function complain(sentence, fen, place) {
    fault.textContent = pay.dataset[sentence].replace("{amount}", money(fen ?? 0));
    fault.hidden = false;
    place?.focus();
    place?.select?.();
  }

  pay.addEventListener("heatdesk:key", (event) => {
    if (!event.target.dataset.tender) return;
    fill(event.target);
    event.target.select();
    fault.hidden = true;
    show();
  });
  pay.addEventListener("input", (event) => {
    delete event.target.dataset.byKey;
    fault.hidden = true;
    show();
  });
  pay.addEventListener("focusin", (event) => {
    if (event.target.dataset.tender) event.target.select();
  });
  pay.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.target.type === "checkbox" || !event.target.matches("input")) return;
    event.preventDefault();
    const reference = event.target.parentElement.querySelector(".tender-reference:not([hidden])");
    if (reference && reference !== event.target) reference.focus();
    else pay.querySelector("[data-take]").focus();
  });
  document.addEventListener("change", (event) => {
    if (event.target === all) for (const row of rows) tick(row).checked = all.checked;
    if (event.target.name === "season")
      for (const row of rows) if (tick(row).value === event.target.value) tick(row).checked = event.target.checked;
    const filled = tenders.filter((input) => input.value.trim());
    if ((event.target === all || event.target.name === "season") && filled.length === 1 && filled[0].dataset.byKey) {
      filled[0].value = "";
      fill(filled[0]);
    }
    show();
  });

  /* Runs before the guard against pressing twice, so a stopped form is not counted as sent. */
  pay.addEventListener("submit", (event) => {
    const { due, taken, missing, surplus } = reckon();
    const unreadable = tenders.find((input) => Number.isNaN(amount(input)));
    const negative = tenders.find((input) => amount(input) < 0);
    const prepaid = tenders.find((input) => input.dataset.tender === "prepayment");
    const first = tenders[0];
    if (unreadable) complain("sayInvalid", 0, unreadable);
    else if (negative) complain("sayNegative", 0, negative);
    else if (prepaid && amount(prepaid) > Number(pay.dataset.prepayment)) complain("sayPrepayment", Number(pay.dataset.prepayment), prepaid);
    else if (taken === 0) complain("sayNothing", 0, first);
    else if (missing > 0 && !part.checked) complain("sayMissing", missing, tenders.find((input) => !input.value && !input.disabled) || first);
    else if (surplus > 0 && due > 0) complain("saySurplus", surplus, tenders.find((input) => input.dataset.tender !== "cash" && amount(input)));
    else return;
    event.preventDefault();
  });

  const bar = document.querySelector(".pay-bar");
  if (bar) new IntersectionObserver(([seen]) => bar.classList.toggle("is-idle", seen.isIntersecting)).observe(pay);
  if (rows.length === 0) keep.checked = true;
  show();
})();
