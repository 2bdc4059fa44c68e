/* Numbers as people type them here: full-width digits and 。 become plain ones, commas are allowed, yuan get two places. */
(() => {
  const WIDE = /[０-９]/g;
  const FEN = /^(-?)(\d{0,13}|\d{1,3}(?:,\d{3})+)(?:\.(\d{0,2}))?$/;

  function plain(text) {
    return text
      .replace(WIDE, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
      .replace(/[。．]/g, ".")
      .replace(/[，、]/g, ",")
      .replace(/[－−–]/g, "-")
      .replace(/[\s¥￥　]/g, "");
  }

  /* Whole fen as an integer, null for an empty field, NaN for what is not an amount: no fraction ever meets a float.
     A comma must stand before three digits: 12,50 is not 1,250. */
  function fenOf(text) {
    const bare = plain(text);
    if (bare === "") return null;
    const parts = FEN.exec(bare);
    if (!parts || (parts[2] === "" && !parts[3])) return NaN;
    const fen = Number(parts[2].replaceAll(",", "") || "0") * 100 + Number((parts[3] || "").padEnd(2, "0"));
    return parts[1] ? -fen : fen;
  }

  function money(fen, sign = "−") {
    const whole = Math.trunc(Math.abs(fen) / 100);
    const rest = String(Math.abs(fen) % 100).padStart(2, "0");
    return (fen < 0 ? sign : "") + String(whole).replace(/\B(?=(\d{3})+$)/g, ",") + "." + rest;
  }

  const wanted = "input[data-money], input[data-number]";

  function tidy(input) {
    const before = input.value;
    const after = plain(before);
    if (before === after) return;
    const tail = before.length - (input.selectionEnd ?? before.length);
    input.value = after;
    const at = Math.max(after.length - tail, 0);
    input.setSelectionRange(at, at);
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches?.(wanted) && !event.isComposing) tidy(event.target);
  }, true);
  document.addEventListener("compositionend", (event) => {
    if (!event.target.matches?.(wanted)) return;
    tidy(event.target);
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });
  document.addEventListener("focusout", (event) => {
    const input = event.target;
    if (!input.matches?.("input[data-money]")) return;
    const fen = fenOf(input.value);
    if (Number.isNaN(fen)) input.setAttribute("aria-invalid", "true");
    else {
      input.removeAttribute("aria-invalid");
      if (fen !== null) input.value = money(fen, "-");
    }
  });

  Object.assign(window.heatdesk, { fenOf, money });
})();
