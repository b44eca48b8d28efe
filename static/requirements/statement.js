// Keeps what is being written on this device until it is saved.
(() => {
  "use strict";
  const WAIT = 600;

  function begin(form) {
    if (form.dataset.begun) return;
    form.dataset.begun = "yes";
    const key = `gatepass:${form.dataset.draft}`;
    const text = form.querySelector("textarea");
    const state = form.querySelector("[data-draft-state]");
    const saved = text.defaultValue.trim();
    let timer;

    const drop = () => localStorage.removeItem(key);
    const read = () => {
      try {
        return JSON.parse(localStorage.getItem(key));
      } catch {
        return null;
      }
    };

    const draft = read();
    if (draft && draft.text.trim() === saved) drop();
    else if (draft) offer(draft);

    function offer(kept) {
      const bar = form.querySelector("[data-draft-bar]");
      if (!bar) return;
      bar.hidden = false;
      const at = bar.querySelector("[data-draft-at]");
      at.textContent = new Date(kept.at).toLocaleString(document.documentElement.lang);
      bar.querySelector("[data-draft-restore]").addEventListener("click", () => {
        text.value = kept.text;
        bar.hidden = true;
        text.focus();
      });
      bar.querySelector("[data-draft-discard]").addEventListener("click", () => {
        drop();
        bar.hidden = true;
      });
    }

    text.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (text.value.trim() === saved) return drop();
        localStorage.setItem(key, JSON.stringify({ text: text.value, at: Date.now() }));
        if (state) state.textContent = state.dataset.kept;
      }, WAIT);
    });
    form.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "s") {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    // The last words typed before sending must not come back as an older draft.
    form.addEventListener("submit", () => clearTimeout(timer));
  }

  const all = () => document.querySelectorAll("form[data-draft]").forEach(begin);
  all();
  document.addEventListener("htmx:afterSettle", all);
})();
