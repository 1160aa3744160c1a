// What needs a script: news without turning the page, and keys. Without it the pages work, too.
//
// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: The gimap4d authors
"use strict";

const main = document.getElementById("content");
const isList = document.body.classList.contains("list");
let shown = null;
let events = null;

function rememberedKeys() {
  try {
    return localStorage.getItem("keys") !== "off";
  } catch {
    return true;
  }
}

// News.

// What asks again for the news when the server has refused them.
const LATER = 10000;
// What comes in the meantime is fetched together.
const PAUSE = 500;

function idsOf(root) {
  return new Set(Array.from(root.querySelectorAll(".mails > li"), row => row.id));
}

function announce(part, known) {
  const news = document.getElementById("news");
  const fresh = Array.from(part.querySelectorAll(".mails > li")).filter(
    row => !known.has(row.id) && row.classList.contains("unread"));
  if (!fresh.length || !known.size)
    return;
  const parts = [".who", ".what"].map(name => fresh[0].querySelector(name).textContent);
  news.textContent = news.dataset.text.replace(/%s/g, () => parts.shift());
}

// Takes a part of the page that has changed, and leaves the keyboard where it is.
function replace(part, selector) {
  const fresh = part.querySelector(selector);
  const old = document.querySelector(selector);
  if (!fresh || !old || fresh.innerHTML === old.innerHTML)
    return;
  const row = document.activeElement.closest(".mails > li");
  const link = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
  old.replaceChildren(...fresh.childNodes);
  if (row && old.contains(document.getElementById(row.id)))
    document.getElementById(row.id).querySelector("a").focus({ preventScroll: true });
  else if (link)
    old.querySelector(`a[href="${CSS.escape(link)}"]`)?.focus({ preventScroll: true });
}

async function update() {
  const answer = await fetch(main.dataset.part, { cache: "no-cache" }).catch(() => null);
  if (!answer || !answer.ok)
    return;
  const text = await answer.text();
  if (text === shown)
    return;
  shown = text;
  const part = new DOMParser().parseFromString(text, "text/html");
  announce(part, idsOf(document));
  replace(part, "#found");
  replace(part, "nav.boxes");
}

// One at a time: what happens while it is fetched, and for a while after, is fetched once.
let updating = null;
let isOld = false;

function refresh() {
  isOld = true;
  updating ??= (async () => {
    while (isOld) {
      isOld = false;
      await update();
      await new Promise(done => setTimeout(done, PAUSE));
    }
    updating = null;
  })();
}

function tellStale(isStale) {
  const stale = document.querySelector(".stale");
  stale.hidden = !isStale;
  stale.textContent = isStale ? stale.dataset.text : "";
}

// Browsers ask again by themselves when the news end, but not when they are refused.
function follow() {
  const source = new EventSource(main.dataset.events);
  let failures = 0;
  source.addEventListener("mails", refresh);
  source.addEventListener("open", () => {
    failures = 0;
    tellStale(false);
  });
  source.addEventListener("error", () => {
    if (source !== events)
      return;
    failures++;
    const isRefused = source.readyState === EventSource.CLOSED;
    if (isRefused || failures > 1)
      tellStale(true);
    if (isRefused) {
      events = null;
      setTimeout(listen, LATER);
    }
  });
  return source;
}

function stopListening() {
  events?.close();
  events = null;
}

// Browsers have six connections to a server: only the page that is seen holds one for its news.
function listen() {
  if (document.hidden)
    stopListening();
  else
    events ??= follow();
}

if (main?.dataset.events) {
  listen();
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", stopListening);
  // A page that comes back with the button "back" is as old as it was left.
  addEventListener("pageshow", event => {
    if (event.persisted) {
      refresh();
      listen();
    }
  });
}

// The way back leads to where one came from, a search perhaps.
const back = document.querySelector("a[rel=up]");
try {
  if (isList)
    sessionStorage.setItem("list", location.pathname + location.search);
  else if (back && sessionStorage.getItem("list")?.split("?")[0] === back.getAttribute("href"))
    back.href = sessionStorage.getItem("list");
} catch {
  // Without storage it leads to the first page.
}

// Keys.

function step(direction) {
  const links = Array.from(document.querySelectorAll(".mails a"));
  if (!links.length) {
    document.querySelector(direction > 0 ? "a[rel=next]" : "a[rel=prev]")?.click();
    return;
  }
  const place = links.indexOf(document.activeElement.closest(".mails a"));
  const next = place < 0 ? (direction > 0 ? 0 : links.length - 1) : place + direction;
  links[Math.min(Math.max(next, 0), links.length - 1)].focus();
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  o: () => document.activeElement.closest(".mails a")?.click(),
  u: () => back?.click(),
  "/": () => document.getElementById("search")?.focus(),
};

function isTyping(element) {
  return element.closest("input, select, textarea, [contenteditable]");
}

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing ||
      isTyping(event.target) || !rememberedKeys() || !Object.hasOwn(keys, event.key))
    return;
  event.preventDefault();
  keys[event.key]();
});

const help = document.querySelector(".keys");
const useKeys = document.getElementById("use-keys");
if (help && useKeys) {
  help.hidden = false;
  useKeys.checked = rememberedKeys();
  useKeys.addEventListener("change", () => {
    try {
      localStorage.setItem("keys", useKeys.checked ? "on" : "off");
    } catch {
      useKeys.checked = true;
    }
  });
}

document.querySelector(".boxes [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
