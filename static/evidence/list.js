// The list: ticking rows (with Shift a range) and changing them together.
(() => {
  "use strict";
  const boxes = () => [...document.querySelectorAll("#rows [data-row] input[name=row]")];
  const form = () => document.getElementById("bulk");
  let last = null;

  function tell() {
    const bulk = form();
    if (!bulk) return;
    const all = boxes();
    const ticked = all.filter((box) => box.checked);
    const whole = bulk.elements.scope.value === "filtered";
    bulk.querySelector(".gp-bulk").hidden = !ticked.length;
    bulk.querySelector("[data-bulk-count]").textContent = whole ? bulk.dataset.total : ticked.length;
    const more = bulk.querySelector("[data-bulk-all]");
    if (more) more.hidden = whole || ticked.length < all.length;
    const head = document.querySelector("#rows [data-pick-all]");
    if (head) {
      head.checked = ticked.length > 0 && ticked.length === all.length;
      head.indeterminate = ticked.length > 0 && ticked.length < all.length;
    }
  }

  function tick(chosen, value) {
    for (const box of chosen) box.checked = value;
    form().elements.scope.value = "rows";
    tell();
  }

  document.addEventListener("click", (event) => {
    const box = event.target.closest?.("#rows input[name=row]");
    if (box) {
      const all = boxes();
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      tick(event.shiftKey && from >= 0 ? all.slice(from, to + 1) : [box], box.checked);
      last = box;
    } else if (event.target.closest?.("[data-pick-all]")) tick(boxes(), event.target.checked);
    else if (event.target.closest?.("[data-bulk-none]")) tick(boxes(), false);
    else if (event.target.closest?.("[data-bulk-all]")) {
      form().elements.scope.value = "filtered";
      tell();
    }
    const button = event.target.closest?.("[data-op]");
    // The button may stand in a dialog, outside the form that it sends.
    if (button) form().elements.op.value = button.value;
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.id !== "filters") return;
    const { formData } = event.detail;
    for (const name of [...formData.keys()]) if (!formData.get(name)) formData.delete(name);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || localStorage.getItem("keys") === "off") return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog")) return;
    const row = document.querySelector("#rows [data-row][aria-selected=true]") || event.target.closest("[data-row]");
    if (row && window.gatepass.keyOf(event) === "x") row.querySelector("input[name=row]")?.click();
  });

  document.addEventListener("htmx:afterSettle", () => {
    last = null;
    if (form()) tell();
  });
  window.addEventListener("pageshow", tell);
})();
