"""`gimap4d serve` as a client of HTTP sees it: who comes in, what each address gives, what stays out.

    private-dovecot … -- test-page-http.py GIMAP4D

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import base64
import concurrent.futures
import errno
import hashlib
import html
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "lib"))

import tap  # noqa: E402
from page_world import (PATIENCE, Client, Command, append, attachments_of, change, control, corpus,  # noqa: E402
                        flags_of, imap, links, rows, setting)

MEGABYTE = 1024 * 1024
# What a download may cost beyond what the program needs anyway: some windows of 1 MiB and their
# copies, never the attachment.
MOST_GROWTH = 6 * MEGABYTE
SYSTEMD = pathlib.Path(__file__).resolve().parents[3] / "doc" / "examples" / "systemd"
SCRIPT = "<script>alert(1)</script>"
WHERE_MAILS_ARE = "/box/INBOX"


def find(subject, box="INBOX"):
    """The address of a mail."""
    number = 1
    while True:
        answer = browser.ask(f"/box/{box}?page={number}")
        assert answer.status == 200, f"there is no mail {subject}"
        for uid, _, found in rows(answer.text):
            if found == subject:
                return next(link for link in links(answer.text) if link.endswith(f"-{uid}"))
        number += 1


def test_closed():
    """Without the token nobody gets anything but the style sheet."""
    stranger = Client(command.base)
    path = find("Your invoice")
    for wanted in ("/", WHERE_MAILS_ARE, path, path + "/html", path + "/source", path + "/part/0",
                   path + "/part/0/" + "0" * 64, "/box/INBOX/events", "/nothing", "/?token=",
                   "/?token=x", "/?token=" + "0" * 32):
        answer = stranger.ask(wanted)
        assert answer.status == 403, (wanted, answer.status)
        assert "invoice" not in answer.text and "alice" in answer.text, wanted
    assert stranger.post(path + "/flags", {"do": "read"}).status == 403
    for name in ("page.css", "page.js", "icon.svg"):
        assert stranger.ask(f"/assets/{name}").status == 200
    assert stranger.ask("/assets/../page.css").status in (400, 403, 404)


def test_token():
    """Each opens once, and the program shows the next."""
    count = len(command.addresses())
    address = command.next_address(count)
    first, second = Client(command.base), Client(command.base)
    answer = first.enter(address)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie, cookie
    assert 'content="0; url=/"' in answer.text
    assert first.ask(WHERE_MAILS_ARE).status == 200
    assert second.ask(address[len(command.base) - 1:]).status == 403
    assert second.ask(WHERE_MAILS_ARE).status == 403
    second.enter(command.next_address(count + 1))
    assert second.ask(WHERE_MAILS_ARE).status == 200
    assert first.ask(WHERE_MAILS_ARE).status == 200
    # Who is in already may follow the used link again.
    assert first.ask(address[len(command.base) - 1:]).status == 303


def test_session_is_new():
    """One that somebody else may have planted does not become the one that is in."""
    planted = Client(command.base)
    planted.ask("/")
    before = dict(planted.cookies)
    planted.enter(command.next_address(len(command.addresses())))
    assert before and planted.cookies != before
    victim = Client(command.base)
    victim.cookies = before
    assert victim.ask(WHERE_MAILS_ARE).status == 403


def test_host():
    """Neither a name that leads to this machine (DNS rebinding) is ours, nor one that others share:
    browsers send cookies to all ports of a host. Nobody who asks is told the right one."""
    name = re.search(r"^http://(\w{16}\.localhost):\d+/$", command.base)[1]
    port = command.port
    similar = ("1" if name[0] == "0" else "0") + name[1:]
    for host in ("evil.example", "127.0.0.1.evil.example:80", f"127.0.0.1:{port}",
                 f"localhost:{port}", f"[::1]:{port}", f"{similar}:{port}", f"x.{name}:{port}"):
        for path in (WHERE_MAILS_ARE, "/", "/?token=" + "0" * 32):
            answer = browser.ask(path, Host=host)
            assert answer.status == 421, host
            assert name not in f"{answer.headers}{answer.text}", host
    assert browser.ask(WHERE_MAILS_ARE, Host=name).status == 200


def test_curl():
    """It finds the name, as browsers do."""
    said = subprocess.run(["curl", "--silent", "--noproxy", "*", "--write-out", "%{http_code}",
                           command.base + "assets/page.css"], check=True, capture_output=True)
    assert said.stdout.endswith(b"}\n200"), said.stdout[-100:]


def test_name_of_each_run():
    other = Command()
    assert other.base.split(":")[1] != command.base.split(":")[1]
    assert other.stop() == 0


def test_port_of_another():
    """A browser may come with IPv4 or IPv6: nobody else may hear the token."""
    assert is_refused("127.0.0.1", command.port, socket.AF_INET)
    if not has_ipv6():
        raise tap.Skip("there is no IPv6")
    assert is_refused("::1", command.port, socket.AF_INET6)
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other:
        port = other.getsockname()[1]
        result = serve_in_vain("--port", str(port))
        assert result.returncode == 1 and f"[::1]:{port}" in result.stderr.decode(), result


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def is_refused(host, port, family):
    """Whether nobody else can listen there."""
    with socket.socket(family) as other:
        try:
            other.bind((host, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def test_reading_changes_nothing():
    uid = append(corpus("mixed-pdf.eml"))
    path = find("Your invoice")
    assert path.endswith("-" + uid)
    for rest in ("", "?as=text", "/source", "/source?save=1", "/part/0", "/html"):
        assert browser.ask(path + rest).status in (200, 404), rest
    assert flags_of(uid) == set()


def test_changes():
    uid = append(corpus("ascii-plain.eml"))
    path = browser.ask(WHERE_MAILS_ARE).text
    path = next(link for link in links(path) if link.endswith("-" + uid))
    for word, expected in (("read", {"\\Seen"}), ("flag", {"\\Seen", "\\Flagged"}),
                           ("unread", {"\\Flagged"}), ("unflag", set())):
        answer = browser.post(path + "/flags", {"do": word})
        assert answer.status == 303 and answer.headers["Location"].endswith(path), answer.headers
        assert flags_of(uid) == expected, word
        page = browser.ask(path).text
        assert ("value=\"unread\"" in page) == ("\\Seen" in expected)
        assert ("value=\"unflag\"" in page) == ("\\Flagged" in expected)


def is_unread_count_right():
    shown = re.search(r'href="/box/INBOX".*?class="count">(\d+)<', browser.ask("/box/Sent").text)[1]
    with imap() as client:
        _, said = client.status("INBOX", "(UNSEEN)")
    return f"UNSEEN {shown})".encode() in said[0]


def test_counts():
    """Also of a box in which the user has changed something, they follow what others do."""
    uid = append(corpus("ascii-plain.eml"))
    path = next(link for link in links(browser.ask(WHERE_MAILS_ARE).text)
                if link.endswith("-" + uid))
    assert browser.post(path + "/flags", {"do": "read"}).status == 303
    for flag in ("-FLAGS", "+FLAGS"):
        change(uid, flag, "\\Seen")
        # They may be some seconds old.
        deadline = time.monotonic() + PATIENCE
        while not is_unread_count_right():
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_changes_of_others():
    """Only a page of ours asks for them, and only the one who is in."""
    uid = append(corpus("ascii-plain.eml"))
    path = next(link for link in links(browser.ask(WHERE_MAILS_ARE).text)
                if link.endswith("-" + uid))
    own = command.base.rstrip("/")
    for origin in (None, "null", "http://evil.example", "https" + own[4:], own + "0", ""):
        assert browser.post(path + "/flags", {"do": "read"}, Origin=origin).status == 403, origin
    assert Client(command.base).post(path + "/flags", {"do": "read"}).status == 403
    assert browser.ask(path + "/flags").status == 404
    for form in ({"do": "delete"}, {}, {"do": ""}, {"other": "read"}):
        assert browser.post(path + "/flags", form).status == 404, form
    for other in ("/box/INBOX/flags", "/box/INBOX/1-0/flags", path, "/"):
        assert browser.post(other, {"do": "read"}).status == 404, other
    stale = re.sub(r"/(\d+)-", lambda found: f"/{int(found[1]) + 1}-", path)
    assert browser.post(stale + "/flags", {"do": "read"}).status == 404
    assert flags_of(uid) == set()


DESKTOP = """[Desktop Entry]
Type=Application
Name=Browser
Exec=%s %%u
MimeType=text/html;x-scheme-handler/file;
"""
BROWSER = """#!/bin/sh
cat /proc/$$/cmdline > "$0.command"
cp "$(printf %s "$1" | sed 's,^file://,,')" "$0.page"
stat -c %a "$(printf %s "$1" | sed 's,^file://,,')" > "$0.rights"
: > "$0.done"
"""


def test_open():
    """The browser of the desktop gets a page that leads to the address, and nobody sees that."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for part in ("applications", "runtime", "config"):
            (folder / part).mkdir()
        browser_program = folder / "browser"
        browser_program.write_text(BROWSER)
        browser_program.chmod(0o755)
        (folder / "applications" / "browser.desktop").write_text(DESKTOP % browser_program)
        (folder / "config" / "mimeapps.list").write_text(
            "[Default Applications]\ntext/html=browser.desktop\n"
            "x-scheme-handler/file=browser.desktop\n")
        opened = Command("--open", env={"XDG_DATA_HOME": name, "XDG_DATA_DIRS": name,
                                        "XDG_CONFIG_HOME": name + "/config", "DISPLAY": "",
                                        "XDG_CONFIG_DIRS": name + "/config",
                                        "XDG_RUNTIME_DIR": name + "/runtime"})
        deadline = time.monotonic() + PATIENCE
        while not (folder / "browser.done").exists():
            assert time.monotonic() < deadline and opened.process.poll() is None, opened.lines
            time.sleep(0.02)
        page = (folder / "browser.page").read_text()
        address = html.unescape(re.search(r'href="([^"]*)"', page)[1])
        assert f"0; url={address}" in page and address.startswith(opened.base + "?token="), page
        assert (folder / "browser.rights").read_text() == "600\n"
        assert b"token" not in (folder / "browser.command").read_bytes()
        # It is not the one that was printed: both open.
        for each in (address, opened.next_address()):
            visitor = Client(opened.base)
            visitor.enter(each)
            assert visitor.ask(WHERE_MAILS_ARE).status == 200, each
        assert opened.stop() == 0
        assert list((folder / "runtime").glob("*.html")) == []


