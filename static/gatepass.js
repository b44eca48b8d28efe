// What every page does: dialogs, copying, dropping files, toasts, keys, no double submit.
(() => {
  "use strict";
  const words = document.body.dataset;

  function toast(sentence, tone = "bad") {
    // A page that asks every second would say the same every second.
    const shown = [...document.querySelectorAll("#toasts .gp-alert > div")];
    if (shown.some((each) => each.textContent === sentence)) return;
    const box = document.createElement("div");
    box.className = `gp-alert tone-${tone}`;
    box.setAttribute("role", tone === "bad" ? "alert" : "status");
    const text = document.createElement("div");
    text.textContent = sentence;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn-close";
    close.dataset.dismiss = "";
    close.setAttribute("aria-label", words.close);
    box.append(text, close);
    document.getElementById("toasts").append(box);
    // Errors stay until they are read; what went well may leave by itself.
    if (tone !== "bad") setTimeout(() => box.remove(), 8000);
  }
  // While Hangul is being typed the key of j says ㅓ: then the key's place counts, not its letter.
  function keyOf(event) {
    const place = /^Key([A-Z])$/.exec(event.code || "");
    return place && /^[ㄱ-ㆎ]$/.test(event.key) ? place[1].toLowerCase() : event.key;
  }
  window.gatepass = { toast, keyOf };

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener && opener.getAttribute("aria-disabled") !== "true") {
      document.getElementById(opener.dataset.dialog)?.showModal();
    }
    event.target.closest("[data-close]")?.closest("dialog")?.close();
    event.target.closest("[data-dismiss]")?.closest(".gp-alert")?.remove();
    if (event.target.closest("[aria-disabled=true]")) event.preventDefault();
    if (event.target.closest("[data-print]")) window.print();
    const copier = event.target.closest("[data-copy]");
    if (copier) copy(copier);
  });

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      toast(words.copied, "good");
    } catch {
      // Plain http has no clipboard: select the text so that Ctrl+C works.
      const shown = button.parentElement.querySelector("code");
      getSelection().selectAllChildren(shown);
      toast(words.copyByHand, "info");
    }
  }

  // Drop zones: <label class="gp-drop" data-drop> around <input type="file">.
  const size = (bytes) =>
    bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;

  function show(zone) {
    const input = zone.querySelector("input[type=file]");
    const list = zone.querySelector("[data-files]");
    const limit = Number(zone.dataset.limit || 0);
    list.replaceChildren();
    for (const file of input.files) {
      const item = document.createElement("li");
      const name = document.createElement("span");
      name.textContent = file.name;
      const weight = document.createElement("span");
      weight.className = "size";
      weight.textContent = size(file.size);
      item.append(name, weight);
      if (file.size === 0) item.append(mark(words.emptyFile));
      if (limit && file.size > limit) item.append(mark(words.tooLarge));
      list.append(item);
    }
  }

  function mark(sentence) {
    const said = document.createElement("span");
    said.className = "gp-due tone-bad";
    said.textContent = sentence;
    return said;
  }

  function give(zone, files) {
    if (!files.length) return;
    const input = zone.querySelector("input[type=file]");
    const held = new DataTransfer();
    if (input.multiple) for (const file of input.files) held.items.add(file);
    for (const file of input.multiple ? files : [...files].slice(0, 1)) held.items.add(file);
    input.files = held.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  const zoneOf = (event) => event.target.closest?.("[data-drop]");
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      const zone = zoneOf(event);
      if (!zone) return;
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    const zone = zoneOf(event);
    if (zone && !zone.contains(event.relatedTarget)) zone.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    const zone = zoneOf(event);
    if (!zone) return;
    event.preventDefault();
    zone.classList.remove("over");
    // Entries are gone once this handler has ended: they are taken here, read later.
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const files = [...event.dataTransfer.files];
    if (!entries.some((entry) => entry.isDirectory)) return give(zone, files);
    filesIn(entries).then((found) => give(zone, found), () => toast(words.failed));
  });

  // A dropped folder is all files in it, whatever their depth; what the system hides stays out.
  async function filesIn(entries) {
    const found = [];
    for (const entry of entries) {
      if (entry.name.startsWith(".")) continue;
      if (entry.isFile) found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
      else found.push(...(await filesIn(await children(entry))));
    }
    return found;
  }
  async function children(folder) {
    const reader = folder.createReader();
    const all = [];
    for (;;) {
      // A reader gives a hundred at a time, and none at the end.
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) return all;
      all.push(...some);
    }
  }
  document.addEventListener("change", (event) => {
    const zone = zoneOf(event);
    if (zone && event.target.type === "file") show(zone);
    if (event.target.closest("[data-autosubmit]")) event.target.form.requestSubmit();
  });
  document.addEventListener("paste", (event) => {
    const { files, types } = event.clipboardData;
    // Word and the like copy a picture of the text beside the text: a text field takes the text.
    const typing = event.target.closest?.("textarea, input:not([type=file]), [contenteditable]");
    if (!files.length || (typing && types.includes("text/plain"))) return;
    const zone = pasteZone(event.target);
    if (!zone) return;
    event.preventDefault();
    give(zone, [...files].map((file) => named(file, zone)));
  });

  // The area that is meant: of the form one stands in, of the open dialog, or the only one in sight.
  function pasteZone(target) {
    const near = target.closest?.("[data-paste]") || target.closest?.("form, dialog")?.querySelector("[data-paste]");
    if (near) return near;
    const seen = [...document.querySelectorAll("[data-paste]")].filter((zone) => zone.checkVisibility());
    const asking = seen.filter((zone) => zone.closest("dialog[open]"));
    const meant = asking.length ? asking : seen;
    return meant.length === 1 ? meant[0] : null;
  }

  // Every picture of the clipboard is called image.png; here each gets a name of its own.
  function named(file, zone) {
    if (file.name !== "image.png") return file;
    const now = new Date();
    const two = (number) => String(number).padStart(2, "0");
    const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map(two).join("-");
    const moment = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(".");
    const taken = new Set([...zone.querySelector("input[type=file]").files].map((each) => each.name));
    const stem = `${zone.dataset.paste || "screen"} ${day} ${moment}`;
    let name = `${stem}.png`;
    for (let next = 2; taken.has(name); next += 1) name = `${stem} (${next}).png`;
    return new File([file], name, { type: file.type, lastModified: now.getTime() });
  }

  // A strip of things to go through shows where one is.
  document.querySelector(".gp-queue [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  // A form is sent once: a second click on the way does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    // An answer that is a download leaves the page where it is.
    setTimeout(() => delete form.dataset.sent, 10000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // A refusal carries its own target; a form with mistakes or a conflict comes back as a fragment.
  // Typing has filtered already. The change event of leaving the field would fetch the list once
  // more and swap away the row that is being clicked.
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-search]")) event.stopPropagation();
  }, true);

  // What a page asks by itself every few seconds fails in silence, and takes nobody from their work.
  const quiet = (event) => Boolean(event.detail.requestConfig?.elt?.hasAttribute("data-quiet"));
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    // The sign-in has ended: the whole page goes there, not a fragment of this one.
    if (xhr.responseURL && new URL(xhr.responseURL).pathname === words.signIn) {
      event.detail.shouldSwap = false;
      return quiet(event) ? undefined : location.reload();
    }
    if (xhr.getResponseHeader("HX-Retarget") || [400, 409, 422].includes(xhr.status)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (quiet(event)) return;
    toast(status === 403 ? words.signedOut : status === 413 ? words.tooLarge : words.failed);
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => quiet(event) || toast(words.offline));
  }

  // Keys: / search, j k move in a list, Enter opens, ? help. They can be switched off.
  const off = () => localStorage.getItem("keys") === "off";
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog");
  const rows = () => [...document.querySelectorAll("[data-keys] [data-row]")].filter((row) => row.offsetParent);

  function step(by) {
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((row) => row.getAttribute("aria-selected") === "true");
    const next = all[Math.min(Math.max(now + by, 0), all.length - 1)];
    all[now]?.removeAttribute("aria-selected");
    next.setAttribute("aria-selected", "true");
    next.querySelector("a[href]")?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || off()) return;
    // Escape leaves the search with what was found; the browser's own would empty it and stay.
    if (event.key === "Escape" && event.target.matches("[data-search]")) {
      event.preventDefault();
      event.target.blur();
    }
    if (typing(event.target)) return;
    const search = document.querySelector("[data-search]");
    const key = keyOf(event);
    if (key === "/" && search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (key === "j" && rows().length) step(1);
    else if (key === "k" && rows().length) step(-1);
    else if (key === "?") document.getElementById("keys")?.showModal();
    else {
      const button = document.querySelector(`[data-key~="${CSS.escape(key)}"]`);
      if (button) {
        event.preventDefault();
        button.click();
      }
    }
  });
  // The help names only what this page has.
  for (const row of document.querySelectorAll("[data-keys-of]")) row.hidden = !document.querySelector(row.dataset.keysOf);
  const choice = document.getElementById("keys-on");
  if (choice) {
    choice.checked = !off();
    choice.addEventListener("change", () => localStorage.setItem("keys", choice.checked ? "on" : "off"));
  }
})();

// Signing out: whoever sits here next finds nothing of what was being written or sent. How the pages look stays.
// Done on the page that follows, since a page that is left still puts its draft aside.
(() => {
  "use strict";
  const CONTENTS = /^(gatepass|upload):/;
  document.addEventListener("submit", (event) => {
    if (event.target.action?.endsWith("/sign-out/")) sessionStorage.setItem("signed-out", "yes");
  });
  if (sessionStorage.getItem("signed-out")) {
    for (const key of Object.keys(localStorage)) if (CONTENTS.test(key)) localStorage.removeItem(key);
    sessionStorage.clear();
  }
})();
