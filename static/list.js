// A list: ticking rows (with Shift a range), changing them together, and the keys e and x.
// #list holds the rows, #bulk is the form that sends them, #filters the one that chooses them.
(() => {
  "use strict";
  const boxes = () => [...document.querySelectorAll("#list [data-row] input[name=row]")];
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
    const head = document.querySelector("#list [data-pick-all]");
    if (head) {
      head.checked = ticked.length > 0 && ticked.length === all.length;
      head.indeterminate = ticked.length > 0 && ticked.length < all.length;
    }
  }

  function scope(value) {
    const bulk = form();
    if (bulk) bulk.elements.scope.value = value;
  }

  document.addEventListener("click", (event) => {
    const box = event.target.closest?.("#list input[name=row]");
    if (box) {
      const all = boxes();
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      if (event.shiftKey && from >= 0) for (const each of all.slice(from, to + 1)) each.checked = box.checked;
      last = box;
      scope("rows");
      return tell();
    }
    if (event.target.closest?.("[data-pick-all]")) {
      const { checked } = event.target;
      for (const each of boxes()) each.checked = checked;
      scope("rows");
      return tell();
    }
    if (event.target.closest?.("[data-bulk-all]")) {
      scope("filtered");
      return tell();
    }
    if (event.target.closest?.("[data-bulk-none]")) {
      for (const each of boxes()) each.checked = false;
      scope("rows");
      tell();
    }
  });

  // Some choices need their reason before anything is sent.
  document.addEventListener("change", (event) => {
    const asking = event.target.closest?.("[data-reason-of]");
    if (asking && ["radio", "select-one"].includes(event.target.type)) {
      document.getElementById("bulk-reason").required = asking.dataset.reasonOf.split(" ").includes(event.target.value);
    }
  });
  // The dialog closes with its button; what the browser finds missing is asked for before.
  document.addEventListener("click", (event) => {
    const send = event.target.closest?.("button[form=bulk]");
    if (!send) return;
    const dialog = send.closest("dialog");
    const wrong = [...dialog.querySelectorAll("[form=bulk]")].find((field) => !field.checkValidity());
    if (!wrong) {
      // htmx does not send the button of a form that stands outside it.
      form().elements.op.value = send.value;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    wrong.reportValidity();
  }, true);

  // The address holds what is filtered and nothing else, so that it can be sent.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.id !== "filters") return;
    const { formData } = event.detail;
    for (const name of [...formData.keys()]) if (!formData.get(name)) formData.delete(name);
  });

  const off = () => localStorage.getItem("keys") === "off";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || off()) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog")) return;
    const row = document.querySelector("#list [data-row][aria-selected=true]") || event.target.closest("[data-row]");
    if (!row) return;
    const key = window.gatepass.keyOf(event);
    if (key === "x") row.querySelector("input[name=row]")?.click();
    // Where one writes about a row: an address under the row's own, or a place in it.
    const { edit } = document.getElementById("list").dataset;
    if (key === "e" && edit) location.assign(row.querySelector("a[href]").href + edit);
  });

  document.addEventListener("htmx:afterSettle", () => {
    last = null;
    tell();
  });
  window.addEventListener("pageshow", tell);
  tell();
})();