def test_open_without_browser():
    """The pages are there all the same."""
    with tempfile.TemporaryDirectory() as name:
        opened = Command("--open", env={
            "XDG_DATA_HOME": name, "XDG_DATA_DIRS": name, "XDG_CONFIG_HOME": name,
            "XDG_CONFIG_DIRS": name, "XDG_RUNTIME_DIR": name})
        visitor = Client(opened.base)
        visitor.enter(opened.next_address())
        assert visitor.ask(WHERE_MAILS_ARE).status == 200
        assert opened.stop() == 0
        assert list(pathlib.Path(name).glob("*.html")) == []


def test_read_only():
    other = Command("--read-only")
    reader = Client(other.base)
    reader.enter(other.next_address())
    uid = append(corpus("ascii-plain.eml"))
    path = next(link for link in links(reader.ask(WHERE_MAILS_ARE).text)
                if link.endswith("-" + uid))
    assert "method=\"post\"" not in reader.ask(path).text
    assert reader.post(path + "/flags", {"do": "read"}).status == 403
    assert flags_of(uid) == set()
    assert other.stop() == 0


def test_headers():
    path = find("Your invoice")
    for wanted in (WHERE_MAILS_ARE, path):
        answer = browser.ask(wanted)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy, policy
        assert "unsafe" not in policy and "frame-ancestors 'none'" in policy, policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "private" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    answer = browser.ask(path + "/part/0")
    assert answer.headers.get_content_type() == "application/pdf"
    assert answer.headers.get_content_disposition() == "attachment"
    assert answer.headers.get_filename() == "invoice-2026-017.pdf"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer = browser.ask(find("Only HTML") + "/html")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox") and "default-src 'none'" in policy
    assert "allow-scripts" not in policy and "allow-same-origin" not in policy
    assert "http" not in policy and answer.headers["Referrer-Policy"] == "no-referrer"


