"""Runs build-aux/demo as somebody at a terminal does, in a temporary folder that it must leave empty.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import email
import email.policy
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

import wrapper

SOURCE = pathlib.Path(__file__).resolve().parents[2]
# In the order of the box: what is rare or broken, then what is usual.
MAILS = [path for folder in ("mails", "ordinary")
         for path in sorted((SOURCE / "tests" / "data" / folder).rglob("*.eml"))]
PROGRAM = SOURCE / "build-aux" / "demo"

SECONDS = 60


def what_is_missing():
    """Why the demo cannot run here, or None."""
    for name in ("dovecot", "openssl"):
        if not shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"):
            return f"{name} is not installed"
    return None


def mail_of_corpus(name):
    path = next(path for path in MAILS if path.name == name)
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


class Demo:
    """The running program; at the end nothing of it may be left."""

    def __init__(self, *options):
        self._options = options
        self._process = None
        self.output = ""

    def __enter__(self):
        wrapper.adopt_orphans()
        self._folder = tempfile.mkdtemp(prefix="gimap4d-demo-", dir="/tmp")
        # When we are root, Dovecot is not, and its folder is in here.
        os.chmod(self._folder, 0o755)
        # A group of its own, as a shell gives to what it starts at a terminal.
        self._process = subprocess.Popen(
            [str(PROGRAM), *self._options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, env={**os.environ, "TMPDIR": self._folder},
            start_new_session=True)
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self.signal(signal.SIGTERM)
            self._process.wait(SECONDS)
        self._process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def read_line(self):
        return self._process.stdout.readline()

    def wait_for_address(self):
        """Where the pages are; the program serves them from now on."""
        for line in self._process.stdout:
            self.output += line
            found = re.match(r"The mailbox is at (\S+)", line)
            if found:
                return found[1]
        raise AssertionError("there was no address:\n" + self.output)

    def signal(self, number, *, to_group=False):
        if to_group:
            os.killpg(self._process.pid, number)
        else:
            self._process.send_signal(number)

    def wait(self):
        """The exit code; what the program wrote is in output."""
        self.output += self._process.stdout.read()
        return self._process.wait(SECONDS)

    def left_files(self):
        return os.listdir(self._folder)

    def left_processes(self):
        """How many processes outlive the program; all are our children, as we adopt orphans."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            try:
                if os.waitpid(-1, os.WNOHANG)[0] == 0:
                    time.sleep(0.01)
            except ChildProcessError:
                return 0
        return 1
