// Typing @ in a comment offers the members; the arrows choose, Enter or Tab takes, Escape leaves.
(() => {
  "use strict";
  const WORD = /(^|[^\p{L}\p{N}])@([\p{L}\p{N}._%+@-]*)$/u;

  function begin(text) {
    const list = text.parentElement.querySelector("[role=listbox]");
    const all = [...list.children];
    let at = -1;
    list.id ||= `${text.id}-people`;
    text.setAttribute("aria-controls", list.id);
    text.setAttribute("aria-autocomplete", "list");

    const offered = () => all.filter((item) => !item.hidden);
    function close() {
      list.hidden = true;
      text.removeAttribute("aria-activedescendant");
    }
    function mark(index) {
      const shown = offered();
      at = (index + shown.length) % shown.length;
      for (const item of all) item.removeAttribute("aria-selected");
      shown[at].setAttribute("aria-selected", "true");
      shown[at].id ||= `${list.id}-${all.indexOf(shown[at])}`;
      text.setAttribute("aria-activedescendant", shown[at].id);
      shown[at].scrollIntoView({ block: "nearest" });
    }
    function look() {
      const found = WORD.exec(text.value.slice(0, text.selectionStart));
      if (!found) return close();
      const typed = found[2].toLowerCase();
      for (const item of all) {
        const { name, also } = item.dataset;
        item.hidden = !`${name}\n${also}`.toLowerCase().split("\n").some((each) => each.startsWith(typed));
      }
      if (!offered().length) return close();
      list.hidden = false;
      mark(0);
    }
    function take(item) {
      const before = text.value.slice(0, text.selectionStart);
      const start = before.lastIndexOf("@", before.length - WORD.exec(before)[2].length);
      const name = `@${item.dataset.name} `;
      text.setRangeText(name, start, text.selectionStart, "end");
      close();
      text.focus();
    }

    text.addEventListener("input", look);
    text.addEventListener("blur", () => setTimeout(close, 150));
    text.addEventListener("keydown", (event) => {
      if (list.hidden || event.isComposing) return;
      const acts = {
        ArrowDown: () => mark(at + 1),
        ArrowUp: () => mark(at - 1),
        Enter: () => take(offered()[at]),
        Tab: () => take(offered()[at]),
        Escape: close,
      };
      if (!acts[event.key]) return;
      event.preventDefault();
      acts[event.key]();
    });
    list.addEventListener("pointerdown", (event) => {
      const item = event.target.closest("[role=option]");
      if (!item) return;
      event.preventDefault();
      take(item);
    });
  }
  document.querySelectorAll("textarea[data-mentions]").forEach(begin);
})();