def test_remote_images_need_a_key():
    """No link that a mail can hold makes the images of a mail load."""
    append(b"From: a@example.org\r\nSubject: Tracker\r\nContent-Type: text/html\r\n\r\n"
           b"<img src='http://192.0.2.1/x.png'>")
    path = find("Tracker")
    page = browser.ask(path).text
    key = re.search(r'name="images" value="(\w+)"', page)[1]
    other = re.search(r'name="images" value="(\w+)"', browser.ask(find("Tracker")).text)[1]
    assert key == other and len(key) == 64
    for wrong in ("1", "yes", "0" * 64, key[:-1], key.upper()):
        policy = browser.ask(f"{path}/html?images={wrong}").headers["Content-Security-Policy"]
        assert "http:" not in policy, wrong
    policy = browser.ask(f"{path}/html?images={key}").headers["Content-Security-Policy"]
    assert "img-src 'self' data: https: http:" in policy
    # That of another mail does not do.
    append(b"From: a@example.org\r\nSubject: Other\r\nContent-Type: text/html\r\n\r\n"
           b"<img src='http://192.0.2.1/x.png'>")
    policy = browser.ask(f"{find('Other')}/html?images={key}").headers["Content-Security-Policy"]
    assert "http:" not in policy


def test_pictures_of_the_mail():
    """They come without a cookie, as the frame has none, and with their key only."""
    path = find("Picture inside")
    frame = browser.ask(path + "/html").text
    keys = re.findall(r"/part/\d+/\w{64}", frame)
    assert len(keys) == 2, frame
    stranger = Client(command.base)
    expected = list(attachments_of(corpus("related-cid.eml")).values())
    for key in keys:
        answer = stranger.ask(path + key)
        assert answer.status == 200 and answer.headers.get_content_maintype() == "image"
        assert answer.body in expected
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert stranger.ask(path + key[:-1] + ("0" if key[-1] != "0" else "1")).status == 403


