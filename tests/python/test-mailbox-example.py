"""From a mailbox to a browser: doc/examples/mailbox.py and a large attachment, against Dovecot.

    GIMAP4D_TEST_MEGABYTES=1000 …   with an attachment of that size, in place of 12 MB

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import base64
import hashlib
import http.client
import imaplib
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile

import tap
from library import setting

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "doc" / "examples" / "mailbox.py"
MEGABYTES = int(os.environ.get("GIMAP4D_TEST_MEGABYTES", "12"))
MEGABYTE = 1024 * 1024
# What a download may cost beyond what the program needs anyway: some windows of 1 MiB and their
# copies, never the attachment.
MOST_GROWTH = 6 * MEGABYTE
PATIENCE = 60


def new_mail(subject, size=0):
    """The mail, and the digest of its attachment; one megabyte again and again."""
    block = os.urandom(MEGABYTE)
    line = base64.encodebytes(block[:MEGABYTE - MEGABYTE % 57]).replace(b"\n", b"\r\n")
    content = block[:MEGABYTE - MEGABYTE % 57] * size
    head = (f"From: a@example.com\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
            "Content-Type: multipart/mixed; boundary=B\r\n\r\n"
            "--B\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
            "--B\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n"
            "Content-Disposition: attachment; filename=large.zip\r\n\r\n").encode()
    return head + line * size + b"\r\n--B--\r\n", hashlib.sha256(content).hexdigest(), len(content)


def append(mail):
    context = ssl.create_default_context(cafile=setting("CA"))
    with imaplib.IMAP4_SSL("localhost", int(setting("IMAPS_PORT")), ssl_context=context) as client:
        client.login(setting("USER"), setting("PASSWORD"))
        status, _ = client.append("INBOX", None, None, mail)
        assert status == "OK"


class Example:
    """The running program."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="gimap4d-example-")
        folder = pathlib.Path(self.folder.name)
        (folder / "password").write_text(setting("PASSWORD"))
        self.log = folder / "imap.log"
        # As systemd starts it with doc/examples/systemd: it gets a socket that listens.
        with socket.create_server(("127.0.0.1", 0)) as passed:
            self.process = subprocess.Popen(
                ["bash", "-c", f'exec 3<&{passed.fileno()}; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"',
                 "bash", sys.executable, EXAMPLE, "--password-file", folder / "password",
                 "--authority", setting("CA"), "--log-file", self.log,
                 f"imaps://{setting('USER')}@localhost:{setting('IMAPS_PORT')}"],
                stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
                pass_fds=(passed.fileno(),))
        for line in self.process.stdout:
            found = re.match(r"The mailbox is at http://([^/]*)/", line)
            if found:
                self.address = found[1]
                break

    def stop(self):
        self.process.terminate()
        self.process.stdout.read()
        status = self.process.wait(PATIENCE)
        self.folder.cleanup()
        return status

    def connect(self):
        return http.client.HTTPConnection(self.address, timeout=PATIENCE)

    def fetch(self, path, **headers):
        connection = self.connect()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def peak_memory(self):
        """The most that was resident since it was last asked."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024

    def imap_talk(self):
        """How much was said to the IMAP server, and heard of it."""
        return self.log.stat().st_size


def newest_mail():
    _, _, page = example.fetch("/box/INBOX")
    return re.search(r'<li[^>]*><a href="(/box/INBOX/\d+)">', page.decode())[1]


def link_of_attachment():
    _, _, page = example.fetch(newest_mail())
    return re.search(r'href="(/box/INBOX/\d+/attachment/\d+-\d+)"', page.decode())[1]


def download(path):
    """Digest and size; it is read in pieces here too."""
    connection = example.connect()
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename"), answer.headers
    digest, size = hashlib.sha256(), 0
    while block := answer.read(65536):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size, answer.headers["ETag"]


def test_memory():
    example.peak_memory()
    before = example.peak_memory()
    assert download(link)[:2] == (large_digest, large_size)
    growth = example.peak_memory() - before
    print(f"# {large_size} bytes, peak memory {growth} bytes more")
    assert growth < MOST_GROWTH, growth


def test_not_modified():
    etag = re.sub(r".*/(\d+)/attachment/(\d+)-(\d+)", r'"\2-\1-\3"', link)
    before = example.imap_talk()
    status, headers, body = example.fetch(link, **{"If-None-Match": etag})
    assert (status, headers["ETag"], body) == (304, etag, b""), (status, headers)
    assert example.imap_talk() == before, "the IMAP server was asked"
    # That an answer with a body is noticed there.
    status, _, _ = example.fetch(newest_mail())
    assert status == 200 and example.imap_talk() > before


def test_old_link():
    stale = re.sub(r"/(\d+)-(\d+)$", lambda found: f"/{int(found[1]) + 1}-{found[2]}", link)
    assert example.fetch(stale)[0] == 404
    for wrong in ("/1", "/-", "/1-", "/-1", "/1-99", "/x-0", "/1-0-0"):
        assert example.fetch(link.rsplit("/", 1)[0] + wrong)[0] == 404, wrong


def stalled_client(path):
    """One that asks and then hardly reads."""
    host, port = example.address.split(":")
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect((host, int(port)))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: {example.address}\r\n\r\n".encode())
    assert client.recv(1000).startswith(b"HTTP/1.1 200 ")
    return client


def test_slow_browser():
    """More of them than the server has threads, on one box: others still get their pages."""
    slow = [stalled_client(link) for _ in range(6)]
    for _ in range(3):
        assert example.fetch("/box/INBOX")[0] == 200
        assert example.fetch(newest_mail())[0] == 200
    for client in slow:
        client.close()
    assert example.fetch("/box/INBOX")[0] == 200


def test_news():
    connection = example.connect()
    connection.request("GET", "/box/INBOX/events")
    answer = connection.getresponse()
    assert answer.headers["Content-Type"] == "text/event-stream"
    mail, _, _ = new_mail("News for the page")
    append(mail)
    while (line := answer.readline()) != b"event: mails\n":
        assert line, "the stream has ended"
    assert b"News for the page" in example.fetch("/box/INBOX")[2]
    # From a box that is watched.
    assert example.fetch(newest_mail())[0] == 200


def test_units():
    """What systemd says of the units of the example."""
    if not shutil.which("systemd-analyze"):
        raise tap.Skip("systemd-analyze is not installed")
    units = sorted((EXAMPLE.parent / "systemd").glob("mailbox.*"))
    assert len(units) == 2, units
    said = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    complaints = [line for line in said.stderr.splitlines() if "mailbox" in line]
    assert complaints == [], complaints


def test_stop():
    assert example.stop() == 0


large_mail, large_digest, large_size = new_mail("Large", MEGABYTES)
append(large_mail)
del large_mail
example = Example()
link = link_of_attachment()
tap.run({
    "memory": test_memory,
    "304 without IMAP": test_not_modified,
    "links of another time": test_old_link,
    "slow browsers": test_slow_browser,
    "news": test_news,
    "units of systemd": test_units,
    "stop": test_stop,
})
