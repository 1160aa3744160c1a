#!/usr/bin/python3
"""Looks for a password and a token wherever they have no business, in every form that they may take.

    test-secrets.py CLIENT [GIR]

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import base64
import itertools
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import urllib.parse
import xml.etree.ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import sasl_peer  # noqa: E402
import tap  # noqa: E402

# With what a mailbox name, a quoted string, a URL or JSON has to write in another way.
SECRET = 'CANARY-p&q "ä\\/9+='
TOKEN = "CANARY-token.a_b~c/9+=="

STAGES = ("connected", "closed", "freed")
PAGE = os.sysconf("SC_PAGESIZE")

# Each way to log in: what the peer offers, the mode that the client asks for, and more about the
# peer.
LOGINS = {
    "plain": ("PLAIN", "PLAIN", {}),
    "plain in two steps": ("PLAIN", "PLAIN", {"has_initial_response": False}),
    "scram": ("SCRAM-SHA-256", "SCRAM-SHA-256", {}),
    "oauthbearer": ("OAUTHBEARER", "OAUTH2", {}),
    "xoauth2": ("XOAUTH2", "OAUTH2", {}),
    "login": ("", "LOGIN", {}),
    "refused": ("PLAIN", "PLAIN", {"password": "another"}),
    "token refused": ("XOAUTH2", "OAUTH2", {"token": "another"}),
    "echoed": ("ECHO", "LOGIN", {}),
}


class Session(sasl_peer.Session):
    """Knows LOGIN too, and says what it does not like."""

    def _capabilities(self):
        words = super()._capabilities()
        return words.replace("LOGINDISABLED", "LITERAL+").replace("AUTH=ECHO", "").replace(
            "AUTH= ", "")

    def _answer(self, tag, command, arguments):
        if command == "LOGIN":
            literal = re.search(r"\{(\d+)\+?\}$", arguments)
            if literal:
                arguments += "\r\n" + self._read_line()
            if "ECHO" in self._peer.mechanisms:
                self._send(f"{tag} BAD unknown: {tag} LOGIN {arguments} " + SECRET)
                return
            self._is_authenticated = True
            self._send(f"{tag} OK [CAPABILITY IMAP4rev1] welcome")
        elif command in ("LIST", "LSUB"):
            self._send('* LIST () "/" ""')
            self._send(f"{tag} OK done")
        else:
            super()._answer(tag, command, arguments)


sasl_peer.Session = Session


def base64_cores(data):
    """What stands in base64 for data, whatever stands before and behind it."""
    for before in range(3):
        encoded = base64.b64encode(b"x" * before + data)
        yield encoded[(before * 8 + 5) // 6:(before + len(data)) * 8 // 6]


def modified_utf7(text):
    """As in the names of mailboxes (RFC 3501, 5.1.3)."""
    def encode(match):
        octets = match[0].encode("utf-16-be")
        return "&" + base64.b64encode(octets).decode().rstrip("=").replace("/", ",") + "-"
    return re.sub("[^ -~]+", encode, text.replace("&", "&-"))


def forms_of(secret):
    """Name of a form → its bytes. The parts of a secret are not looked for: it begins alike in all."""
    data = secret.encode()
    forms = {
        "plain": data,
        "percent": urllib.parse.quote(secret, safe="").encode(),
        "hexadecimal": data.hex().encode(),
        "upper hexadecimal": data.hex().upper().encode(),
        "quoted": secret.replace("\\", "\\\\").replace('"', '\\"').encode(),
        "mailbox name": modified_utf7(secret).encode(),
        "json": json.dumps(secret)[1:-1].encode(),
        "json in utf-8": json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
        "octal": "".join(chr(c) if 32 <= c < 127 else f"\\{c:o}" for c in data).encode(),
        "latin-1": secret.encode("latin-1"),
        "utf-16": secret.encode("utf-16-le"),
        "plain of PLAIN": b"\0bob\0" + data,
        "login message": f"user=bob\1auth=Bearer {secret}".encode(),
    }
    for number, core in enumerate(base64_cores(data)):
        forms[f"base64 at {number}"] = core
    return forms


def hits(where, content, secret):
    """A line for each form that is in the content."""
    return [f"{where} holds the secret ({name})" for name, form in forms_of(secret).items()
            if form in content]


def used_pages(pages, first, last):
    """The runs of pages that have been written to: stacks are large and empty."""
    pages.seek(first // PAGE * 8)
    entries = pages.read((last - first) // PAGE * 8)
    used = [entry >> 62 != 0 for (entry,) in struct.iter_unpack("Q", entries)]
    for is_used, run in itertools.groupby(range(len(used)), lambda number: used[number]):
        numbers = list(run)
        if is_used:
            yield first + numbers[0] * PAGE, first + (numbers[-1] + 1) * PAGE


def memory_of(pid, are_dumped_only=True):
    """The bytes of each mapping that the process may write to, and that a dump would have."""
    mappings = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) (\S+) .*?(\S*)\n((?:[A-Z]\w+:.*\n)+)",
                          pathlib.Path(f"/proc/{pid}/smaps").read_text(), re.MULTILINE)
    assert mappings
    with (open(f"/proc/{pid}/mem", "rb", buffering=0) as memory,
          open(f"/proc/{pid}/pagemap", "rb", buffering=0) as pages):
        for first, last, rights, name, facts in mappings:
            flags = re.search(r"^VmFlags: (.*)$", facts, re.MULTILINE)[1].split()
            if "w" not in rights or name.startswith("[v"):
                continue
            if "dd" in flags and are_dumped_only:
                continue
            for start, end in used_pages(pages, int(first, 16), int(last, 16)):
                memory.seek(start)
                yield f"{first} {name}", memory.read(end - start)


class Client:
    """secrets-client next to a peer, with folders of its own."""

    def __init__(self, login):
        mechanisms, self._mode, options = LOGINS[login]
        self.is_echoed = login == "echoed"
        self.secret = TOKEN if self._mode == "OAUTH2" else SECRET
        self._options = {"mechanisms": mechanisms.split(), "user": "bob", "password": SECRET,
                         "token": TOKEN, **options}

    def __enter__(self):
        self._peer = sasl_peer.SaslPeer(**self._options)
        self._peer.start()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gimap4d-secrets-"))
        for name in ("home", "tmp"):
            (self.folder / name).mkdir()
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("MALLOC_PERTURB_",)}
        environment.update(HOME=str(self.folder / "home"), TMPDIR=str(self.folder / "tmp"),
                           XDG_STATE_HOME=str(self.folder / "home"), G_MESSAGES_DEBUG="all")
        with open(self.folder / "stderr", "wb") as problems:
            self.process = subprocess.Popen(
                [client, str(self._peer.port), self._peer.authority, self._mode,
                 str(self.folder / "log")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=problems, env=environment)
        self.process.stdin.write(self.secret.encode() + b"\n")
        self.process.stdin.flush()
        self.said = b""
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()
        self._peer.stop()
        shutil.rmtree(self.folder)

    def go_to(self, stage):
        """Runs on until it stands there; what it said meanwhile is kept."""
        if stage != STAGES[0]:
            self.process.stdin.write(b"\n")
            self.process.stdin.flush()
        for line in self.process.stdout:
            if line == f"stage {stage}\n".encode():
                return
            self.said += line
        raise AssertionError(f"it ended before {stage}: {self.said.decode()}"
                             + (self.folder / "stderr").read_text())

    def dump(self):
        """The core of the process, as gcore writes it."""
        subprocess.run(["gcore", "-o", self.folder / "core", str(self.process.pid)], check=True,
                       capture_output=True)
        return (self.folder / f"core.{self.process.pid}").read_bytes()


def need_peer():
    if sasl_peer.SSL is None:
        raise tap.Skip("python3-openssl is not installed")


def test_login(login):
    """Whatever the program writes, or shows to others, or a dump of it would have."""
    need_peer()
    found = []
    with Client(login) as program:
        for stage in STAGES:
            program.go_to(stage)
            found += look_into(program, stage)
            process = pathlib.Path(f"/proc/{program.process.pid}")
            for name in ("environ", "cmdline", "comm"):
                found += hits(f"{name} when {stage}", (process / name).read_bytes(), program.secret)
            for path in (program.folder / "tmp").rglob("*"):
                found.append(f"{path.name} is a file that nobody asked for")
            for path in program.folder.rglob("*"):
                if path.is_file():
                    found += hits(path.name, path.read_bytes(), program.secret)
        found += hits("what it read of the objects", program.said, program.secret)
        log = (program.folder / "log").read_bytes()
        assert b"AUTHENTICATE" in log or b"LOGIN" in log, log
        assert program.said.count(b"property ") > 20, program.said
        if login in ("echoed", "refused", "token refused"):
            assert b"error " in program.said, program.said
        assert (program.folder / "log").stat().st_mode & 0o777 == 0o600
    assert not found, "\n".join(found)


def look_into(program, stage):
    """What a dump would have. What a server echoes lies where it was received, and a sanitizer keeps
    what was freed."""
    if program.is_echoed or tap.HAS_SANITIZER:
        return []
    return [f"{line} when {stage}" for where, content in memory_of(program.process.pid)
            for line in hits(where, content, program.secret)]


def test_what_is_found():
    """The caller's own copy is there, so that something would be found."""
    need_peer()
    if tap.HAS_SANITIZER:
        raise tap.Skip("a sanitizer has gigabytes to look through")
    with Client("plain") as program:
        program.go_to("connected")
        assert any(hits("memory", content, program.secret)
                   for _, content in memory_of(program.process.pid, False))