def test_not_modified():
    path = find("Your invoice")
    for wanted in (WHERE_MAILS_ARE, path, path + "/part/0", path + "/source", "/assets/page.css"):
        answer = browser.ask(wanted)
        before = command.imap_talk()
        again = browser.ask(wanted, If_None_Match=answer.headers["ETag"])
        assert (again.status, again.body) == (304, b""), wanted
        if "/part" in wanted or "/source" in wanted:
            assert command.imap_talk() == before, "the mail server was asked"
        assert browser.ask(wanted, If_None_Match='"other"').status == 200


def test_attachments():
    for name, subject in (("mixed-pdf.eml", "Your invoice"),
                          ("05-invoice-russian.eml", "Счёт за январь"),
                          ("14-three-files.eml", "Minutes and pictures for the report")):
        path = find(subject)
        bodies = []
        while (answer := browser.ask(f"{path}/part/{len(bodies)}")).status == 200:
            bodies.append(answer.body)
        for content in attachments_of(corpus(name)).values():
            assert content in bodies, (name, len(content))


def test_source():
    path = find("Your invoice")
    expected = corpus("mixed-pdf.eml").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    answer = browser.ask(path + "/source")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.body == expected
    answer = browser.ask(path + "/source?save=1")
    assert answer.headers.get_content_type() == "message/rfc822"
    assert answer.headers.get_content_disposition() == "attachment"
    assert answer.body == expected


def test_nothing_there():
    path = find("Your invoice")
    for wanted in ("/nothing", "/box", "/box/Nowhere", "/box/INBOX/0", "/box/INBOX/1-4294967295",
                   "/box/INBOX/99999999999-1", "/box/INBOX/x", "/box/INBOX/1-1%0d%0aA",
                   "/box/INBOX/-1", "/box/INBOX/1-", "/box/INBOX/+1-1", "/box/INBOX?page=0",
                   "/box/INBOX?page=999", "/box/INBOX?page=x", "/box/INBOX?page=+1",
                   "/box/INBOX?page=99999999999", path + "/part/99", path + "/part/x",
                   path + "/part/00", path + "/part", path + "/other", path + "/html/x",
                   "/box/%22%3Cu%3E", "/assets/none", "/assets/page.css/x"):
        answer = browser.ask(wanted)
        assert answer.status == 404, (wanted, answer.status)
        assert "<h1>Not here</h1>" in answer.text and "<u>" not in answer.text, answer.text
    assert browser.ask("/box/INBOX?q=" + "x" * 2000).status == 404
    assert browser.ask(WHERE_MAILS_ARE).status == 200


def test_old_links():
    """What was a mail of a box that was made anew is none of the new one."""
    path = find("Your invoice")
    stale = re.sub(r"/(\d+)-", lambda found: f"/{int(found[1]) + 1}-", path)
    for rest in ("", "/html", "/source", "/part/0"):
        assert browser.ask(stale + rest).status == 404, rest


