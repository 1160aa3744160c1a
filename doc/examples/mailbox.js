// Brings the list up to date when the server tells of news, without turning the page.
//
// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: The gimap4d authors
"use strict";

const list = document.querySelector("main[data-events]");

async function update() {
  const answer = await fetch(location.href);
  if (!answer.ok)
    return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const selector of ["main", "body > nav"]) {
    const fresh = page.querySelector(selector);
    const shown = document.querySelector(selector);
    if (fresh && shown)
      shown.replaceChildren(...fresh.childNodes);
  }
}

if (list) {
  const events = new EventSource(list.dataset.events);
  let wasOpen = false;
  events.addEventListener("mails", update);
  // What happened while the connection was lost, nobody has told.
  events.addEventListener("open", () => {
    if (wasOpen)
      update();
    wasOpen = true;
  });
}
