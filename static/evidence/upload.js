// Files of a form[data-upload] go in pieces (tus 1.0.0), one after the other, each with its bar, and
// go on after a cut line, a killed server or a reloaded page. The form follows with their tokens.
// Without this script the form sends them all by itself.
(() => {
  "use strict";
  if (window.gatepassUpload) return;
  window.gatepassUpload = true;

  const PIECE = 8 * 1024 * 1024; // under what a proxy buffers; a cut costs no more than what arrived
  const TYPE = "application/offset+octet-stream";
  const PATIENCE = 10 * 60 * 1000; // without one byte of progress
  const KEPT = 4 * 24 * 60 * 60 * 1000; // as long as the server keeps what nobody goes on with
  const PREFIX = "upload:";
  const sleep = (ms, signal) => new Promise((resolve) => {
    const done = () => { clearTimeout(timer); removeEventListener("online", done); resolve(); };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
    signal.addEventListener("abort", done, { once: true });
  });
  const size = (bytes) => (bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
  const wordsOf = (form) => form.querySelector("[data-sending-words]").dataset;
  let running = 0;

  class Stopped extends Error {} // its message is what to tell; the upload may go on later
  class Refused extends Error {} // the server said no, in a sentence
  class Cancelled extends Error {}

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-upload]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!form.dataset.busy) start(form);
  }, true);
  addEventListener("beforeunload", (event) => { if (running) event.preventDefault(); });

  async function start(form) {
    const input = form.querySelector("input[type=file]");
    const files = [...input.files];
    if (!files.length) return window.gatepass.toast(wordsOf(form).again);
    form.dataset.busy = "yes";
    running += 1;
    try {
      await send(form, input, files);
    } finally {
      running -= 1;
      delete form.dataset.busy;
    }
  }

  async function send(form, input, files) {
    const lines = show(form, files);
    const whole = form.dataset.upload === "page" || form.querySelector("[name=together]")?.checked;
    const lots = whole ? [lines] : lines.map((line) => [line]);
    let kept = 0;
    const unfinished = new DataTransfer();
    for (const lot of lots) {
      const done = await sendLot(form, lot);
      if (done) kept += 1;
      else for (const line of lot) if (line.again) unfinished.items.add(line.file);
    }
    if (form.dataset.upload === "page" && kept) return; // the page is on its way
    // What was kept is not sent twice, what was cut is sent on by the next press of the button.
    input.files = unfinished.files;
    input.required = !unfinished.files.length;
    if (kept) await refresh();
  }

  async function sendLot(form, lot, anyway = false) {
    const tokens = [];
    for (const line of lot) {
      try {
        tokens.push(await new Sending(form, line).run());
      } catch (fault) {
        line.again = fault instanceof Stopped;
        line.tell(fault.message, "bad");
        // Of files that belong together none is kept without the others; their bytes wait.
        for (const other of lot) if (other !== line && line.again) other.again = true;
        if (fault instanceof Cancelled) continue;
        if (!(fault instanceof Stopped || fault instanceof Refused)) throw fault;
        return false;
      }
    }
    if (!tokens.length) return false;
    if (form.dataset.upload === "page") return submitPage(form, tokens);
    return post(form, tokens, lot.filter((line) => !line.over), anyway);
  }

  // One file on its way. `run` gives the token of the finished upload, or throws.
  class Sending {
    constructor(form, line) {
      this.file = line.file;
      this.line = line;
      this.words = wordsOf(form);
      this.token = form.elements.csrfmiddlewaretoken.value;
      this.key = `${PREFIX}${this.words.pieces}:${line.file.name}:${line.file.size}:${line.file.lastModified}`;
      this.stop = new AbortController();
      line.cancel.addEventListener("click", (event) => { event.preventDefault(); this.stop.abort(); });
    }

    async run() {
      this.url = remembered(this.key)?.url;
      this.offset = 0;
      let asked = !this.url;
      let waited = 0;
      this.line.tell(this.words.sending);
      for (let tries = 0; ; tries += 1) {
        try {
          if (!asked) asked = await this.ask();
          if (!this.url) await this.begin();
          while (this.offset < this.file.size) {
            await this.piece();
            tries = waited = 0;
          }
          this.line.cancel.remove();
          return this.url.replace(/\/$/, "").split("/").pop();
        } catch (fault) {
          if (this.stop.signal.aborted) await this.forget();
          if (!(fault instanceof TypeError)) throw fault;
          asked = !this.url;
          const pause = Math.min(1000 * 2 ** tries, 15000);
          if (waited > PATIENCE) throw new Stopped(this.words.stopped);
          waited += pause;
          this.line.tell(this.words.waiting, "bad");
          await sleep(pause, this.stop.signal);
          if (this.stop.signal.aborted) await this.forget();
          this.line.tell(this.words.sending);
        }
      }
    }

    // Where does the server stand? True when it knows the upload, else it begins anew.
    async ask() {
      const answer = await this.call("HEAD", this.url);
      if (answer.status === 404 || answer.status === 410) {
        this.url = undefined;
        localStorage.removeItem(this.key);
        return true;
      }
      this.check(answer);
      this.offset = Number(answer.header("Upload-Offset"));
      this.line.progress(this.offset);
      return true;
    }

    async begin() {
      const name = btoa(String.fromCharCode(...new TextEncoder().encode(this.file.name)));
      const headers = { "Upload-Length": this.file.size, "Upload-Metadata": `filename ${name}` };
      // What fits into one piece comes with the beginning.
      const small = this.file.size <= PIECE;
      if (small) headers["Content-Type"] = TYPE;
      const answer = await this.call("POST", this.words.pieces, headers, small ? this.file : null, (sent) => this.line.progress(sent));
      this.check(answer);
      this.url = answer.header("Location");
      this.offset = Number(answer.header("Upload-Offset"));
      this.line.progress(this.offset);
      remember(this.key, { url: this.url, name: this.file.name, size: this.file.size, at: Date.now() });
    }

    async piece() {
      const body = this.file.slice(this.offset, this.offset + PIECE);
      const from = this.offset;
      const headers = { "Upload-Offset": from, "Content-Type": TYPE };
      const answer = await this.call("PATCH", this.url, headers, body, (sent) => this.line.progress(from + sent));
      if (answer.status === 409 || answer.status === 423 || answer.status === 460) throw new TypeError("asks again");
      if (answer.status === 404) {
        this.url = undefined;
        localStorage.removeItem(this.key);
        throw new TypeError("begins anew");
      }
      this.check(answer);
      this.offset = Number(answer.header("Upload-Offset"));
      this.line.progress(this.offset);
      remember(this.key, { ...remembered(this.key), sent: this.offset, at: Date.now() });
    }

    check(answer) {
      if (answer.status >= 500 && answer.status !== 507 && !answer.header("Tus-Resumable")) throw new TypeError("away");
      // An answer that is not of the protocol is the sign-in page: the session has ended.
      if (!answer.header("Tus-Resumable")) throw new Stopped(document.body.dataset.signedOut);
      if (answer.status >= 400) {
        localStorage.removeItem(this.key);
        throw new Refused(answer.text);
      }
    }

    async forget() {
      localStorage.removeItem(this.key);
      if (this.url) {
        this.stop = new AbortController();
        await this.call("DELETE", this.url).catch(() => {});
      }
      throw new Cancelled(this.words.cancelled);
    }

    // A line that is cut rejects with TypeError, as fetch does; only this one tells of progress.
    call(method, url, headers = {}, body = null, progress = null) {
      return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open(method, url);
        const all = { "Tus-Resumable": "1.0.0", "X-CSRFToken": this.token, ...headers };
        for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value);
        if (progress) request.upload.addEventListener("progress", (event) => progress(event.loaded));
        request.addEventListener("load", () => resolve({
          status: request.status,
          text: request.responseText,
          header: (name) => request.getResponseHeader(name),
        }));
        for (const name of ["error", "abort", "timeout"]) request.addEventListener(name, () => reject(new TypeError(name)));
        this.stop.signal.addEventListener("abort", () => request.abort(), { once: true });
        request.send(body);
      });
    }
  }

  function submitPage(form, tokens) {
    for (const token of tokens) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "uploads", value: token });
      form.append(field);
    }
    form.querySelector("input[type=file]").disabled = true;
    running = 0;
    for (const key of Object.keys(localStorage)) {
      if (tokens.some((token) => remembered(key)?.url?.includes(token))) localStorage.removeItem(key);
    }
    form.submit();
    return true;
  }

  async function post(form, tokens, lines, anyway) {
    const data = new FormData(form);
    data.delete("files");
    if (anyway) data.append("again", "yes");
    for (const token of tokens) data.append("uploads", token);
    for (const line of lines) line.tell(wordsOf(form).checking);
    let outcome;
    let signedOut = false;
    for (let tries = 0; tries < 8 && !outcome && !signedOut; tries += 1) {
      if (tries) await sleep(Math.min(1000 * 2 ** tries, 15000), new AbortController().signal);
      try {
        const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
        const said = (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : null;
        outcome = said?.added?.[0];
        signedOut = !outcome && answer.status < 500;
      } catch (fault) {
        if (!(fault instanceof TypeError)) throw fault;
      }
    }
    for (const line of lines) line.finish(outcome, signedOut ? document.body.dataset.signedOut : wordsOf(form).stopped);
    if (outcome?.kept) offer(form, lines, outcome.kept);
    return Boolean(outcome?.ok);
  }

  // The same files are kept already: link those, or add them once more.
  function offer(form, lines, kept) {
    const words = wordsOf(form);
    const where = lines[0].said;
    const link = Object.assign(document.createElement("a"), { href: kept.url, textContent: kept.code });
    where.append(" ", link);
    const requirement = form.elements.requirement?.value;
    if (requirement) {
      where.append(" ", button(words.link, async () => {
        const data = new FormData();
        data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
        data.append("requirement", requirement);
        data.append("one", kept.number);
        const answer = await fetch(kept.reuse, { method: "POST", body: data });
        if (answer.ok) location.assign(answer.url);
        else window.gatepass.toast(document.body.dataset.failed);
      }));
    }
    where.append(" ", button(words.anyway, async () => {
      const list = form.querySelector("[data-files]");
      const again = lines.map((line) => new Line(list, line.file, words));
      lines.forEach((line) => line.item.remove());
      running += 1;
      try {
        if (await sendLot(form, again, true)) await refresh();
      } finally {
        running -= 1;
      }
    }));
  }

  function button(text, act) {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm btn-link", textContent: text });
    made.addEventListener("click", (event) => { event.preventDefault(); made.disabled = true; act(); });
    return made;
  }

  function show(form, files) {
    const list = form.querySelector("[data-files]");
    list.replaceChildren();
    form.querySelector("[data-begun-list]").hidden = true;
    return files.map((file) => new Line(list, file, wordsOf(form)));
  }

  class Line {
    constructor(list, file, words) {
      this.file = file;
      this.words = words;
      const item = this.item = document.createElement("li");
      this.bar = document.createElement("progress");
      this.bar.max = file.size || 1;
      this.bar.value = 0;
      this.bar.setAttribute("aria-label", file.name);
      this.far = part("size");
      this.far.setAttribute("aria-hidden", "true"); // the bar says it already
      this.said = part("said");
      this.cancel = button(words.cancel, () => {});
      this.cancel.setAttribute("aria-label", `${words.cancel}: ${file.name}`);
      item.append(Object.assign(part("name"), { textContent: file.name }), this.bar, this.far, this.cancel, this.said);
      list.append(item);
    }

    progress(sent) {
      this.bar.value = sent;
      const share = this.file.size ? Math.floor((100 * sent) / this.file.size) : 0;
      this.far.textContent = `${share} % · ${size(sent)} / ${size(this.file.size)}`;
    }

    tell(sentence, tone = "") {
      this.said.className = `said ${tone}`;
      if (this.said.textContent !== sentence) this.said.textContent = sentence;
      if (tone === "bad" && sentence !== this.words.waiting) this.end();
    }

    end() {
      this.over = true;
      for (const each of [this.bar, this.far, this.cancel]) each.remove();
    }

    finish(outcome, otherwise) {
      this.end();
      this.tell(outcome ? outcome.sentence : otherwise, outcome?.ok ? "good" : "bad");
      this.again = !outcome || outcome.again;
      if (!this.again) forgetFile(this.words.pieces, this.file);
      if (outcome?.url) {
        const link = document.createElement("a");
        link.href = outcome.url;
        link.textContent = outcome.sentence;
        this.said.replaceChildren(link);
      }
      if (outcome?.warnings?.length) {
        const list = Object.assign(document.createElement("ul"), { className: "warned" });
        for (const sentence of outcome.warnings) list.append(Object.assign(document.createElement("li"), { textContent: sentence }));
        this.item.append(list);
      }
    }
  }

  function part(name) {
    const made = document.createElement("span");
    made.className = name;
    return made;
  }

  // What was begun is remembered by the file's name, size and date: the same file goes on.
  function remember(key, facts) {
    try { localStorage.setItem(key, JSON.stringify(facts)); } catch { /* a full store only costs the resumption */ }
  }
  function remembered(key) {
    try {
      const facts = JSON.parse(localStorage.getItem(key));
      return facts && Date.now() - facts.at < KEPT ? facts : null;
    } catch {
      return null;
    }
  }
  function forgetFile(pieces, file) {
    localStorage.removeItem(`${PREFIX}${pieces}:${file.name}:${file.size}:${file.lastModified}`);
  }

  // After a reload: which files wait for being chosen again.
  function showBegun(form) {
    const words = wordsOf(form);
    const list = form.querySelector("[data-begun-list]");
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(`${PREFIX}${words.pieces}:`)) continue;
      const facts = remembered(key);
      if (!facts) localStorage.removeItem(key);
      else {
        const item = document.createElement("li");
        item.append(Object.assign(part("name"), { textContent: facts.name }));
        item.append(Object.assign(part("size"), { textContent: `${size(facts.sent || 0)} / ${size(facts.size)}` }));
        item.append(Object.assign(part("said"), { textContent: words.begun }));
        list.append(item);
        list.hidden = false;
      }
    }
  }
  for (const form of document.querySelectorAll("form[data-upload]")) showBegun(form);

  // Only the list changes: what became of each file stays in sight.
  async function refresh() {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["evidence-rows", "rows"]) {
      const fresh = page.getElementById(id);
      if (fresh) document.getElementById(id)?.replaceWith(fresh);
    }
  }
})();
