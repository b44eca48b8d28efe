// Boxes over the pages of a file: drawn, moved and sized by mouse, touch or keyboard. Without this
// script the form sends the boxes that were proposed.
(() => {
  "use strict";
  const field = document.getElementById("boxes");
  const figures = [...document.querySelectorAll("[data-page]")];
  if (!field || !figures.length) return;

  const SPACE = "http://www.w3.org/2000/svg";
  const LEAST = 0.004;
  const EDGE = 8;
  const proposed = JSON.parse(field.value || "[]");
  const said = document.getElementById("boxes-said");
  const unseen = proposed.filter(([page]) => !figures.some((figure) => figure.dataset.page === String(page)));
  let current = null;

  const clamp = (value) => Math.min(1, Math.max(0, value));
  const svgOf = (figure) => figure.querySelector("svg");
  const get = (rect) => ["x", "y", "width", "height"].map((name) => Number(rect.getAttribute(name)));

  function place(rect, x, y, width, height) {
    const left = Math.min(clamp(x), 1 - LEAST);
    const top = Math.min(clamp(y), 1 - LEAST);
    const sides = {
      x: left,
      y: top,
      width: Math.max(LEAST, Math.min(width, 1 - left)),
      height: Math.max(LEAST, Math.min(height, 1 - top)),
    };
    for (const [name, value] of Object.entries(sides)) rect.setAttribute(name, value.toFixed(5));
  }

  function add(svg, x, y, width, height) {
    const rect = document.createElementNS(SPACE, "rect");
    rect.setAttribute("tabindex", "0");
    rect.setAttribute("role", "group");
    rect.setAttribute("aria-roledescription", "box");
    rect.setAttribute("aria-label", svg.dataset.box);
    place(rect, x, y, width, height);
    rect.addEventListener("focus", () => choose(rect));
    svg.append(rect);
    return rect;
  }

  function choose(rect) {
    current?.removeAttribute("aria-current");
    current = rect;
    current?.setAttribute("aria-current", "true");
  }

  function remove(rect) {
    if (!rect) return;
    const rest = [...document.querySelectorAll("[data-page] rect")];
    const next = rest[rest.indexOf(rect) + 1] ?? rest[rest.indexOf(rect) - 1];
    rect.remove();
    choose(null);
    next?.focus();
    write();
  }

  function write() {
    const boxes = [...unseen];
    for (const figure of figures) {
      for (const rect of svgOf(figure).querySelectorAll("rect")) {
        const [x, y, width, height] = get(rect);
        boxes.push([Number(figure.dataset.page), x, y, Math.min(1, x + width), Math.min(1, y + height)]);
      }
    }
    field.value = JSON.stringify(boxes);
    said.textContent = said.dataset.said.replace("#", boxes.length);
  }

  function reset() {
    document.querySelectorAll("[data-page] rect").forEach((rect) => rect.remove());
    choose(null);
    for (const [page, left, top, right, bottom] of proposed) {
      const figure = figures.find((each) => each.dataset.page === String(page));
      // A little more than the letters, whose feet reach below their line.
      if (figure) add(svgOf(figure), left - 0.002, top - 0.002, right - left + 0.004, bottom - top + 0.004);
    }
    write();
  }

  function point(svg, event) {
    const bounds = svg.getBoundingClientRect();
    return [clamp((event.clientX - bounds.left) / bounds.width), clamp((event.clientY - bounds.top) / bounds.height)];
  }

  // Near its lower right corner a box is sized, elsewhere moved; beside boxes a new one is drawn.
  function begin(event) {
    if (event.button) return;
    event.preventDefault();
    const svg = event.currentTarget;
    const [x, y] = point(svg, event);
    const old = event.target.closest("rect");
    const rect = old ?? add(svg, x, y, 0, 0);
    const before = get(rect);
    const bounds = rect.getBoundingClientRect();
    const sizing = !old || (bounds.right - event.clientX < EDGE && bounds.bottom - event.clientY < EDGE);
    rect.focus({ preventScroll: true });
    svg.setPointerCapture(event.pointerId);

    const move = (moved) => {
      const [nowX, nowY] = point(svg, moved);
      if (!old) place(rect, Math.min(x, nowX), Math.min(y, nowY), Math.abs(nowX - x), Math.abs(nowY - y));
      else if (sizing) place(rect, before[0], before[1], nowX - before[0], nowY - before[1]);
      else place(rect, Math.min(before[0] + nowX - x, 1 - before[2]), Math.min(before[1] + nowY - y, 1 - before[3]), before[2], before[3]);
    };
    const end = () => {
      svg.removeEventListener("pointermove", move);
      const [, , width, height] = get(rect);
      // A click is no box.
      if (!old && width <= LEAST * 1.01 && height <= LEAST * 1.01) rect.remove();
      write();
    };
    svg.addEventListener("pointermove", move);
    svg.addEventListener("pointerup", end, { once: true });
    svg.addEventListener("pointercancel", end, { once: true });
  }

  function key(event) {
    const rect = event.target.closest?.("rect");
    if (!rect) return;
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      return remove(rect);
    }
    const step = event.ctrlKey ? 0.001 : 0.005;
    const ways = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const [x, y, width, height] = get(rect);
    if (event.shiftKey) place(rect, x, y, width + way[0], height + way[1]);
    else place(rect, Math.min(x + way[0], 1 - width), Math.min(y + way[1], 1 - height), width, height);
    write();
  }

  function inView() {
    const middle = window.innerHeight / 2;
    const away = (figure) => {
      const bounds = figure.getBoundingClientRect();
      return Math.max(bounds.top - middle, middle - bounds.bottom, 0);
    };
    return figures.reduce((best, figure) => (away(figure) < away(best) ? figure : best));
  }

  for (const figure of figures) svgOf(figure).addEventListener("pointerdown", begin);
  document.addEventListener("keydown", key, true);
  document.querySelector("[data-add]").addEventListener("click", () => {
    const rect = add(svgOf(inView()), 0.4, 0.45, 0.2, 0.04);
    rect.focus();
    write();
  });
  document.querySelector("[data-remove]").addEventListener("click", () => remove(current));
  document.querySelector("[data-reset]").addEventListener("click", reset);
  reset();
})();
