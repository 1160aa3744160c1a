"""What the wrapper programs of the tests share: run a program, then clean up whatever happens.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

# The socket files inside must stay below the 108 bytes of sun_path.
LONGEST_FOLDER = 50

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(signal_number=signal.SIGTERM):
    """Asks the kernel for a signal when the parent ends; lost at setuid, so call it after that."""
    _libc.prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)


def adopt_orphans():
    """Makes us the parent of a server's orphans, so that reap_group () can wait for them."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_group(group):
    """Waits for the killed processes of GROUP: afterwards nobody writes to their folder."""
    try:
        while True:
            os.waitpid(-group, 0)
    except ChildProcessError:
        pass


def new_folder(prefix):
    """A private temporary folder whose path is short enough for sockets."""
    parent = tempfile.gettempdir()
    if len(parent) + len(prefix) > LONGEST_FOLDER:
        parent = "/tmp"
    return tempfile.mkdtemp(prefix=prefix, dir=parent)


def remove_folder(folder):
    shutil.rmtree(folder, ignore_errors=True)


def skip(reason):
    """The TAP of a test program that cannot run here."""
    print(f"1..0 # SKIP {reason}", flush=True)
    return 0


class Stopped(BaseException):
    """A signal asked the wrapper to end."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _ignore_signals():
    # Not SIG_IGN: Python complains about a signal that came just before it was set.
    for number in STOP_SIGNALS:
        signal.signal(number, lambda _number, _frame: None)


def _raise_stopped(number, _frame):
    # A terminal and a script may both tell us: the second signal must not cut the cleaning short.
    _ignore_signals()
    raise Stopped(number)


def run_program(start, stop, program):
    """start () gives the environment; PROGRAM runs in it; stop () follows in every case.

    Returns the exit code of PROGRAM, 128 + n when a signal ended it or us.
    """
    parent = os.getppid()
    ignores_interrupts = signal.getsignal(signal.SIGINT) == signal.SIG_IGN

    def begin():
        die_with_parent()
        # What is told of a Ctrl-C by somebody else is to hear nothing of it, also while it starts.
        if ignores_interrupts:
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    die_with_parent()
    for number in STOP_SIGNALS:
        signal.signal(number, _raise_stopped)

    child = None
    try:
        if os.getppid() != parent:
            raise Stopped(signal.SIGTERM)
        environment = {**os.environ, **start()}
        child = subprocess.Popen(program, env=environment, preexec_fn=begin)
        code = child.wait()
        _ignore_signals()
        return code if code >= 0 else 128 - code
    except Stopped as stopped:
        return 128 + stopped.number
    finally:
        _ignore_signals()
        if child is not None and child.poll() is None:
            child.terminate()
            try:
                child.wait(2)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        stop()
