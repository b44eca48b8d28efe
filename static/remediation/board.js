// The board: cards go to another column by dragging, by keys or from a list. The server decides.
(() => {
  "use strict";
  const words = () => document.querySelector("[data-board]").dataset;
  const live = document.getElementById("board-live");
  const dropDialog = document.getElementById("board-drop");
  const moveDialog = document.getElementById("board-move");
  if (!live) return;

  const cardOf = (node) => node.closest?.(".rm-card");
  const columnOf = (node) => node.closest?.("[data-column]");
  const listOf = (column) => column.querySelector("[data-cards]");
  const cardsOf = (column) => [...column.querySelectorAll(".rm-card")];
  const columnsOf = (node) => [...node.closest("[data-columns]").querySelectorAll("[data-column]")];
  const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const fill = (text, parts) => text.replace(/\{(\w+)\}/g, (_all, name) => parts[name] ?? "");

  function say(text) {
    live.textContent = "";
    requestAnimationFrame(() => { live.textContent = text; });
  }
  function where(card) {
    const column = columnOf(card);
    return { card: card.dataset.code, column: column.dataset.label, place: cardsOf(column).indexOf(card) + 1 };
  }
  function count(column, by) {
    const number = column.querySelector("[data-count]");
    number.textContent = Math.max(0, Number(number.textContent) + by);
    const box = number.parentElement;
    box.classList.toggle("over", Boolean(box.dataset.most) && Number(number.textContent) > Number(box.dataset.most));
  }

  // What the server says of a card's ways is asked when somebody takes hold of it, and kept a moment.
  const known = new Map();
  function offers(card) {
    const key = card.dataset.task;
    const kept = known.get(key);
    if (kept && kept.state === card.dataset.state && Date.now() - kept.at < 20000) return kept.answer;
    const answer = fetch(`${card.dataset.url}moves/`, { headers: { Accept: "application/json" } })
      .then((response) => (response.ok ? response.json() : { columns: {} }))
      .catch(() => ({ columns: {} }));
    known.set(key, { state: card.dataset.state, at: Date.now(), answer });
    return answer;
  }
  async function mark(card) {
    const { columns } = await offers(card);
    if (!card.matches(".dragged, .picked")) return;
    for (const column of columnsOf(card)) {
      const offer = columns[column.dataset.column];
      if (!offer) continue;
      column.classList.add(offer.why ? "shut" : "open");
      const sentence = column.querySelector("[data-refusal]");
      sentence.textContent = offer.why;
      sentence.hidden = !offer.why;
    }
  }
  function unmark() {
    for (const column of document.querySelectorAll("[data-column]")) {
      column.classList.remove("open", "shut", "over");
      column.querySelector("[data-refusal]").hidden = true;
    }
    document.querySelector(".rm-mark")?.remove();
  }

  // Where a card stood, so that it can go back there.
  const stand = (card) => ({ list: card.parentElement, next: card.nextElementSibling, state: card.dataset.state });
  function goBack(card, stood) {
    if (columnOf(card).dataset.column !== columnOf(stood.list).dataset.column) {
      count(columnOf(card), -1);
      count(columnOf(stood.list), 1);
    }
    stood.list.insertBefore(card, stood.next?.isConnected ? stood.next : null);
  }
  function settle(card, list, next) {
    const [from, to] = [columnOf(card), columnOf(list)];
    if (from !== to) {
      count(from, -1);
      count(to, 1);
    }
    list.insertBefore(card, next?.isConnected ? next : list.querySelector(".rm-more"));
  }

  // The card as the server knows it now; it may stand in another column than anybody here thought.
  function renew(card, answer) {
    const holder = document.createElement("template");
    holder.innerHTML = answer.card.trim();
    const fresh = holder.content.firstElementChild;
    const target = columnsOf(card).find((column) => column.dataset.column === answer.state);
    const held = card.contains(document.activeElement);
    if (target && target !== columnOf(card)) settle(card, listOf(target), listOf(target).firstElementChild);
    if (target) card.replaceWith(fresh);
    else {
      count(columnOf(card), -1);
      card.remove();
    }
    if (held || document.activeElement === document.body) fresh.focus();
    known.delete(card.dataset.task);
    return fresh;
  }

  async function post(card, stood, body) {
    const [previous, next] = [card.previousElementSibling, card.nextElementSibling];
    body.set("csrfmiddlewaretoken", token());
    body.set("from", stood.state);
    body.set("to", columnOf(card).dataset.column);
    if (previous?.dataset.task) body.set("previous", previous.dataset.task);
    if (next?.dataset.task) body.set("next", next.dataset.task);
    const response = await fetch(`${card.dataset.url}drop/`, { method: "POST", body });
    if (!response.headers.get("Content-Type")?.startsWith("application/json")) throw new Error(response.status);
    return { ok: response.ok, ...(await response.json()) };
  }

  async function send(card, stood, body, dialog) {
    card.classList.add("sending");
    let answer;
    try {
      answer = await post(card, stood, body);
    } catch {
      goBack(card, stood);
      window.gatepass.toast(document.body.dataset.failed);
      return true;
    } finally {
      card.classList.remove("sending");
    }
    if (answer.ok) {
      const fresh = renew(card, answer);
      say(`${answer.said} ${fresh.isConnected ? fill(words().put, where(fresh)) : ""}`);
      return true;
    }
    if (dialog && !answer.moved) {
      const box = dialog.querySelector("[data-said]");
      box.firstElementChild.textContent = answer.said;
      box.hidden = false;
      return false;
    }
    goBack(card, stood);
    renew(card, answer);
    window.gatepass.toast(answer.said);
    say(answer.said);
    return true;
  }

  // What a move needs to know is asked before it is made; leaving the dialog leaves the card.
  async function ask(card, stood, to) {
    const response = await fetch(`${card.dataset.url}drop/?to=${to}`);
    if (!response.ok) {
      goBack(card, stood);
      return window.gatepass.toast(document.body.dataset.failed);
    }
    dropDialog.innerHTML = await response.text();
    const form = dropDialog.querySelector("form");
    let done = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (form.dataset.sending) return;
      form.dataset.sending = "yes";
      done = await send(card, stood, new FormData(form), dropDialog);
      delete form.dataset.sending;
      if (done) dropDialog.close();
    });
    dropDialog.addEventListener("close", () => {
      if (done) return;
      goBack(card, stood);
      say(fill(words().left, { card: card.dataset.code }));
      card.focus();
    }, { once: true });
    dropDialog.showModal();
  }

  // The card stands where it was let go of already; *stood* is where it came from.
  async function letGo(card, stood) {
    const to = columnOf(card).dataset.column;
    if (to === stood.state) {
      if (card.nextElementSibling === stood.next) return;
      await send(card, stood, new FormData());
      return;
    }
    const { state, columns } = await offers(card);
    const offer = columns[to];
    // Somebody moved it since this board was drawn: the server says who, and sends the fresh card.
    if (state && state !== stood.state) return send(card, stood, new FormData());
    if (offer?.why) {
      goBack(card, stood);
      window.gatepass.toast(offer.why, "warn");
      say(fill(words().refused, { column: offer.label, why: offer.why }));
    } else if (offer?.asks) await ask(card, stood, to);
    else await send(card, stood, new FormData());
  }

  // By dragging.
  let dragged = null;
  let stood = null;
  document.addEventListener("dragstart", (event) => {
    const card = cardOf(event.target);
    if (!card || card.classList.contains("sending")) return;
    [dragged, stood] = [card, stand(card)];
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.code);
    card.classList.add("dragged");
    mark(card);
  });
  function spot(column, y) {
    return cardsOf(column).find((card) => {
      const box = card.getBoundingClientRect();
      return card !== dragged && y < box.top + box.height / 2;
    });
  }
  document.addEventListener("dragover", (event) => {
    const column = dragged && columnOf(event.target);
    if (!column || !columnsOf(dragged).includes(column)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    for (const each of columnsOf(dragged)) each.classList.toggle("over", each === column);
    const line = document.querySelector(".rm-mark") || document.createElement("li");
    line.className = "rm-mark";
    line.setAttribute("aria-hidden", "true");
    const list = listOf(column);
    list.insertBefore(line, spot(column, event.clientY) || list.querySelector(".rm-more"));
  });
  document.addEventListener("drop", (event) => {
    const column = dragged && columnOf(event.target);
    if (!column || !columnsOf(dragged).includes(column)) return;
    event.preventDefault();
    const card = dragged;
    const line = document.querySelector(".rm-mark");
    const next = line?.nextElementSibling;
    line?.remove();
    settle(card, listOf(column), next === card ? card.nextElementSibling : next);
    letGo(card, stood);
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged");
    dragged = null;
    unmark();
  });

  // By keys: Space picks up, arrows move, Space puts down, Escape leaves.
  let picked = null;
  function pick(card) {
    picked = { card, stood: stand(card) };
    card.classList.add("picked");
    mark(card);
    say(fill(words().picked, where(card)));
  }
  function unpick() {
    const { card } = picked;
    picked = null;
    card.classList.remove("picked");
    unmark();
    card.focus();
  }
  async function sideways(step) {
    const { card, stood: from } = picked;
    const { columns } = await offers(card);
    if (picked?.card !== card) return;
    const all = columnsOf(card);
    const now = all.indexOf(columnOf(card));
    const may = (column) => column.dataset.column === from.state || columns[column.dataset.column]?.why === "";
    for (let at = now + step; all[at]; at += step) {
      if (!may(all[at])) continue;
      settle(card, listOf(all[at]), all[at].dataset.column === from.state ? from.next : listOf(all[at]).firstElementChild);
      card.scrollIntoView({ block: "nearest", inline: "nearest" });
      card.focus();
      return say(fill(words().moved, where(card)));
    }
    const shut = all[now + step];
    const why = shut && columns[shut.dataset.column]?.why;
    say(why ? fill(words().refused, { column: shut.dataset.label, why }) : fill(words().nowhere, { card: card.dataset.code }));
  }
  function upwards(step) {
    const { card } = picked;
    const all = cardsOf(columnOf(card));
    const other = all[all.indexOf(card) + step];
    if (!other) return;
    other[step < 0 ? "before" : "after"](card);
    card.scrollIntoView({ block: "nearest" });
    card.focus();
    say(fill(words().moved, where(card)));
  }
  function walk(card, key) {
    const all = columnsOf(card);
    const cards = cardsOf(columnOf(card));
    const at = cards.indexOf(card);
    if (key === "ArrowUp" || key === "ArrowDown") return cards[at + (key === "ArrowUp" ? -1 : 1)]?.focus();
    const step = key === "ArrowLeft" ? -1 : 1;
    for (let now = all.indexOf(columnOf(card)) + step; all[now]; now += step) {
      const there = cardsOf(all[now]);
      if (there.length) return there[Math.min(at, there.length - 1)].focus();
    }
  }
  const SIDES = { ArrowLeft: -1, ArrowRight: 1 };
  const UPDOWN = { ArrowUp: -1, ArrowDown: 1 };
  document.addEventListener("keydown", (event) => {
    const card = cardOf(event.target);
    if (!card || event.target !== card || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const { key } = event;
    if (key === " ") {
      event.preventDefault();
      if (!picked) return card.classList.contains("sending") ? undefined : pick(card);
      const { stood: from } = picked;
      unpick();
      letGo(card, from);
    } else if (key === "Escape" && picked) {
      goBack(card, picked.stood);
      unpick();
      say(fill(words().left, { card: card.dataset.code }));
    } else if (key === "Enter" && !picked) location.assign(card.dataset.url);
    else if (key in SIDES || key in UPDOWN) {
      event.preventDefault();
      if (!picked) walk(card, key);
      else if (key in SIDES) sideways(SIDES[key]);
      else upwards(UPDOWN[key]);
    } else if (window.gatepass.keyOf(event) === "m" && !picked) choose(card);
  });
  // A card that is held and left alone goes back: nothing is half done.
  document.addEventListener("focusout", (event) => {
    if (!picked || event.target !== picked.card) return;
    const { card, stood: from } = picked;
    setTimeout(() => {
      if (picked?.card !== card || document.activeElement === card) return;
      goBack(card, from);
      picked = null;
      card.classList.remove("picked");
      unmark();
    }, 200);
  });

  // From a list, for fingers and for everybody else who does not drag.
  async function choose(card) {
    const { columns } = await offers(card);
    moveDialog.querySelector("h2").textContent = fill(words().choose, { card: card.dataset.code });
    const choices = Object.entries(columns).map(([name, offer]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-outline-secondary";
      const text = document.createElement("span");
      text.textContent = offer.label;
      button.append(text);
      const more = offer.why || (offer.asks && words().asks);
      if (more) {
        const small = document.createElement("small");
        small.textContent = more;
        text.append(small);
      }
      if (offer.why) button.setAttribute("aria-disabled", "true");
      else button.addEventListener("click", () => {
        const from = stand(card);
        const column = columnsOf(card).find((each) => each.dataset.column === name);
        moveDialog.close();
        settle(card, listOf(column), listOf(column).firstElementChild);
        letGo(card, from);
      });
      return button;
    });
    moveDialog.querySelector("[data-choices]").replaceChildren(...choices);
    moveDialog.showModal();
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-move]");
    if (button) choose(cardOf(button));
  });
  document.addEventListener("pointerdown", (event) => {
    const card = cardOf(event.target);
    if (card) offers(card);
  });
})();
