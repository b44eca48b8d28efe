// The desk: zoom. Pages are images, so a step is a width; what it was stays for the next file.
(() => {
  "use strict";
  const STEPS = [50, 75, 100, 150, 200, 300, 400];
  const pane = document.querySelector("[data-zoom]");
  if (!pane) return;
  let at = Number(sessionStorage.getItem("zoom") ?? STEPS.indexOf(100));
  if (!STEPS[at]) at = STEPS.indexOf(100);

  function show() {
    for (const step of STEPS) pane.classList.toggle(`zoom-${step}`, step === STEPS[at]);
    pane.querySelector("[data-zoom-shown]").textContent = `${STEPS[at]}%`;
    sessionStorage.setItem("zoom", String(at));
  }

  pane.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom-by]");
    if (!button) return;
    const by = Number(button.dataset.zoomBy);
    at = by ? Math.min(Math.max(at + by, 0), STEPS.length - 1) : STEPS.indexOf(100);
    show();
  });
  show();
})();
