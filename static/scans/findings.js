// Findings: the box in the head chooses every row of this page, and the decision says how many are chosen.
(() => {
  "use strict";
  const boxes = () => [...document.querySelectorAll("#rows input[name=number]")];

  function count() {
    const all = boxes();
    const chosen = all.filter((box) => box.checked).length;
    const head = document.querySelector("#rows [data-pick-all]");
    if (head) {
      head.checked = chosen > 0 && chosen === all.length;
      head.indeterminate = chosen > 0 && chosen < all.length;
    }
    const told = document.querySelector("[data-chosen]");
    if (told) told.textContent = chosen ? String(chosen) : "";
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches?.("#rows [data-pick-all]")) {
      for (const box of boxes()) box.checked = event.target.checked;
      event.stopPropagation();
    }
    if (event.target.closest?.("#rows")) count();
  }, true);
  document.addEventListener("htmx:afterSwap", count);
  window.addEventListener("pageshow", count);
})();
