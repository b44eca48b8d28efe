// Passkeys: asks the browser for one and sends what it gave. Options stand in the page as JSON, or,
// for signing in, are fetched when the button is pressed.
(() => {
  "use strict";
  const failed = document.currentScript.dataset.failed;
  const known = window.isSecureContext && "PublicKeyCredential" in window;

  async function options(form) {
    if (form.dataset.passkey !== "sign-in") {
      return JSON.parse(form.querySelector("script[type='application/json']").textContent);
    }
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  async function go(form) {
    const given = await options(form);
    if (form.dataset.passkey !== "add") return window.webauthnJSON.get(given.request_options);
    const creation = given.creation_options;
    // A passkey and not only a second factor: kept on the device, opened by its owner.
    Object.assign(creation.publicKey.authenticatorSelection, {
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    });
    return window.webauthnJSON.create(creation);
  }

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const button = form.querySelector("[data-passkey-go]");
    const none = form.querySelector("[data-passkey-none]");
    button.hidden = !known;
    if (none) none.hidden = known;
    form.addEventListener("submit", (event) => event.preventDefault());
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        form.elements.credential.value = JSON.stringify(await go(form));
        form.submit();
      } catch {
        window.gatepass.toast(failed);
        button.disabled = false;
      }
    });
  });
})();
