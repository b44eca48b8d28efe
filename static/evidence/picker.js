// A searched choice: htmx fills the list while one types, a click or Enter takes one of it.
(() => {
  "use strict";
  if (window.gatepassPicker) return;
  window.gatepassPicker = true;
  const picksOf = (picker) => [...picker.querySelectorAll("[data-pick]")];
  const fieldOf = (picker) => picker.querySelector("[role=combobox]");

  function open(picker, shown) {
    picker.classList.toggle("open", shown);
    fieldOf(picker).setAttribute("aria-expanded", String(shown));
  }

  function take(picker, pick) {
    picker.querySelector("[data-picked]").value = pick.dataset.pick;
    fieldOf(picker).value = pick.dataset.text;
    open(picker, false);
    fieldOf(picker).focus();
  }

  function mark(picker, by) {
    const all = picksOf(picker);
    const now = all.findIndex((pick) => pick.getAttribute("aria-selected") === "true");
    const next = all[Math.min(Math.max(now + by, 0), all.length - 1)];
    for (const pick of all) pick.setAttribute("aria-selected", String(pick === next));
    next?.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("input", (event) => {
    const picker = event.target.closest?.("[data-picker]");
    if (!picker || event.target !== fieldOf(picker)) return;
    // Other words than those of the choice: nothing is chosen any more.
    picker.querySelector("[data-picked]").value = "";
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const picker = event.target.closest?.("[data-picker]");
    if (picker) open(picker, document.activeElement === fieldOf(picker));
  });
  document.addEventListener("focusin", (event) => {
    const picker = event.target.closest?.("[data-picker]");
    if (picker && picksOf(picker).length && !picker.querySelector("[data-picked]").value) open(picker, true);
    for (const other of document.querySelectorAll("[data-picker].open")) if (other !== picker) open(other, false);
  });
  document.addEventListener("mousedown", (event) => {
    const pick = event.target.closest?.("[data-pick]");
    if (pick) {
      event.preventDefault();
      take(pick.closest("[data-picker]"), pick);
    } else if (!event.target.closest?.("[data-picker]")) {
      for (const picker of document.querySelectorAll("[data-picker].open")) open(picker, false);
    }
  });
  document.addEventListener("keydown", (event) => {
    const picker = event.target.closest?.("[data-picker]");
    if (!picker || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      open(picker, true);
      mark(picker, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && picker.classList.contains("open")) {
      const all = picksOf(picker);
      const marked = all.find((pick) => pick.getAttribute("aria-selected") === "true") || (all.length === 1 && all[0]);
      event.preventDefault();
      if (marked) take(picker, marked);
    } else if (event.key === "Escape" && picker.classList.contains("open")) {
      // Not the dialog around it: only the list closes.
      event.preventDefault();
      event.stopPropagation();
      open(picker, false);
    }
  });
  document.addEventListener("reset", (event) => {
    for (const field of event.target.querySelectorAll("[data-picked]")) field.value = "";
  });
})();
