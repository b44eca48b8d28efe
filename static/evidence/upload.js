// Files go one after the other, each with its own bar; without this script the form sends them all.
(() => {
  "use strict";
  if (window.gatepassUpload) return;
  window.gatepassUpload = true;

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-upload]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!form.dataset.busy) send(form);
  }, true);

  async function send(form) {
    const input = form.querySelector("input[type=file]");
    const files = [...input.files];
    if (!files.length) return window.gatepass.toast(form.dataset.again);
    form.dataset.busy = "yes";
    const together = form.querySelector("[name=together]")?.checked;
    const lots = together ? [files] : files.map((file) => [file]);
    const lines = show(form, lots);
    let failed = 0;
    for (const [at, lot] of lots.entries()) failed += (await post(form, lot, lines[at])) ? 0 : 1;
    delete form.dataset.busy;
    const kept = new DataTransfer();
    input.files = kept.files;
    if (failed < lots.length) await refresh();
  }

  function show(form, lots) {
    const list = form.querySelector("[data-files]");
    list.replaceChildren();
    return lots.map((lot) => {
      const item = document.createElement("li");
      const name = document.createElement("span");
      name.textContent = lot.map((file) => file.name).join(", ");
      const bar = document.createElement("progress");
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute("aria-label", name.textContent);
      const said = document.createElement("span");
      said.className = "said";
      item.append(name, bar, said);
      list.append(item);
      return { bar, said };
    });
  }

  function post(form, lot, { bar, said }) {
    const data = new FormData(form);
    data.delete("files");
    for (const file of lot) data.append("files", file, file.name);
    said.textContent = form.dataset.sending;
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "application/json");
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) bar.value = event.loaded / event.total;
        if (event.loaded === event.total) said.textContent = form.dataset.checking;
      });
      request.addEventListener("load", () => resolve(tell(request, form, bar, said)));
      for (const name of ["error", "abort", "timeout"]) {
        request.addEventListener(name, () => resolve(tell(request, form, bar, said)));
      }
      request.send(data);
    });
  }

  function tell(request, form, bar, said) {
    const [outcome] = request.response?.added ?? [];
    bar.remove();
    said.classList.add(outcome?.ok ? "good" : "bad");
    // An answer that is not ours is the sign-in page: the session has ended.
    const why = request.status ? document.body.dataset.signedOut : form.dataset.failed;
    said.textContent = outcome ? outcome.sentence : why;
    if (outcome?.url) {
      const link = document.createElement("a");
      link.href = outcome.url;
      link.textContent = outcome.sentence;
      said.replaceChildren(link);
    }
    return Boolean(outcome?.ok);
  }

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
