#!/usr/bin/python3
"""Whether twice as much from a stranger costs twice as much, counted in instructions.

    linear.py BUILD-FOLDER [PATTERN…]

Each pattern of linear-*.c is read in two sizes under callgrind, which needs no rights and counts the
same each time. What the smallest of its kind costs is no part of the count: a connection, the reading
of a mail with one header. More than 2.3 times the rest for twice the size is a failure. So is less than
1.5 times: then something is cut, and the pattern shows nothing. One with "-too-" in its name is above
a limit on purpose: it may cost as little as it likes.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

MOST = 2.3

LEAST = 1.5
BATCH = 10
DUMP = re.compile(r"^desc: Trigger: Client Request: (\S+) (\d+)$.*^totals: (\d+)$",
                  re.MULTILINE | re.DOTALL)


def count(program, share, patterns):
    """Of each pattern the instructions for its size and for twice that."""
    # A dump tells all that has ever run: many in one process take long.
    for start in range(0, len(patterns), BATCH):
        yield from count_batch(program, share, patterns[start:start + BATCH])


def count_batch(program, share, patterns):
    counts = {}
    # meson lets malloc () fill what it gives, which would be counted.
    environment = {name: value for name, value in os.environ.items() if name != "MALLOC_PERTURB_"}
    with tempfile.TemporaryDirectory() as folder:
        profile = pathlib.Path(folder) / "profile"
        subprocess.run(["valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no",
                        "--dump-line=no", f"--callgrind-out-file={profile}", program, str(share), *patterns],
                       check=True, env=environment)
        for path in pathlib.Path(folder).glob("profile.*"):
            dump = DUMP.search(path.read_text(encoding="utf-8"))
            if dump:
                counts.setdefault(dump[1], []).append((int(dump[2]), int(dump[3])))
    for pattern in patterns:
        (_, least), (_, once), (_, twice) = sorted(counts[pattern])
        yield pattern, least, once, twice


def list_patterns(program):
    return subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True).stdout.split()


def judge(pattern, least, once, twice):
    """The ratio, and what is wrong with it."""
    if "-too-" in pattern:
        ratio = twice / once
        return ratio, "not linear" if ratio > MOST else ""
    ratio = (twice - least) / (once - least) if once > least else 0
    return ratio, "not linear" if ratio > MOST else "cut" if ratio < LEAST else ""


def measure(program, patterns):
    failed = 0
    highest = 0
    for pattern, *counts in count(program, 100, patterns):
        ratio, fault = judge(pattern, *counts)
        highest = max(highest, ratio)
        failed += fault != ""
        print(f"{pattern:<34} " + "".join(f"{number:>13,}" for number in counts) +
              f" {ratio:>6.2f} {fault}", flush=True)
    print(f"{len(patterns)} patterns, at most {highest:.2f} times, {failed} failed")
    return 1 if failed else 0


def main():
    if shutil.which("valgrind") is None:
        print("valgrind is not installed: nothing was counted")
        return 77
    program = pathlib.Path(sys.argv[1]) / "tests/bench/linear"
    return measure(program, sys.argv[2:] or list_patterns(program))


if __name__ == "__main__":
    sys.exit(main())
