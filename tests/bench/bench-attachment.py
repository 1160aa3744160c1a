#!/usr/bin/python3
"""A large attachment from the mailbox into an HTTP answer, and to disk, in constant memory.

    bench-attachment.py [--size MB] [--tls] [--folder FOLDER] BUILD-FOLDER

A private Dovecot has a mail with an attachment of that size (default: 1000 MB). A GRestServer answers
with the stream of the part, which curl reads, and writes it to a file. Both have to bring each octet as
it was sent, and must not take more memory than a fixed amount on their way. Printed are how much the
peak of the server's resident memory grew, and its CPU. Needs 2.4 times the size in FOLDER.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import corpus  # noqa: E402
import private_dovecot  # noqa: E402
import wrapper  # noqa: E402

# However large the attachment is.
MAX_GROWTH_KIB = 32 * 1024
LINE = bytes(range(57))
BLOCK = LINE * 16384
TICK = os.sysconf("SC_CLK_TCK")


class Server:
    """The server program, and what the kernel counts of it."""

    def __init__(self, build, dovecot, target, with_tls):
        port = dovecot.imaps_port if with_tls else dovecot.plain_port
        tls = ["--tls", "--authority", dovecot.authority] if with_tls else []
        self._process = subprocess.Popen(
            [build / "tests/bench/attachment-server", "serve", target, "--box", "Junk", "--port",
             str(port), *tls],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            preexec_fn=wrapper.die_with_parent)
        self.port = int(self._process.stdout.readline())

    def close(self):
        self._process.stdin.close()
        self._process.wait()

    def _path(self, name):
        return f"/proc/{self._process.pid}/{name}"

    def cpu(self):
        with open(self._path("stat"), encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self, name):
        with open(self._path("status"), encoding="ascii") as status:
            return int(re.search(rf"^{name}:\s+(\d+)", status.read(), re.MULTILINE)[1])

    def forget_peak(self):
        with open(self._path("clear_refs"), "w", encoding="ascii") as file:
            file.write("5")


def count_same(stream):
    """The octets of a stream that has to be one line again and again."""
    total = 0
    while block := stream.read(len(BLOCK)):
        if block != BLOCK[:len(block)]:
            raise SystemExit(f"other octets than were sent, behind {total}")
        total += len(block)
    return total


def download(port):
    """What curl got of the answer."""
    curl = subprocess.Popen(["curl", "--silent", "--show-error", "--fail", "--noproxy", "*",
                             f"http://127.0.0.1:{port}/attachment"], stdout=subprocess.PIPE)
    with curl.stdout:
        total = count_same(curl.stdout)
    if curl.wait() != 0:
        raise SystemExit(f"curl: {curl.returncode}")
    return total


def save(port, target):
    """What is in the file that the server wrote."""
    said = subprocess.run(["curl", "--silent", "--show-error", "--fail", "--noproxy", "*",
                           f"http://127.0.0.1:{port}/save"], stdout=subprocess.PIPE, check=True)
    with open(target, "rb") as file:
        total = count_same(file)
    if int(said.stdout) != total:
        raise SystemExit(f"{int(said.stdout)} octets said, {total} in the file")
    return total


def measure(name, server, expected, bring):
    server.forget_peak()
    memory, cpu, since = server.memory("VmRSS"), server.cpu(), time.monotonic()
    octets = bring()
    growth = server.memory("VmHWM") - memory
    print(f"{name}: {octets:,} octets, {growth / 1024:.1f} MiB more memory at its peak "
          f"({memory / 1024:.1f} MiB before), {server.cpu() - cpu:.2f} s CPU, "
          f"{time.monotonic() - since:.1f} s", flush=True)
    if octets != expected:
        raise SystemExit(f"{expected:,} octets were sent")
    if growth > MAX_GROWTH_KIB:
        raise SystemExit(f"at most {MAX_GROWTH_KIB // 1024} MiB are allowed")


def main():
    parser = argparse.ArgumentParser(description="Brings a large attachment.")
    parser.add_argument("build", type=pathlib.Path, help="the build folder")
    parser.add_argument("--size", type=int, default=1000, metavar="MB", help="of the attachment")
    parser.add_argument("--tls", action="store_true", help="from the mail server over TLS")
    parser.add_argument("--folder", help="for the file that is written")
    options = parser.parse_args()
    if None in (private_dovecot.find_dovecot(), shutil.which("openssl"), shutil.which("curl")):
        return wrapper.skip("dovecot, openssl or curl is not installed")

    sizes = corpus.Sizes.full()._replace(stream=options.size * 10**6)
    expected = sizes.stream // len(LINE) * len(LINE)
    with private_dovecot.PrivateDovecot() as dovecot, \
            tempfile.TemporaryDirectory(dir=options.folder) as folder:
        corpus.write(dovecot, sizes, {"Junk"})
        target = os.path.join(folder, "attachment")
        server = Server(options.build, dovecot, target, options.tls)
        try:
            measure("into an answer", server, expected, lambda: download(server.port))
            measure("to disk", server, expected, lambda: save(server.port, target))
        finally:
            server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
