"""What the tests of the page share: the running command, a client for it, and the mail server.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import contextlib
import email
import email.policy
import hashlib
import html
import imaplib
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.parse

import loopback
import wrapper

PROGRAM = sys.argv[1]
DATA = pathlib.Path(__file__).resolve().parents[2] / "data"
PATIENCE = 60


def setting(name):
    return os.environ["GIMAP4D_TEST_" + name]


def control(command):
    """Tells the wrapper to do something to the mail server."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(PATIENCE)
        client.connect(setting("CONTROL"))
        client.sendall(command.encode() + b"\n")
        answer = client.makefile().readline()
    assert answer.startswith("OK"), answer


@contextlib.contextmanager
def imap():
    context = ssl.create_default_context(cafile=setting("CA"))
    with imaplib.IMAP4_SSL("localhost", int(setting("IMAPS_PORT")), ssl_context=context) as client:
        client.login(setting("USER"), setting("PASSWORD"))
        yield client


def append(mail, box="INBOX", flags=None):
    """Its unique id."""
    with imap() as client:
        status, said = client.append(f'"{box}"', flags, None, mail)
        assert status == "OK", said
        return re.search(rb"APPENDUID \d+ (\d+)", said[0])[1].decode()


def flags_of(uid, box="INBOX"):
    with imap() as client:
        client.select(f'"{box}"', readonly=True)
        _, said = client.uid("FETCH", uid, "(FLAGS)")
        return set(re.search(rb"FLAGS \(([^)]*)\)", said[0])[1].decode().split()) - {"\\Recent"}


def change(uid, command, flag, box="INBOX"):
    with imap() as client:
        client.select(f'"{box}"')
        assert client.uid("STORE", uid, command, f"({flag})")[0] == "OK"


def corpus(name):
    return next(DATA.rglob(name)).read_bytes()


def attachments_of(raw):
    """File name to bytes, as Python reads them."""
    parts = email.message_from_bytes(raw, policy=email.policy.default).walk()
    return {part.get_filename(): part.get_payload(decode=True)
            for part in parts if part.get_filename()}


class Command:
    """`gimap4d serve`, running."""

    def __init__(self, *options, passed=None, env=None):
        self._folder = tempfile.TemporaryDirectory(prefix="gimap4d-page-")
        folder = pathlib.Path(self._folder.name)
        (folder / "password").write_text(setting("PASSWORD"))
        self.log = folder / "imap.log"
        self.lines = []
        # As systemd starts a service that has a socket.
        shell = ["bash", "-c", f'exec 3<&{passed.fileno()}; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"',
                 "bash"] if passed else []
        self.process = subprocess.Popen(
            [*shell, PROGRAM, "serve", "--ca-file", setting("CA"), "--password-file",
             folder / "password", "--log-file", self.log, *options,
             f"imaps://{setting('USER')}@localhost:{setting('IMAPS_PORT')}/"],
            stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
            env={**os.environ, **(env or {})}, pass_fds=(passed.fileno(),) if passed else (),
            preexec_fn=wrapper.die_with_parent)
        # It prints an address each time that one was used: somebody has to read.
        self._printed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        self.base = self.next_address().partition("?")[0]
        self.port = int(self.base.rstrip("/").rpartition(":")[2])

    def _read(self):
        for line in self.process.stdout:
            with self._printed:
                self.lines.append(line)
                self._printed.notify_all()

    def addresses(self):
        return [address for line in self.lines for address in re.findall(r"http://\S+", line)]

    def next_address(self, count=1):
        """The COUNT-th of the addresses that it has printed."""
        with self._printed:
            assert self._printed.wait_for(lambda: len(self.addresses()) >= count, PATIENCE), \
                self.lines
            return self.addresses()[count - 1]

    def imap_talk(self):
        """How much was said to the IMAP server, and heard of it."""
        return self.log.stat().st_size

    def imap_commands(self, name):
        """How often it has sent this one."""
        return len(re.findall(rf"^\S+ > \S+ (?:UID )?{name}\b",
                              self.log.read_text(errors="replace"), re.MULTILINE))

    def peak_memory(self):
        """The most that was resident since it was last asked."""
        folder = pathlib.Path(f"/proc/{self.process.pid}")
        status = (folder / "status").read_text()
        (folder / "clear_refs").write_text("5")
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(PATIENCE)
        self._folder.cleanup()
        return status


class Answer:
    """What came back, read whole."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()


class Client:
    """A browser without a face: it keeps its cookies, and follows nothing."""

    def __init__(self, base):
        self.base = base
        self.cookies = {}

    def _connect(self):
        return loopback.Connection(urllib.parse.urlsplit(self.base).netloc, timeout=PATIENCE)

    def ask(self, path, *, verb="GET", body=None, **headers):
        """Names of headers have _ for -; None leaves one out."""
        connection = self._connect()
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            headers.setdefault("Cookie", self._cookie())
        try:
            connection.request(verb, path, body=body,
                               headers={n: v for n, v in headers.items() if v is not None})
            answer = Answer(connection.getresponse())
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def enter(self, address):
        answer = self.ask(address[len(self.base) - 1:])
        assert answer.status == 200, answer.text
        return answer

    def post(self, path, form, **headers):
        headers.setdefault("Origin", self.base.rstrip("/"))
        return self.ask(path, verb="POST", body=urllib.parse.urlencode(form),
                        Content_Type="application/x-www-form-urlencoded", **headers)

    def _cookie(self):
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def open(self, path):
        """A connection and its answer, which is read as it comes."""
        connection = self._connect()
        connection.request("GET", path, headers={"Cookie": self._cookie()})
        return connection, connection.getresponse()

    def download(self, path):
        """Digest and size; it is read in pieces here too."""
        connection, answer = self.open(path)
        digest, size = hashlib.sha256(), 0
        while block := answer.read(65536):
            digest.update(block)
            size += len(block)
        connection.close()
        return digest.hexdigest(), size

    def stall(self, path):
        """Asks, and then hardly reads."""
        netloc = urllib.parse.urlsplit(self.base).netloc
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(PATIENCE)
        client.connect(("127.0.0.1", int(netloc.split(":")[1])))
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: {netloc}\r\nCookie: {self._cookie()}\r\n"
                       "\r\n".encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 200 ")
        return client


def links(page):
    """What a page leads to or loads."""
    return [html.unescape(link) for link in re.findall(r'(?:href|src|action)="([^"]*)"', page)]


def rows(page):
    """(id, class, subject) of the mails of a list."""
    return [(found[0], found[1], html.unescape(found[2])) for found in re.findall(
        r'<li id="mail-(\d+)" class="(\w+)">.*?class="what"><bdi>(.*?)</bdi>', page, re.DOTALL)]


class Stranger:
    """A host of the net that mails want something from; it counts who comes."""

    PICTURE = (b"<svg xmlns='http://www.w3.org/2000/svg' width='30' height='20'>"
               b"<rect width='30' height='20' fill='red'/></svg>")

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            client, _ = self._listener.accept()
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client):
        self.requests.append("connection")
        with client:
            head = client.recv(65536)
            if not head:
                return
            self.requests.append(head.split(b"\r\n")[0].decode(errors="replace"))
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/svg+xml\r\nContent-Length: "
                           b"%d\r\nConnection: close\r\n\r\n%s" % (len(self.PICTURE), self.PICTURE))
