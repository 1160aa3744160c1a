"""Runs the command gimap4d as a user would: in a pipe, or on a terminal.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import fcntl
import functools
import json
import os
import pathlib
import pty
import re
import select
import struct
import subprocess
import tempfile
import termios
import threading
import time

from relay import Relay
import wrapper

PROGRAM = os.environ["GIMAP4D_TEST_CLI"]
SECONDS = 60

folder = tempfile.TemporaryDirectory(prefix="gimap4d-cli-")


def setting(name):
    return os.environ["GIMAP4D_TEST_" + name]


def path(name):
    return os.path.join(folder.name, name)


def write_file(name, content):
    target = pathlib.Path(path(name))
    target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(target)


def url(box="", *, user=None, port=None, scheme="imaps"):
    return (f"{scheme}://{user or setting('USER')}@localhost:{port or setting('IMAPS_PORT')}/"
            f"{box}")


@functools.cache
def password_file():
    """Made once: a program that runs already may be about to read it."""
    return write_file("password", setting("PASSWORD") + "\n")


def options():
    return ["--password-file", password_file(), "--ca-file", setting("CA")]


def environment(**changes):
    return {**os.environ, **changes}


class Gate:
    """The server, through a relay that lets its mails through until it is closed."""

    def __init__(self):
        self._left = None
        self._reached = threading.Event()
        self._opened = threading.Event()
        self._relay = Relay(0, ("127.0.0.1", int(setting("PLAIN_PORT"))), self._pass_on)
        self.end = self._relay.close

    def url(self, box=""):
        return url(box, port=self._relay.port, scheme="imap")

    def close_after(self, n_mails):
        """That mail, and what comes behind it, has to wait."""
        self._left = n_mails
        self._reached.clear()
        self._opened.clear()

    def wait(self):
        assert self._reached.wait(SECONDS)

    def open(self):
        self._left = None
        self._opened.set()

    def _pass_on(self, line):
        if self._left is not None and b"BODY[] {" in line:
            self._left -= 1
            if self._left == 0:
                self._reached.set()
                assert self._opened.wait(SECONDS)
        return line


class Done:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def lines(self):
        return self.out.decode().splitlines()

    def values(self):
        """Each line as JSON."""
        return [json.loads(line) for line in self.lines()]

    def __repr__(self):
        return f"{self.code}\n{self.out[-2000:]!r}\n{self.err[-2000:]!r}"


def run(command, place, *words, code=0, login=True, stdin=b"", env=None):
    """Has to end with CODE; complaints are one line, and only when it fails."""
    done = subprocess.run([PROGRAM, command, place, *words, *(options() if login else [])],
                          input=stdin, capture_output=True, timeout=SECONDS, env=env)
    result = Done(done.returncode, done.stdout, done.stderr)
    assert result.code == code, result
    assert result.err.count(b"\n") == (1 if code else 0), result
    assert not code or result.err.startswith(b"gimap4d: "), result
    return result


class Terminal:
    """A program on a terminal of its own, which is its controlling terminal."""

    def __init__(self, words, *, columns=80, env=None, stdout=None):
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.slave = slave
        self.text = b""

        def begin():
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            wrapper.die_with_parent()

        self.process = subprocess.Popen(words, stdin=slave, stdout=stdout or slave, stderr=slave,
                                        preexec_fn=begin, env=env)

    def has_echo(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def type(self, text):
        os.write(self._master, text.encode())

    def _read(self, wait):
        if not select.select([self._master], [], [], wait)[0]:
            return False
        try:
            got = os.read(self._master, 65536)
        except OSError:
            return False
        self.text += got
        return bool(got)

    def wait_for(self, pattern):
        deadline = time.monotonic() + SECONDS
        while not re.search(pattern, self.text):
            assert time.monotonic() < deadline, (pattern, self.text)
            self._read(0.1)
        return self.text

    def end(self):
        """The exit code, negative for a signal."""
        deadline = time.monotonic() + SECONDS
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.text
            self._read(0.05)
        while self._read(0):
            pass
        os.close(self._master)
        os.close(self.slave)
        return self.process.returncode


def start(command, place, *words, **settings):
    """On a terminal."""
    return Terminal([PROGRAM, command, place, *words, *options()], **settings)


# What a terminal obeys: C0 but the line break, DEL, C1, and what turns the direction.
OBEYED = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028]")


def assert_harmless(octets):
    found = OBEYED.search(octets.decode())
    assert not found, (found, octets)
