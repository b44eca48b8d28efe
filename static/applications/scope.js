// The scope table: rows are added, removed and moved; without script numbers and ticks do the same.
(() => {
  "use strict";
  const form = document.querySelector("[data-scope]");
  if (!form) return;
  const body = form.querySelector("tbody");
  const total = form.querySelector("[name=scope-TOTAL_FORMS]");
  const template = form.querySelector("template");
  const said = form.querySelector("[data-said]");

  const rows = () => [...body.querySelectorAll("[data-item]")].filter((row) => !row.hidden);
  const order = () => rows().forEach((row, index) => {
    row.querySelector("[name$=-ORDER]").value = index + 1;
  });

  function equip(row) {
    for (const button of row.querySelectorAll("[data-up], [data-down], [data-remove]")) button.hidden = false;
    mark(row);
  }

  // A reason is asked for as soon as the row says that it is out.
  function mark(row) {
    const out = row.querySelector("[name$=-included]").value === "no";
    row.querySelector("[name$=-reason]").required = out && row.querySelector("[name$=-name]").value !== "";
  }

  function add() {
    const number = Number(total.value);
    const html = template.innerHTML.replaceAll("__prefix__", String(number));
    body.insertAdjacentHTML("beforeend", html);
    total.value = number + 1;
    const row = body.lastElementChild;
    equip(row);
    order();
    row.querySelector("select").focus();
  }

  function move(row, step) {
    const all = rows();
    const other = all[all.indexOf(row) + step];
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    order();
    said.textContent = `${form.dataset.moved}: ${rows().indexOf(row) + 1}`;
  }

  function remove(row) {
    const all = rows();
    const next = all[all.indexOf(row) + 1] || all[all.indexOf(row) - 1];
    row.querySelector("[name$=-DELETE]").checked = true;
    row.querySelector("[name$=-reason]").required = false;
    row.hidden = true;
    order();
    (next ? next.querySelector("[data-remove]") : form.querySelector("[data-add]")).focus();
  }

  form.addEventListener("click", (event) => {
    const row = event.target.closest("[data-item]");
    if (event.target.closest("[data-add]")) add();
    else if (event.target.closest("[data-up]")) { move(row, -1); event.target.closest("button").focus(); }
    else if (event.target.closest("[data-down]")) { move(row, 1); event.target.closest("button").focus(); }
    else if (event.target.closest("[data-remove]")) remove(row);
  });
  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-item]");
    if (!row || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    move(row, event.key === "ArrowUp" ? -1 : 1);
    event.target.focus();
  });
  form.addEventListener("input", (event) => {
    const row = event.target.closest("[data-item]");
    if (row) mark(row);
  });

  form.querySelector("table").classList.add("scripted");
  form.querySelector("[data-add]").hidden = false;
  form.querySelector("[data-hint]").hidden = false;
  // A form that came back with a mistake has its rows as they were sent, not as they were moved.
  const place = (row) => Number(row.querySelector("[name$=-ORDER]").value) || Infinity;
  rows().sort((one, other) => place(one) - place(other)).forEach((row) => body.append(row));
  rows().forEach(equip);
  for (const row of rows()) if (row.querySelector("[name$=-DELETE]").checked) row.hidden = true;
  order();
})();
