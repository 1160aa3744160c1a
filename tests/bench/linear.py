#!/usr/bin/python3
"""Whether twice as much from a server costs twice as much, counted in instructions.

    linear.py BUILD-FOLDER [CASE…]

Each case of linear.c is read in two sizes under callgrind, whose counts are the same each time. More
than 2.3 times the instructions for twice the size is a failure. For some cases a limit of the library
cuts what is read; then there are less.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

SIZE = 1500
LARGE_SIZE = 50
MOST = 2.3


def count(program, case, size, folder):
    """Instructions that it takes to read CASE in this size."""
    profile = pathlib.Path(folder) / "profile"
    subprocess.run(["valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no",
                    f"--callgrind-out-file={profile}", program, case, str(size)], check=True)
    with open(profile, encoding="utf-8") as lines:
        return max(int(line.split()[1]) for line in lines
                   if line.startswith(("summary:", "totals:")))


def main():
    if shutil.which("valgrind") is None:
        print("valgrind is not installed: nothing was counted")
        return 77
    program = pathlib.Path(sys.argv[1]) / "tests/bench/linear"
    cases = sys.argv[2:] or subprocess.run([program], stdout=subprocess.PIPE, text=True,
                                           check=True).stdout.split()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            size = LARGE_SIZE if case.startswith("large") else SIZE
            once = count(program, case, size, folder)
            twice = count(program, case, 2 * size, folder)
            is_linear = twice <= MOST * once
            failed += not is_linear
            print(f"{case:<18} {once:>12,} {twice:>12,} {twice / once:>6.2f} "
                  f"{'' if is_linear else 'not linear'}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