def test_hostile_names():
    """In the name of a box, of a person, of a file; in the subject and in what is looked for."""
    append(b"From: =?utf-8?q?=3Cscript=3Ealert=281=29=3C/script=3E?= <a@example.org>\r\n"
           b"Subject: <script>alert(1)</script>\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
           b"--B\r\n\r\n<script>alert(1)</script>\r\n--B\r\nContent-Type: text/html\r\n"
           b"Content-Disposition: attachment; filename=\"x<svg onload=alert(1)>.html\"\r\n\r\n"
           b"<script>alert(1)</script>\r\n--B--\r\n")
    page = browser.ask(WHERE_MAILS_ARE).text
    link = next(link for link in links(page) if "script" in link and link.startswith("/box/"))
    path = find(SCRIPT)
    for wanted in (WHERE_MAILS_ARE, link, path, WHERE_MAILS_ARE + "?q=%3Cscript%3E%22",
                   "/box/%3Cscript%3E", "/%3Cscript%3E"):
        answer = browser.ask(wanted)
        scripts = re.findall("<script[^>]*>", answer.text)
        assert scripts == ['<script src="/assets/page.js" defer>'], (wanted, scripts)
        assert "<svg" not in answer.text
    assert browser.ask(link).status == 200
    answer = browser.ask(path + "/part/0")
    assert answer.headers.get_content_disposition() == "attachment"
    assert answer.body == SCRIPT.encode()


def test_search():
    append("From: Zoë <zoe@example.org>\r\nSubject: Zebras & ünïcödé\r\n\r\nStripes\r\n".encode())
    for query, expected in (("q=zebras", 1), ("q=%C3%BCn%C3%AFc%C3%B6d%C3%A9", 1), ("q=zoe", 1),
                            ("q=zebras+zoe", 1), ("q=zebras+nobody", 0), ("q=stripes", 0),
                            ("q=stripes&in=all", 1), ("q=%22%5C%28%29%7B5%7D", 0),
                            ("q=zebras&show=flagged", 0), ("q=zebras&show=unread", 1)):
        answer = browser.ask(f"/box/INBOX?{query}")
        assert answer.status == 200, query
        assert len(rows(answer.text)) == expected, (query, rows(answer.text))


def test_search_pages():
    """A search has pages, too, and their links keep it."""
    first = browser.ask("/box/Many?show=unread")
    assert len(rows(first.text)) == 50, first.text[:3000]
    following = next(link for link in links(first.text) if "page=2" in link)
    second = browser.ask(following)
    ids = [int(uid) for uid, _, _ in rows(first.text) + rows(second.text)]
    assert len(ids) == 100 and ids == sorted(ids, reverse=True), ids


def test_many_mails():
    """A page of a large box costs as much as one of a small box."""
    browser.ask("/box/Many")
    before, start = command.imap_talk(), time.monotonic()
    answer = browser.ask("/box/Many")
    print(f"# a page of 10000 mails: {time.monotonic() - start:.3f} s, "
          f"{command.imap_talk() - before} bytes of dialogue")
    assert command.imap_talk() - before < 100 * 1024
    ids = [int(uid) for uid, _, _ in rows(answer.text)]
    assert len(ids) == 50 and ids == sorted(ids, reverse=True), ids
    assert "1–50 of 10000" in answer.text
    last = browser.ask("/box/Many?page=200")
    assert "9951–10000 of 10000" in last.text and len(rows(last.text)) == 50
    assert browser.ask("/box/Many?page=201").status == 404


