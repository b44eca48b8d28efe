// Saved filters: what is saved is the address as it is now, and the chip that fits it is marked.
(() => {
  "use strict";
  const bar = document.querySelector("[data-saved-filters]");
  if (!bar) return;

  function normal(query) {
    const parts = [...new URLSearchParams(query)].filter(([key, value]) => value && !["page", "filter"].includes(key));
    parts.sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1));
    return new URLSearchParams(parts).toString();
  }

  function mark() {
    const now = normal(location.search);
    for (const input of document.querySelectorAll("[data-present-query]")) input.value = now;
    for (const chip of bar.querySelectorAll("a[data-query]")) {
      if (normal(chip.dataset.query) === now) chip.setAttribute("aria-current", "true");
      else chip.removeAttribute("aria-current");
    }
  }
  document.addEventListener("htmx:pushedIntoHistory", mark);
  window.addEventListener("popstate", mark);
  mark();
})();
