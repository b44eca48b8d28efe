// A click anywhere in a row of the grid chooses it as the header; the fields of a new platform
// show only while one is made.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-header-grid] tbody tr");
    if (row) row.querySelector("input[type=radio]").checked = true;
    // The box in a summary ticks; it neither opens nor shuts the sheet by itself.
    const box = event.target.closest("summary > input");
    if (box) box.closest("details").open = box.checked;
  });

  const form = document.querySelector("[data-platform]");
  const choice = form?.querySelector("[name=platform]");
  if (!choice) return;
  const fields = [...form.querySelectorAll("[name^=platform_]")];
  const show = () => {
    for (const field of fields) (field.closest("[id^=div_]") || field).hidden = choice.value !== "+";
  };
  choice.addEventListener("change", show);
  show();
})();
