/* Keys, lists, the guard against pressing twice, small notices. Everything works by attributes, so pages need no script. */
window.heatdesk = (() => {
  const say = document.body.dataset;
  const visible = (element) => !element.disabled && element.getClientRects().length > 0;
  const editable = (element) =>
    element instanceof HTMLElement &&
    (element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])"));

  /* ---- small notices --------------------------------------------------------------------------------------------- */
  function toast(text, tone = "info") {
    const icons = { good: "check-circle", warn: "exclamation-triangle", bad: "x-octagon", info: "info-circle" };
    const notice = document.createElement("div");
    notice.className = `notice notice-${tone}`;
    notice.innerHTML = `<i class="bi bi-${icons[tone]}" aria-hidden="true"></i><span></span>
      <button type="button" class="close" data-closes><i class="bi bi-x-lg" aria-hidden="true"></i></button>`;
    notice.querySelector("span").textContent = text;
    notice.querySelector("button").setAttribute("aria-label", say.sayClose);
    document.getElementById("toasts").replaceChildren(notice);
    if (tone === "good" || tone === "info") setTimeout(() => notice.remove(), 6000);
  }

  /* ---- keys ------------------------------------------------------------------------------------------------------ */
  function nameOf(event) {
    const key = event.key.length === 1 && event.altKey ? event.key.toUpperCase() : event.key;
    return (event.ctrlKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "") + key;
  }

  function act(element, event) {
    event.preventDefault();
    if (editable(element)) {
      element.focus();
      element.select?.();
      element.dispatchEvent(new CustomEvent("heatdesk:key", { bubbles: true }));
    } else if (element.dataset.opens) openSheet(document.getElementById(element.dataset.opens));
    else {
      element.click();
      if (element.matches("summary")) element.parentElement.querySelector("input:not([type=hidden])")?.focus();
    }
  }

  function openSheet(sheet) {
    const list = sheet.querySelector("[data-lists-keys]");
    if (list) {
      list.replaceChildren();
      const seen = new Set();
      for (const element of document.querySelectorAll("[data-key]")) {
        const key = element.dataset.key;
        const useful = visible(element) || element.dataset.opens;
        if (seen.has(key) || !useful) continue;
        seen.add(key);
        const row = document.createElement("div");
        row.innerHTML = "<dt><kbd></kbd></dt><dd></dd>";
        row.querySelector("kbd").textContent = key === "Escape" ? "Esc" : key;
        row.querySelector("dd").textContent = element.dataset.keyLabel || element.textContent.trim();
        list.append(row);
      }
    }
    sheet.showModal();
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const typing = editable(event.target);
    if (typing && event.key.length === 1 && !event.altKey) return;
    if (moveInList(event, typing) || event.repeat) return;
    const name = nameOf(event);
    const matching = [...document.querySelectorAll("[data-key]")].filter((element) => element.dataset.key === name);
    const target = matching.find((element) => visible(element) || element.dataset.opens);
    if (target) act(target, event);
    else if (matching.length) event.preventDefault();
  });

  /* ---- lists: j and k move, Enter opens -------------------------------------------------------------------------- */
  function rows() {
    return [...document.querySelectorAll("[data-rows] > *")].filter((row) => row.dataset.href && visible(row));
  }

  function moveInList(event, typing) {
    if (typing || event.ctrlKey || event.altKey || event.metaKey) return false;
    const all = rows();
    if (!all.length) return false;
    const at = all.findIndex((row) => row.classList.contains("is-current"));
    if (event.key === "j" || event.key === "k") {
      const next = all[Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), all.length - 1)];
      all[at]?.classList.remove("is-current");
      next.classList.add("is-current");
      next.scrollIntoView({ block: "nearest" });
      event.preventDefault();
      return true;
    }
    if (event.key === "Enter" && at >= 0 && !event.target.closest("a, button, summary")) {
      location.assign(all[at].dataset.href);
      return true;
    }
    return false;
  }

  document.addEventListener("click", (event) => {
    const closes = event.target.closest("[data-closes]");
    if (closes) closes.closest(".notice").remove();
    if (event.target.closest("[data-prints]")) window.print();
    const opens = event.target.closest("[data-opens]");
    if (opens) openSheet(document.getElementById(opens.dataset.opens));
    const toggles = event.target.closest("[data-toggles]");
    if (toggles) {
      const shown = toggles.getAttribute("aria-expanded") !== "true";
      toggles.setAttribute("aria-expanded", String(shown));
      for (const part of document.querySelectorAll(toggles.dataset.toggles)) part.hidden = !shown;
    }
    const row = event.target.closest("[data-rows] > [data-href]");
    if (row && !event.target.closest("a, button, input, label") && !String(getSelection())) location.assign(row.dataset.href);
  });

  /* ---- pressing twice: one request is under way at a time; an answer, or its absence, frees the form --------------- */
  function free(form) {
    clearTimeout(form.heatdeskWaiting);
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const method = event.submitter?.getAttribute("formmethod") || form.getAttribute("method");
    if (method?.toLowerCase() !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
    form.heatdeskWaiting = setTimeout(() => {
      free(form);
      toast(say.sayWaiting, "warn");
    }, 20000);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(free));

  /* ---- htmx: failures become sentences ---------------------------------------------------------------------------- */
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("form");
    if (form) free(form);
  });
  document.addEventListener("htmx:sendError", () => toast(say.sayOffline, "warn"));
  document.addEventListener("htmx:responseError", (event) => {
    const answer = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    toast(answer.querySelector("[role=alert]")?.textContent.trim() || say.sayFailed, "bad");
  });

  document.querySelector(".rooms [aria-current]")?.scrollIntoView({ block: "nearest" });
  document.querySelector("[data-focus]")?.focus();
  return { toast, editable };
})();
