// Runs in the head, before the first paint: light, dark, or what the system prefers.
(() => {
  const root = document.documentElement;
  const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
  const kept = () => document.cookie.match(/(?:^|; )theme=(light|dark|auto)/)?.[1] ?? "auto";

  function apply() {
    const choice = kept();
    root.dataset.theme = choice;
    root.dataset.bsTheme = choice === "auto" ? (prefersDark.matches ? "dark" : "light") : choice;
  }

  apply();
  prefersDark.addEventListener("change", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    document.cookie = `theme=${button.dataset.themeChoice}; path=/; max-age=31536000; samesite=lax`;
    apply();
    mark();
  });

  function mark() {
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === kept()));
    }
  }
  document.addEventListener("DOMContentLoaded", mark);
})();