def test_core():
    need_peer()
    if tap.HAS_SANITIZER:
        raise tap.Skip("a sanitizer keeps what was freed")
    if shutil.which("gcore") is None:
        raise tap.Skip("gcore is not installed")
    with Client("plain") as program:
        program.go_to("connected")
        found = hits("the core", program.dump(), program.secret)
    assert not found, "\n".join(found)


def test_gir():
    """No property of a secret can be read, and no function returns one."""
    if gir is None:
        raise tap.Skip("this build has no introspection")
    core = "{http://www.gtk.org/introspection/core/1.0}"
    root = xml.etree.ElementTree.parse(gir).getroot()
    secrets = [item for item in root.iter(f"{core}property")
               if re.search("password|token", item.get("name"))]
    assert len(secrets) >= 3, secrets
    for item in secrets:
        assert item.get("readable") == "0", item.get("name")
    for function in (*root.iter(f"{core}method"), *root.iter(f"{core}function")):
        name = function.get("name")
        assert not re.match("(get|dup|ref|steal).*(password|token)", name), name


def test_python():
    """Nothing that Python shows of an object has the secret."""
    if gir is None:
        raise tap.Skip("this build has no introspection")
    program = (
        "import sys\nfrom gi.repository import GImap4D\n"
        "secret, token = sys.stdin.read().split('\\n')[:2]\n"
        "t = GImap4D.ImapTransporter(host='h', user='u', password=secret,"
        " access_token_oauth2=token)\n"
        "print(repr(t), str(t), dir(t), vars(type(t)), format(t))\n"
        "print(getattr(t, '__dict__', None))\n"
        "for name in dir(t):\n"
        "    if 'password' in name or 'token' in name or name == 'props':\n"
        "        try:\n            print(name, repr(getattr(t, name)))\n"
        "        except (AttributeError, TypeError) as problem:\n            print(name, problem)\n"
        "for name in dir(t.props):\n"
        "    try:\n        print(name, repr(getattr(t.props, name)))\n"
        "    except (AttributeError, TypeError) as problem:\n        print(name, problem)\n"
        "try:\n    GImap4D.ImapTransporter(host='h', user='u', password=secret, port='x')\n"
        "except Exception as problem:\n    print(repr(problem), problem.args)\n")
    result = subprocess.run([sys.executable, "-c", program], input=f"{SECRET}\n{TOKEN}\n",
                            capture_output=True, text=True, check=True)
    said = (result.stdout + result.stderr).encode()
    assert b"props" in said, said
    found = hits("Python", said, SECRET) + hits("Python", said, TOKEN)
    assert not found, "\n".join(found)


client = sys.argv[1]
gir = sys.argv[2] if len(sys.argv) > 2 else None
tests = {"S02 gir": test_gir, "S02 python": test_python, "S03 core": test_core,
         "something is found": test_what_is_found}
for key in LOGINS:
    rows = "S04" if key in ("echoed", "refused") else "S01/S03/S07"
    tests[f"{rows} {key}"] = lambda key=key: test_login(key)
tap.run(tests)
