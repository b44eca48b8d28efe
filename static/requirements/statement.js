// Keeps what is being written: on the server as the person's own draft, on this device while the
// server cannot be reached. Nothing of it is the statement until somebody saves.
(() => {
  "use strict";
  const WAIT = 1500;
  // The clock of the pages, wherever the device is.
  const SEOUL = { timeZone: "Asia/Seoul", hourCycle: "h23" };
  const told = (at, parts) => new Date(at).toLocaleString(document.documentElement.lang, { ...SEOUL, ...parts });
  const clock = (at) => told(at, { hour: "2-digit", minute: "2-digit" });

  function begin(form) {
    if (form.dataset.begun) return;
    form.dataset.begun = "yes";
    const key = `gatepass:${form.dataset.draft}`;
    const text = form.querySelector("textarea[name=text]");
    const state = form.querySelector("[data-draft-state]");
    const bar = form.querySelector("[data-draft-bar]");
    const kept = form.querySelector("[data-server-draft]");
    const saved = text.defaultValue.trim();
    let known = kept?.dataset.at || form.dataset.known || "";
    let sent = text.value;
    let timer;
    let done = false;

    const forget = () => localStorage.removeItem(key);
    // A full or forbidden store must not keep the draft from reaching the server.
    const remember = () => {
      try {
        localStorage.setItem(key, JSON.stringify({ text: text.value, at: Date.now() }));
        return true;
      } catch {
        return false;
      }
    };
    const local = () => {
      try {
        return JSON.parse(localStorage.getItem(key));
      } catch {
        return null;
      }
    };
    const say = (word, at) => {
      if (state) state.textContent = at ? `${word} ${clock(at)}` : word;
    };
    const unsent = (here) => (here ? say(state?.dataset.kept, Date.now()) : say(state?.dataset.lost));
    const show = (name, on) => {
      const found = form.querySelector(name);
      if (found) found.hidden = !on;
    };

    // What was not saved before: the newer of the server's and this device's own.
    const mine = local();
    const server = kept ? { text: kept.value, at: Date.parse(kept.dataset.at) } : null;
    let offered = server;
    if (mine && mine.text.trim() === saved) forget();
    else if (mine && (!server || mine.at > server.at) && mine.text !== server?.text) offered = mine;
    if (offered && bar) {
      bar.hidden = false;
      if (offered === mine) {
        bar.querySelector("[data-draft-where]").textContent = told(mine.at, { dateStyle: "medium", timeStyle: "short" });
        show("[data-draft-newer]", Boolean(server));
      }
      bar.querySelector("[data-draft-restore]").addEventListener("click", () => {
        text.value = offered.text;
        bar.hidden = true;
        text.focus();
        later(0);
      });
      bar.querySelector("[data-draft-discard]").addEventListener("click", () => {
        forget();
        post({ drop: "1" });
        known = "";
        bar.hidden = true;
      });
    }

    function data(extra) {
      const body = new FormData();
      body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      body.set("text", text.value);
      body.set("revision", form.elements.revision.value);
      body.set("known", known);
      for (const [name, value] of Object.entries(extra || {})) body.set(name, value);
      return body;
    }
    const post = (extra) => fetch(form.dataset.draftUrl, { method: "POST", body: data(extra), headers: { "X-Requested-With": "fetch" } });

    async function keep() {
      if (done || text.value === sent) return;
      const writing = text.value;
      const here = remember();
      let answer;
      try {
        answer = await post();
      } catch {
        return unsent(here);
      }
      if (done) return;
      if (answer.status === 409) return choose(await answer.json(), here);
      if (!answer.ok || !answer.headers.get("content-type")?.includes("json")) return unsent(here);
      const said = await answer.json();
      sent = writing;
      known = said.at || "";
      if (bar) bar.hidden = true;
      if (text.value === writing) forget();
      if (said.at) say(state?.dataset.saved, said.at);
      else say("");
      show("[data-moved-on]", said.moved_on);
    }

    // Another window of the same person wrote too: neither is thrown away unasked.
    function choose(other, here) {
      const box = form.querySelector("[data-other-window]");
      if (!box || !other.at) return unsent(here);
      box.hidden = false;
      box.querySelector("[data-other-sentence]").textContent = `${other.sentence} (${other.shown})`;
      box.querySelector("[data-other-take]").onclick = () => {
        text.value = sent = other.text;
        known = other.at;
        forget();
        box.hidden = true;
        say(state?.dataset.saved, other.at);
      };
      box.querySelector("[data-other-keep]").onclick = () => {
        known = other.at;
        box.hidden = true;
        keep();
      };
    }

    function later(wait = WAIT) {
      clearTimeout(timer);
      timer = setTimeout(keep, wait);
    }
    text.addEventListener("input", () => later());
    text.addEventListener("blur", () => later(0));
    // The page goes away: the last words still reach the server.
    const leave = () => {
      if (done || !form.isConnected || text.value === sent) return;
      remember();
      if (navigator.sendBeacon(form.dataset.draftUrl, data())) sent = text.value;
    };
    window.addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leave());

    form.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
        event.preventDefault();
        form.requestSubmit();
      } else if (event.key === "Escape" && !event.isComposing) text.blur();
    });
    // What is saved must not come back as an older draft.
    form.addEventListener("submit", () => {
      done = true;
      clearTimeout(timer);
      remember();
    });
    for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
      form.addEventListener(name, () => (done = false));
    }
  }

  // The page where two texts are merged: take one of them whole, or both.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-take]");
    if (!button) return;
    const form = button.form;
    const text = form.elements.text;
    const of = (name) => form.querySelector(`[data-text=${name}]`).value;
    text.value = button.dataset.take === "both" ? `${of("theirs")}\n\n${of("mine")}` : of(button.dataset.take);
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  });

  // The machine's proposal fills the form; signing it stays a person's own act.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-take-over]");
    if (!button) return;
    const radio = document.querySelector(`#verdict input[name=verdict][value="${CSS.escape(button.dataset.takeOver)}"]`);
    if (!radio) return;
    radio.checked = true;
    radio.focus();
  });

  const off = () => localStorage.getItem("keys") === "off";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || off()) return;
    if (window.gatepass.keyOf(event) !== "e" || event.target.closest("input:not([type=radio]), textarea, select, dialog")) return;
    event.preventDefault();
    write();
  });
  function write() {
    const text = document.querySelector("#statement textarea[name=text]");
    text?.focus();
    text?.scrollIntoView({ block: "center" });
  }

  const all = () => document.querySelectorAll("form[data-draft]").forEach(begin);
  all();
  document.addEventListener("htmx:afterSettle", all);
  if (location.hash === "#write") write();
})();