def test_large_mail():
    """What is attached is not fetched to show the text; the text of a long mail is cut."""
    block = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\r\n"
    append(b"From: a@example.org\r\nSubject: Large\r\nContent-Type: multipart/mixed; boundary=B\r\n"
           b"\r\n--B\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nCaf\xe9\r\n--B\r\n"
           b"Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n"
           b"Content-Disposition: attachment; filename=large.zip\r\n\r\n" +
           block * (3 * MEGABYTE // len(block)) + b"--B--\r\n")
    path = find("Large")
    before = command.imap_talk()
    page = browser.ask(path)
    assert "Café" in page.text and "large.zip" in page.text
    assert command.imap_talk() - before < 100 * 1024
    assert len(browser.ask(path + "/part/0").body) == 3 * MEGABYTE // len(block) * 60
    append(b"From: a@example.org\r\nSubject: Long\r\n\r\n" + b"0123456789 " * 150000)
    page = browser.ask(find("Long"))
    assert "class=\"cut\"" in page.text and len(page.text) < 1200000


def test_memory():
    """An attachment of any size goes through piece by piece, from the mail server to the browser."""
    block = os.urandom(MEGABYTE - MEGABYTE % 57)
    size = 12
    append(b"From: a@example.org\r\nSubject: Huge\r\nContent-Type: multipart/mixed; boundary=B\r\n"
           b"\r\n--B\r\n\r\nHello\r\n--B\r\nContent-Type: application/zip\r\n"
           b"Content-Transfer-Encoding: base64\r\n"
           b"Content-Disposition: attachment; filename=huge.zip\r\n\r\n" +
           base64.encodebytes(block).replace(b"\n", b"\r\n") * size + b"\r\n--B--\r\n")
    path = find("Huge") + "/part/0"
    browser.ask(path)
    command.peak_memory()
    before = command.peak_memory()
    digest, length = browser.download(path)
    growth = command.peak_memory() - before
    print(f"# {length} bytes, peak memory {growth} bytes more")
    assert (digest, length) == (hashlib.sha256(block * size).hexdigest(), len(block) * size)
    assert growth < MOST_GROWTH, growth


def test_slow_browsers():
    """More of them than the server has threads, on one box: others still get their pages."""
    path = find("Huge")
    slow = [browser.stall(path + "/part/0") for _ in range(10)]
    for _ in range(3):
        assert browser.ask(WHERE_MAILS_ARE).status == 200
        assert browser.ask(path).status == 200
    for client in slow:
        client.close()
    assert browser.ask(WHERE_MAILS_ARE).status == 200


def test_languages():
    answer = browser.ask(WHERE_MAILS_ARE, Accept_Language="fr-CA,fr;q=0.9,en;q=0.1")
    assert '<html lang="fr">' in answer.text and "Chercher" in answer.text
    assert "Accept-Language" in answer.headers["Vary"]
    answer = browser.ask(WHERE_MAILS_ARE, Accept_Language="de")
    assert '<html lang="en">' in answer.text and "Search" in answer.text
    assert '<html lang="fr">' in browser.ask("/nothing", Accept_Language="fr").text


def test_events():
    """A page learns of what comes after it was made, also when it asks late."""
    page = browser.ask(WHERE_MAILS_ARE).text
    path = re.search(r'data-events="([^"]*)"', page)[1]
    connection, answer = browser.open(path)
    assert answer.headers["Content-Type"] == "text/event-stream"
    # Nobody had watched before.
    wait_for_event(answer)
    connection.close()

    page = browser.ask(WHERE_MAILS_ARE).text
    path = re.search(r'data-events="([^"]*)"', page)[1]
    connection, answer = browser.open(path)
    uid = append(corpus("ascii-plain.eml"))
    wait_for_event(answer)
    assert uid in [row[0] for row in rows(browser.ask(WHERE_MAILS_ARE).text)]
    change(uid, "+FLAGS", "\\Seen")
    wait_for_event(answer)
    assert (uid, "read") in [row[:2] for row in rows(browser.ask(WHERE_MAILS_ARE).text)]
    connection.close()
    # That page is old now.
    connection, answer = browser.open(path)
    wait_for_event(answer)
    connection.close()


def wait_for_event(answer):
    while (line := answer.readline()) != b"event: mails\n":
        assert line, "the stream has ended"


def events_link(box):
    return re.search(r'data-events="([^"]*)"', browser.ask(f"/box/{box}").text)[1]


def test_events_of_another_time():
    """What a page has seen is never what it has not, also when nobody has watched meanwhile."""
    connection, answer = browser.open(events_link("Trash"))
    wait_for_event(answer)
    path = events_link("Trash")
    connection.close()
    # There is an end to the watched boxes: these take its place.
    others = [browser.open(f"/box/{box}/events") for box in ("Sent", "Junk", "Many")]
    assert [answer.status for _, answer in others] == [200] * 3
    for other, _ in others:
        other.close()
    append(corpus("ascii-plain.eml"), "Trash")
    connection, answer = browser.open(path)
    wait_for_event(answer)
    connection.close()


def test_events_end():
    """A watch that is lost is told by its end; one that cannot be had by the status."""
    connection, answer = browser.open(events_link("INBOX"))
    wait_for_event(answer)
    path = events_link("INBOX")
    control("down")
    try:
        while answer.readline():
            pass
        connection.close()
        connection, answer = browser.open(path)
        assert answer.status in (502, 504), answer.status
    finally:
        control("up")
    connection.close()
    connection, answer = browser.open(path)
    assert answer.status == 200
    # Who knows what happened in between.
    wait_for_event(answer)
    connection.close()


def test_parts():
    """What may have changed of a page that is there already."""
    page = browser.ask("/box/INBOX?show=unread&page=2").text
    part = html.unescape(re.search(r'data-part="([^"]*)"', page)[1])
    answer = browser.ask(part)
    assert answer.status == 200 and "<!DOCTYPE" not in answer.text and "<form" not in answer.text
    assert rows(answer.text) == rows(page) and '<nav class="turns"' in answer.text
    assert links(page) != links(answer.text) and set(links(answer.text)) <= set(links(page))
    path = find("Only HTML")
    part = re.search(r'data-part="([^"]*)"', browser.ask(path).text)[1]
    count = command.imap_commands("FETCH")
    answer = browser.ask(part)
    assert answer.status == 200 and answer.text.startswith('<nav class="boxes"'), answer.text
    assert not rows(answer.text) and command.imap_commands("FETCH") == count
    for wanted in (part, "/box/INBOX?part=list"):
        assert Client(command.base).ask(wanted).status == 403


def test_letter_is_fetched_once():
    """Its page has read it; the frame in it gets what that has."""
    path = find("Only HTML")
    for _ in range(2):
        browser.ask(path)
        before = command.imap_talk()
        letter = browser.ask(path + "/html")
        assert letter.status == 200 and command.imap_talk() == before
    # And without its page, too.
    assert browser.ask(path + "/html").body == letter.body
    assert command.imap_talk() > before
    assert Client(command.base).ask(path + "/html").status == 403


def test_boxes_are_listed_once():
    """For all who ask at the same time."""
    uid = append(corpus("ascii-plain.eml"))
    path = next(link for link in links(browser.ask(WHERE_MAILS_ARE).text)
                if link.endswith("-" + uid))
    part = "/box/INBOX/boxes"
    # After that the list is an old one.
    assert browser.post(path + "/flags", {"do": "read"}).status == 303
    count, begin = command.imap_commands("LIST"), time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(browser.ask, [part] * 8))
    assert {answer.status for answer in answers} == {200}
    # One for each five seconds, on a machine that is that slow.
    most = 1 + int((time.monotonic() - begin) / 5)
    assert 1 <= command.imap_commands("LIST") - count <= most


def test_search_is_done_once():
    """For the pages of what it has found."""
    count = command.imap_commands("SEARCH")
    first = rows(browser.ask("/box/Many?show=unread").text)
    assert command.imap_commands("SEARCH") == count + 1
    for page in (2, 3, 2):
        found = rows(browser.ask(f"/box/Many?show=unread&page={page}").text)
        assert len(found) == 50 and found[0][0] == str(int(first[0][0]) - 50 * (page - 1)), page
    assert command.imap_commands("SEARCH") == count + 1
    # Not of another search, not once more from the start, and not when a mail has come.
    browser.ask("/box/Many?show=flagged&page=2")
    assert command.imap_commands("SEARCH") == count + 2
    browser.ask("/box/Many?show=unread")
    assert command.imap_commands("SEARCH") == count + 3
    append(b"From: a@example.org\r\nSubject: message of today\r\n\r\nHi\r\n", "Many")
    found = rows(browser.ask("/box/Many?show=unread&page=2").text)
    assert command.imap_commands("SEARCH") == count + 4
    assert int(found[0][0]) > int(first[0][0]) - 50


def test_many_watched_boxes():
    """There is an end to the connections; who comes too late is told not to come again."""
    boxes = ("INBOX", "Sent", "Trash", "Junk", "Many")
    opened = [browser.open(f"/box/{box}/events") for box in boxes]
    statuses = [answer.status for _, answer in opened]
    assert statuses.count(200) == 3 and statuses[-1] == 204, statuses
    assert all(browser.ask(f"/box/{box}").status == 200 for box in boxes)
    for connection, _ in opened:
        connection.close()
    assert browser.open("/box/Nowhere/events")[1].status == 404


def test_server_gone():
    """The page says so and how to go on; when the server is there again, so are the mails."""
    path = find("Your invoice")
    control("down")
    try:
        answer = browser.ask(path)
        assert answer.status in (502, 504), answer.status
        assert f'<a class="button" href="{path}">Try again</a>' in answer.text, answer.text
        assert browser.ask(WHERE_MAILS_ARE).status in (502, 504)
        assert browser.ask(path + "/part/0").status in (502, 504)
        assert browser.post(path + "/flags", {"do": "read"}).status in (502, 504)
    finally:
        control("up")
    assert browser.ask(path).status == 200
    assert "Your invoice" in browser.ask(path).text


def test_connection_cut():
    """One that was lost in between is opened again by itself."""
    assert browser.ask(WHERE_MAILS_ARE).status == 200
    control("kill")
    assert browser.ask(WHERE_MAILS_ARE).status == 200


def test_usage():
    for options in (("--port", "70000"), ("--port", "-1"), ("--port", "x"), ("--nonsense",)):
        result = subprocess.run([sys.argv[1], "serve", *options, "imaps://a@localhost/"],
                                capture_output=True, stdin=subprocess.DEVNULL)
        assert result.returncode == 2 and result.stderr, (options, result)


def serve_in_vain(*options):
    return subprocess.run(
        [sys.argv[1], "serve", *options, "--ca-file", setting("CA"), "--password-file", "-",
         f"imaps://{setting('USER')}@localhost:{setting('IMAPS_PORT')}/"],
        capture_output=True, input=setting("PASSWORD").encode(), timeout=PATIENCE)


def test_port_in_use():
    result = serve_in_vain("--port", str(command.port))
    assert result.returncode == 1 and str(command.port) in result.stderr.decode(), result


def test_systemd_socket():
    """It takes a socket that systemd holds, as doc/examples/systemd has it."""
    with socket.create_server(("127.0.0.1", 0)) as passed:
        served = Command(passed=passed)
        port = passed.getsockname()[1]
    assert served.port == port, served.base
    assert not has_ipv6() or is_refused("::1", port, socket.AF_INET6)
    visitor = Client(served.base)
    visitor.enter(served.next_address())
    assert visitor.ask(WHERE_MAILS_ARE).status == 200
    assert served.stop() == 0


def test_systemd_units():
    """What systemd says of the units of the example."""
    if not shutil.which("systemd-analyze"):
        raise tap.Skip("systemd-analyze is not installed")
    units = sorted(SYSTEMD.glob("mailbox.*"))
    assert len(units) == 2, units
    said = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    complaints = [line for line in said.stderr.splitlines() if "mailbox" in line
                  and "gimap4d is not executable" not in line]
    assert complaints == [], complaints


def test_stop():
    assert command.stop() == 0
    assert "Stopped.\n" in command.lines, command.lines


def create_hostile_box():
    """Named <script>alert(1)<script>"'&%2e, in the UTF-7 of IMAP."""
    with imap() as client:
        name = SCRIPT.replace("/", "") + "\\\"'&-%2e"
        assert client.create(f'"{name}"')[0] == "OK"


create_hostile_box()
command = Command()
browser = Client(command.base)
browser.enter(command.next_address())
tap.run({
    "closed without the token": test_closed,
    "a token opens once": test_token,
    "the session is a new one": test_session_is_new,
    "names of the host": test_host,
    "the name by curl": test_curl,
    "each run has its name": test_name_of_each_run,
    "no port of another": test_port_of_another,
    "reading changes nothing": test_reading_changes_nothing,
    "what the user changes": test_changes,
    "counts": test_counts,
    "what others would change": test_changes_of_others,
    "the browser is opened": test_open,
    "there is no browser": test_open_without_browser,
    "for reading only": test_read_only,
    "headers": test_headers,
    "remote images need a key": test_remote_images_need_a_key,
    "pictures of the mail": test_pictures_of_the_mail,
    "304": test_not_modified,
    "attachments": test_attachments,
    "source": test_source,
    "what is not there": test_nothing_there,
    "links of another time": test_old_links,
    "hostile names": test_hostile_names,
    "search": test_search,
    "pages of a search": test_search_pages,
    "many mails": test_many_mails,
    "large mails": test_large_mail,
    "memory": test_memory,
    "slow browsers": test_slow_browsers,
    "languages": test_languages,
    "events": test_events,
    "events of another time": test_events_of_another_time,
    "events end": test_events_end,
    "parts": test_parts,
    "a letter is fetched once": test_letter_is_fetched_once,
    "boxes are listed once": test_boxes_are_listed_once,
    "a search is done once": test_search_is_done_once,
    "many watched boxes": test_many_watched_boxes,
    "the server is gone": test_server_gone,
    "a connection is cut": test_connection_cut,
    "usage": test_usage,
    "port in use": test_port_in_use,
    "a socket of systemd": test_systemd_socket,
    "units of systemd": test_systemd_units,
    "stop": test_stop,
})
