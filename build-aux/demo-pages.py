#!/usr/bin/python3
"""What build-aux/demo runs beside its mail server: the mailbox on the terminal, a function, the pages.

    demo-pages.py [--once] [--port PORT] GIMAP4D

Finds the server in the environment, as tests/lib/private-dovecot tells it. doc/examples/mailbox.py
prints the mailbox and answers the function getFile; `gimap4d serve` answers browsers.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import argparse
import http.client
import os
import pathlib
import re
import signal
import subprocess
import sys
import urllib.parse

sys.dont_write_bytecode = True
SOURCE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SOURCE / "tests" / "lib"))

import visit  # noqa: E402
import wrapper  # noqa: E402

EXAMPLE = SOURCE / "doc" / "examples" / "mailbox.py"
PDF = SOURCE / "doc" / "examples" / "testFile.pdf"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def setting(name):
    return os.environ["GIMAP4D_TEST_" + name]


class Failed(Exception):
    """One of the programs ended before it was told to."""


class Program:
    """A program that gets the password through a pipe: it never stands on a command line."""

    def __init__(self, *command):
        reading, writing = os.pipe()
        os.write(writing, setting("PASSWORD").encode() + b"\n")
        os.close(writing)
        # A Ctrl-C that the terminal sends to all is told by us, once.
        self.process = subprocess.Popen(
            [*map(str, command), "--password-file", f"/dev/fd/{reading}",
             f"imaps://{setting('USER')}@{setting('HOST')}:{setting('IMAPS_PORT')}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, pass_fds=(reading,),
            start_new_session=True, preexec_fn=wrapper.die_with_parent)
        os.close(reading)

    def pass_on(self, pattern):
        """Prints what it says until a line fits; what the first group of it stands for."""
        for line in self.process.stdout:
            print(line, end="", flush=True)
            found = re.match(pattern, line)
            if found:
                return found[1]
        raise Failed

    def stop(self):
        """Its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        print(self.process.stdout.read(), end="", flush=True)
        return self.process.wait()


def is_pdf_there(address):
    url = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(url.netloc, timeout=30)
    try:
        connection.request("GET", url.path)
        return connection.getresponse().read() == PDF.read_bytes()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait(pages):
    """Passes on what the server of the pages says until it ends."""
    for line in pages.process.stdout:
        print(line, end="", flush=True)


def run(options, programs):
    example = Program(sys.executable, EXAMPLE, "--authority", setting("CA"))
    programs.append(example)
    pdf = example.pass_on(r"The PDF is at (\S+)")
    pages = Program(options.program, "serve", "--ca-file", setting("CA"), "--port", options.port)
    programs.append(pages)
    address = pages.pass_on(r"The mailbox is at (\S+)")
    if options.once:
        return visit.visit(address) and is_pdf_there(pdf)
    wait(pages)
    return pages.process.wait() == 0


def interrupted(number, frame):
    # A terminal and the wrapper may both tell us: the second must not cut the cleaning short.
    for other in SIGNALS:
        signal.signal(other, lambda _number, _frame: None)
    raise KeyboardInterrupt


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("program")
    return parser.parse_args()


def main():
    options = parse_arguments()
    programs = []
    is_fine = False
    try:
        is_fine = run(options, programs)
    except Failed:
        pass
    except KeyboardInterrupt:
        is_fine = True
    for program in reversed(programs):
        program.stop()
    return 0 if is_fine else 1


for handled in SIGNALS:
    signal.signal(handled, interrupted)
sys.exit(main())
