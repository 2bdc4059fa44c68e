/* Runs before the first paint so that a dark page never flashes white. The choice lives in this browser only. */
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const choice = () => {
    try {
      return localStorage.getItem("heatdesk-theme") || "system";
    } catch {
      return "system";
    }
  };
  const show = () => {
    const theme = choice() === "system" ? (dark.matches ? "dark" : "light") : choice();
    document.documentElement.setAttribute("data-bs-theme", theme);
    for (const button of document.querySelectorAll("[data-theme-choice]"))
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice()));
  };
  show();
  dark.addEventListener("change", show);
  window.addEventListener("storage", show);
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    try {
      localStorage.setItem("heatdesk-theme", button.dataset.themeChoice);
    } catch {
      document.documentElement.setAttribute("data-bs-theme", button.dataset.themeChoice);
      return;
    }
    show();
  });
})();
