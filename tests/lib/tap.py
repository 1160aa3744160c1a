"""Runs the test functions of a Python program and prints TAP.

    tap.run({"box list": test_box_list, …})

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os
import signal
import sys
import traceback

# As build-aux/test sets it; what a sanitizer adds to a program's memory is not that of the program.
HAS_SANITIZER = "TSAN_OPTIONS" in os.environ or "ASAN_OPTIONS" in os.environ

# Who runs us in the background or with nohup ignores these, and what we start would go on so.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Skip(Exception):
    """Raised by a test that cannot run here."""


def run(tests):
    """Runs the functions in their order and ends the program, with 1 when one failed."""
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    for number, (name, function) in enumerate(tests.items(), 1):
        try:
            function()
            line = f"ok {number} {name}"
        except Skip as reason:
            line = f"ok {number} {name} # SKIP {reason}"
        except Exception:
            failed += 1
            line = f"not ok {number} {name}\n# " + traceback.format_exc().strip().replace(
                "\n", "\n# ")
        print(line, flush=True)
    sys.exit(1 if failed else 0)
