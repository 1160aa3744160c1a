"""`gimap4d serve` in Chromium: as people use it, with and without scripts, keyboard, colours, eyes.

    private-dovecot … -- test-page-browser.py GIMAP4D

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import pathlib
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "lib"))

import chromium  # noqa: E402
import tap  # noqa: E402
import wrapper  # noqa: E402
from page_browser import Browser  # noqa: E402
from page_world import (Command, Stranger, append, attachments_of, change, control,  # noqa: E402
                        corpus, flags_of, imap)

PHONE, DESK = (390, 844), (1280, 900)
LOOKS = [(size, is_dark) for size in (PHONE, DESK) for is_dark in (False, True)]
SECONDS = 30
# What is to be forbidden has so long to happen.
GRACE = 0.5

CONTRASTS = """
(() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const paper = element => {
    for (; element; element = element.parentElement) {
      const colour = parse(getComputedStyle(element).backgroundColor);
      if (colour.length < 4 || colour[3] > 0)
        return colour;
    }
    return [255, 255, 255];
  };
  const result = [];
  const check = (element, style) => {
    const [a, b] = [light(parse(style.color)), light(paper(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5)
      result.push(`${element.tagName}.${element.className}: ${ratio.toFixed(2)}`);
  };
  let count = 0;
  for (const element of document.querySelectorAll("body *")) {
    const hasText = Array.from(element.childNodes).some(
      node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (hasText && element.checkVisibility() && !element.closest(".hidden")) {
      check(element, getComputedStyle(element));
      count++;
    }
  }
  for (const element of document.querySelectorAll("[placeholder]"))
    check(element, getComputedStyle(element, "::placeholder"));
  return [count, result];
})()
"""


def wait_until(function, *arguments):
    deadline = time.monotonic() + SECONDS
    while not function(*arguments):
        assert time.monotonic() < deadline, f"{function.__name__} {arguments}"
        time.sleep(0.05)


def go(path):
    browser.open(base + path)


def subjects():
    return browser.texts(".mails .what")


def open_mail(subject):
    """Turns pages as a reader does until the mail is in the list, then clicks on it."""
    go("box/INBOX")
    while subject not in subjects():
        assert browser.texts("a[rel=next]"), f"there is no mail {subject}"
        browser.follow("a[rel=next]")
    browser.follow(f".mails li:nth-child({subjects().index(subject) + 1}) a")
    assert browser.text("h1") == subject


def press(key):
    """As on a keyboard; a letter, or the name of a key."""
    text = {"Enter": "\r", "Tab": ""}.get(key, key)
    browser.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=text,
                 windowsVirtualKeyCode={"Enter": 13, "Tab": 9}.get(key, ord(key.upper()[0])))
    browser.call("Input.dispatchKeyEvent", type="keyUp", key=key)


def focused(property_name):
    return browser.evaluate(f"document.activeElement.{property_name}")


def check_quiet():
    """Nothing was refused or missing, and nobody has to scroll sideways."""
    complaints = [event["entry"]["text"] for event in browser.events("Log.entryAdded")]
    assert complaints == [], complaints
    widths = browser.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] <= widths[1], widths


def check_readable():
    count, faint = browser.evaluate(CONTRASTS)
    assert count > 5 and faint == [], faint


def check_accessible():
    """Each control has a name, there is one first heading, and the landmarks are there."""
    nodes = [node for node in browser.call("Accessibility.getFullAXTree")["nodes"]
             if not node["ignored"]]
    found = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes]
    for role, name in found:
        if role in ("link", "button", "searchbox", "textbox", "combobox", "checkbox", "Iframe",
                    "navigation", "option"):
            assert name.strip(), (role, found)
    levels = [prop["value"]["value"] for node in nodes if node["role"]["value"] == "heading"
              for prop in node["properties"] if prop["name"] == "level"]
    assert levels.count(1) == 1 and levels == sorted(levels), levels
    roles = [role for role, _ in found]
    for landmark in ("banner", "main", "contentinfo"):
        assert roles.count(landmark) == 1, (landmark, roles)
    assert browser.evaluate("document.documentElement.lang") == "en"


def test_entrance():
    browser.open(command.next_address())
    wait_until(lambda: browser.evaluate("location.pathname") == "/box/INBOX")
    assert "token" not in browser.evaluate("location.href")
    wait_until(lambda: browser.evaluate("document.readyState") == "complete")
    assert len(subjects()) == 50


def test_looks():
    """In all sizes and colours: nothing cut off, each text readable, all controls with a name."""
    open_mail("Your invoice")
    mail = browser.evaluate("location.pathname")[1:]
    open_mail("Picture inside")
    letter = browser.evaluate("location.pathname")[1:]
    try:
        for size, is_dark in LOOKS:
            browser.resize(*size, is_dark=is_dark)
            check_look(("box/INBOX", "box/INBOX?q=nobody", "box/Sent", mail, letter), is_dark)
    finally:
        browser.resize(*DESK)


def check_look(paths, is_dark):
    for path in paths:
        go(path)
        check_quiet()
        check_readable()
        check_accessible()
        sizes = browser.evaluate(
            "Array.from(document.querySelectorAll('.mails a, .boxes a, button, select, input'))"
            ".filter(control => control.checkVisibility() && control.type !== 'checkbox')"
            ".map(control => control.getBoundingClientRect().height)")
        assert min(sizes) >= 24, sizes
    go("box/Nowhere")
    check_readable()
    check_accessible()
    red = browser.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]")
    assert (int(red) < 64) == is_dark, red


def test_pages():
    go("box/INBOX")
    first = subjects()
    browser.follow("a[rel=next]")
    assert browser.evaluate("location.search") == "?page=2"
    second = subjects()
    assert second and len(first) == 50
    browser.follow("a[rel=prev]")
    assert subjects() == first


def test_boxes():
    go("box/INBOX")
    assert browser.texts(".boxes a[aria-current]")[0].startswith("Inbox")
    number = [text.split()[0] for text in browser.texts(".boxes li")].index("日本語") + 1
    browser.follow(f".boxes li:nth-child({number}) a")
    assert browser.text("h1") == "日本語"
    assert browser.text("main .empty") == "There are no mails here."
    check_quiet()


def test_search():
    go("box/INBOX")
    press("/")
    assert focused("id") == "search"
    browser.call("Input.insertText", text="invoice")
    browser.forget_events()
    press("Enter")
    browser.wait_for("Page.loadEventFired")
    assert "Your invoice" in subjects() and len(subjects()) < 10, subjects()
    assert browser.evaluate("document.getElementById('search').value") == "invoice"
    # The way back from a mail leads to what was found.
    browser.follow(".mails li a")
    browser.follow("a[rel=up]")
    assert "Your invoice" in subjects() and len(subjects()) < 10, subjects()


def test_mail():
    open_mail("Your invoice")
    assert "Ada Example <ada@example.com>" in browser.text(".facts")
    assert browser.text(".plain") == "Please find the invoice attached – thank you."
    dates = browser.evaluate("document.querySelector('.facts time').dateTime")
    assert dates.startswith("20") and "T" in dates, dates


def test_download():
    open_mail("Your invoice")
    path = browser.download(".attachments a")
    assert path.name == "invoice-2026-017.pdf"
    assert path.read_bytes() == attachments_of(corpus("mixed-pdf.eml"))[path.name]
    path.unlink()


def test_download_of_a_page():
    """A page that is attached is saved, and not shown with our origin."""
    append(b"From: a@example.org\r\nSubject: Page attached\r\n"
           b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\nText\r\n--B\r\n"
           b"Content-Type: text/html\r\nContent-Disposition: attachment; filename=page.html\r\n\r\n"
           b"<script>document.title = 'ran'</script>\r\n--B--\r\n")
    open_mail("Page attached")
    place = browser.evaluate("location.href")
    path = browser.download(".attachments a")
    assert b"<script>" in path.read_bytes()
    assert browser.evaluate("location.href") == place
    path.unlink()


def test_pictures():
    """Those that the mail brought along are there."""
    open_mail("Picture inside")
    check_quiet()
    wait_until(lambda: browser.evaluate_in_frame("document.readyState") == "complete")
    sizes = browser.evaluate_in_frame(
        "Array.from(document.images, image => image.naturalWidth)")
    assert len(sizes) == 2 and min(sizes) > 0, sizes


def test_hostile_letter():
    """Whatever its HTML tries: nothing runs, nothing is sent, the page stays."""
    far = stranger.address
    call = f"new Image().src='http://{far}/ran';top.postMessage('ran','*');alert(1)"
    append(f"""From: a@example.org
Subject: Hostile
Content-Type: text/html; charset=utf-8

<html><head><base href="http://{far}/"><meta http-equiv="refresh" content="0; url=http://{far}/m">
<link rel="preconnect" href="http://{far}"><link rel="stylesheet" href="http://{far}/style.css">
<link rel="dns-prefetch" href="http://{far}"><link rel="prefetch" href="http://{far}/p">
<script>{call}</script><script src="http://{far}/s.js"></script>
<style>@import "http://{far}/i.css"; @font-face {{ font-family: f; src: url(http://{far}/f) }}
body {{ background: url(http://{far}/b.png); font-family: f }}</style></head>
<body onload="{call}"><p style="background-image: url(http://{far}/c.png)">Hello</p>
<img src="http://{far}/x.png"><img src=x onerror="{call}"><svg onload="{call}"><image
href="http://{far}/svg.png"/><use href="http://{far}/u.svg#a"/><script>{call}</script></svg>
<iframe src="http://{far}/frame"></iframe><iframe srcdoc="<script>{call}</script>"></iframe>
<object data="http://{far}/o"></object><embed src="http://{far}/e"><video poster="http://{far}/v"
src="http://{far}/v.mp4"></video><audio src="http://{far}/a.mp3" autoplay></audio>
<form action="http://{far}/form"><button id="send" autofocus>Send</button></form>
<a id="js" href="javascript:{call}">js</a><math href="javascript:{call}">x</math>
<input type="image" src="http://{far}/input.png"><table background="http://{far}/t.png"><tr><td>
</table></body></html>""".replace("\n", "\r\n").encode())
    browser.evaluate("window.ran = 0")
    open_mail("Hostile")
    browser.evaluate("addEventListener('message', () => { document.title = 'ran'; })")
    place = browser.evaluate("location.href")
    wait_until(lambda: browser.evaluate_in_frame("document.readyState") == "complete")
    time.sleep(GRACE)
    for name in ("send", "js"):
        browser.click_in_frame(f"#{name}")
    time.sleep(GRACE)
    assert stranger.requests == [], stranger.requests
    assert browser.evaluate("document.title") == "Hostile"
    assert browser.evaluate("location.href") == place
    assert browser.evaluate_in_frame("document.body.innerText").startswith("Hello")
    assert browser.events("Page.javascriptDialogOpening") == []
    # Alone in a window it can do no more.
    browser.open(browser.evaluate("document.querySelector('iframe').src"))
    time.sleep(GRACE)
    assert stranger.requests == [] and browser.text("p") == "Hello", stranger.requests


def test_remote_images():
    """They come when the reader asks for them, and nothing else does; for this mail only."""
    for subject in ("Newsletter", "Another newsletter"):
        append(f"From: a@example.org\r\nSubject: {subject}\r\nContent-Type: text/html\r\n\r\n"
               f"<p>News<img src='http://{stranger.address}/pixel.svg'>"
               f"<link rel=stylesheet href='http://{stranger.address}/style.css'>"
               f"<script src='http://{stranger.address}/s.js'></script>".encode())
    open_mail("Newsletter")
    wait_until(lambda: browser.evaluate_in_frame("document.readyState") == "complete")
    time.sleep(GRACE)
    assert stranger.requests == [], stranger.requests
    assert "were not loaded" in browser.text(".remote p")
    browser.follow(".remote button")
    wait_until(lambda: browser.evaluate_in_frame("document.images[0]?.naturalWidth") == 30)
    time.sleep(GRACE)
    asked = [request for request in stranger.requests if request != "connection"]
    assert asked == ["GET /pixel.svg HTTP/1.1"], asked
    stranger.requests.clear()
    open_mail("Another newsletter")
    open_mail("Newsletter")
    wait_until(lambda: browser.evaluate_in_frame("document.readyState") == "complete")
    time.sleep(GRACE)
    assert stranger.requests == [], stranger.requests


def test_change():
    """A form of the page is believed, in a browser as it is."""
    uid = append(b"From: a@example.org\r\nSubject: To be marked\r\n\r\nHi\r\n")
    open_mail("To be marked")
    assert flags_of(uid) == set()
    browser.follow("button[value=read]")
    assert browser.texts(".changes button")[0] == "Mark as unread"
    assert flags_of(uid) == {"\\Seen"}
    check_quiet()


def test_keys():
    go("box/INBOX")
    for key, number in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        press(key)
        assert focused("pathname") == browser.evaluate(
            f"document.querySelectorAll('.mails a')[{number}].pathname"), (key, number)
    assert browser.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    first, second, third = subjects()[:3]
    browser.forget_events()
    press("o")
    browser.wait_for("Page.loadEventFired")
    assert browser.text("h1") == second
    for key, expected in (("j", third), ("k", second), ("k", first)):
        browser.forget_events()
        press(key)
        browser.wait_for("Page.loadEventFired")
        assert browser.text("h1") == expected, key
    browser.forget_events()
    press("u")
    browser.wait_for("Page.loadEventFired")
    assert browser.text("h1") == "Inbox"
    # In a field they are letters.
    press("/")
    press("j")
    assert focused("id") == "search" and focused("value") == "j"


def test_keys_off():
    """Who talks to the machine, or slips, can do without them."""
    go("box/INBOX")
    browser.evaluate("document.querySelector('.keys').open = true")
    browser.click("#use-keys")
    go("box/INBOX")
    press("j")
    assert focused("tagName") == "BODY"
    browser.evaluate("document.querySelector('.keys').open = true")
    browser.click("#use-keys")
    go("box/INBOX")
    press("j")
    assert focused("tagName") == "A"


def test_tab():
    """The first stop leads past the boxes."""
    go("box/INBOX")
    press("Tab")
    assert focused("className") == "skip"
    assert browser.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    press("Enter")
    wait_until(lambda: focused("id") == "content")
    press("Tab")
    assert focused("id") == "search"


def is_unread_count_right():
    go("box/INBOX")
    with imap() as client:
        _, said = client.status("INBOX", "(UNSEEN)")
    shown = browser.evaluate("document.querySelector('.boxes .count').firstChild.data")
    return f"UNSEEN {shown})".encode() in said[0]


def test_news():
    """A new mail comes into the list that is shown; the page and the place in it stay."""
    append(b"From: Ann <ann@example.org>\r\nSubject: Before\r\n\r\nHi\r\n")
    # The counts of a page may be some seconds old.
    wait_until(is_unread_count_right)
    browser.evaluate("window.isSamePage = true")
    press("j")
    place = focused("pathname")
    unread = int(browser.evaluate("document.querySelector('.boxes .count').firstChild.data"))
    uid = append(b"From: Bob <bob@example.org>\r\nSubject: Fresh <b>news</b>\r\n\r\nHi\r\n")
    wait_until(lambda: subjects()[0] == "Fresh <b>news</b>")
    assert browser.evaluate("window.isSamePage") is True
    assert focused("pathname") == place
    assert browser.evaluate("document.getElementById('news').textContent") == \
        "New mail from Bob: Fresh <b>news</b>"
    count = "Number(document.querySelector('.boxes .count').firstChild.data)"
    wait_until(lambda: browser.evaluate(count) == unread + 1)
    row = f"document.getElementById('mail-{uid}')"
    change(uid, "+FLAGS", "(\\Seen \\Flagged)".strip("()"))
    wait_until(lambda: browser.evaluate(f"{row}.className") == "read")
    assert browser.evaluate(f"{row}.querySelector('.starred') !== null")
    wait_until(lambda: browser.evaluate(count) == unread)
    with imap() as client:
        client.select("INBOX")
        client.uid("STORE", uid, "+FLAGS", "\\Deleted")
        client.expunge()
    wait_until(lambda: browser.evaluate(f"{row} === null"))
    check_quiet()


def fetched_by_script():
    return browser.evaluate("performance.getEntriesByType('resource').filter("
                            "entry => entry.initiatorType === 'fetch').map(entry => entry.name)")


def test_many_news():
    """Many mails at once are fetched together, and nothing but what has changed."""
    go("box/INBOX")
    append(b"From: Ann <ann@example.org>\r\nSubject: First\r\n\r\nHi\r\n")
    wait_until(lambda: subjects()[0] == "First")
    browser.evaluate("performance.clearResourceTimings()")
    for number in range(20):
        append(b"From: Ann <ann@example.org>\r\nSubject: Flood %d\r\n\r\nHi\r\n" % number)
    wait_until(lambda: subjects()[0] == "Flood 19")
    fetched = fetched_by_script()
    assert 1 <= len(fetched) < 15, fetched
    assert all(name.endswith("/box/INBOX?part=list") for name in fetched), fetched


def test_news_of_a_mail():
    """Beside a mail the counts of the boxes change; it is not fetched again."""
    go("box/INBOX")
    browser.click(".mails li a")
    browser.wait_for("Page.loadEventFired")
    count = "Number(document.querySelector('.boxes .count').firstChild.data)"
    unread = browser.evaluate(count)
    append(b"From: Ann <ann@example.org>\r\nSubject: Beside\r\n\r\nHi\r\n")
    wait_until(lambda: browser.evaluate(count) == unread + 1)
    assert all(name.endswith("/box/INBOX/boxes") for name in fetched_by_script())


def test_no_news():
    """While they cannot come the page says so, and then no more."""
    go("box/INBOX")
    stale = "document.querySelector('.stale')"
    assert browser.evaluate(f"{stale}.hidden") is True
    control("down")
    try:
        wait_until(lambda: browser.evaluate(f"!{stale}.hidden && {stale}.textContent") ==
                   "What is new does not come by itself now; it is tried again.")
    finally:
        control("up")
    wait_until(lambda: browser.evaluate(f"{stale}.hidden"))
    append(b"From: Ann <ann@example.org>\r\nSubject: There again\r\n\r\nHi\r\n")
    wait_until(lambda: subjects()[0] == "There again")


def test_two_browsers():
    """Each has its own way in, and both see what happens."""
    address = command.next_address(len(command.addresses()))
    with chromium.Chromium() as other:
        other.open(address)
        wait_until(lambda: other.evaluate("location.pathname") == "/box/INBOX")
        go("box/INBOX")
        append(b"From: Eve <eve@example.org>\r\nSubject: To both\r\n\r\nHi\r\n")
        for each in (browser, other):
            wait_until(lambda: each.texts(".mails .what")[0] == "To both")


def test_without_script():
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        go("box/INBOX")
        for selector in ("a[rel=next]", "a[rel=prev]", ".mails li a", "a[rel=next]", "a[rel=up]",
                         "form.search button"):
            browser.click(selector)
            browser.wait_for("Page.loadEventFired")
        go("box/INBOX?q=invoice")
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
    assert "Your invoice" in subjects()


def test_closed():
    """Another browser of this machine is told how to come in."""
    with chromium.Chromium() as other:
        other.open(base + "box/INBOX")
        assert other.text("h1") == "This mailbox is closed"


if not chromium.find_chromium():
    sys.exit(wrapper.skip("Chromium is not installed"))
command = Command()
base = command.base
stranger = Stranger()
with Browser() as browser:
    tap.run({
        "entrance": test_entrance,
        "looks": test_looks,
        "pages": test_pages,
        "boxes": test_boxes,
        "search": test_search,
        "mail": test_mail,
        "download": test_download,
        "download of a page": test_download_of_a_page,
        "pictures of the mail": test_pictures,
        "hostile letter": test_hostile_letter,
        "remote images": test_remote_images,
        "change": test_change,
        "keys": test_keys,
        "keys can be switched off": test_keys_off,
        "tab": test_tab,
        "news": test_news,
        "many news": test_many_news,
        "news of a mail": test_news_of_a_mail,
        "no news": test_no_news,
        "two browsers": test_two_browsers,
        "without scripts": test_without_script,
        "closed": test_closed,
    })
