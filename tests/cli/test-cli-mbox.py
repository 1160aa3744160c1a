"""gimap4d fetch --mbox beside other programs that write to the same mbox.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import contextlib
import fcntl
import mailbox
import os
import pathlib
import random
import re
import subprocess
import threading
import time

import tap
import wrapper
from command import PROGRAM, SECONDS, options, path, run, url

MANY = 500
# What a killed run had begun: the mails behind those that are there.
KNOWN, BEGUN = "1:30", "31:50"
STRANGER = b"From x Thu Feb  1 12:00:00 2024\nSubject: stranger\n\nText\n"


def start(target):
    return subprocess.Popen([PROGRAM, "fetch", url("Many"), target, "--mbox", *options()],
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                            preexec_fn=wrapper.die_with_parent)


def finish(process, code=0):
    complaint = process.communicate(timeout=SECONDS)[1]
    assert process.returncode == code, (process.returncode, complaint)
    return complaint.decode()


def wait_for_file(name):
    deadline = time.monotonic() + SECONDS
    while not os.path.exists(name):
        assert time.monotonic() < deadline, name
        time.sleep(0.005)


def subjects(target):
    return [mail["Subject"] for mail in mailbox.mbox(target)]


def numbered(first, last):
    return [f"Message {number}" for number in range(first, last + 1)]


@contextlib.contextmanager
def dot_lock(target):
    with open(target + ".lock", "x") as file:
        file.write(f"{os.getpid()}\n")
    try:
        yield
    finally:
        os.unlink(target + ".lock")


@contextlib.contextmanager
def fcntl_lock(target):
    with open(target, "ab") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        yield


def test_waits():
    """For each of the two locks; what is locked stays as it is."""
    for lock in (dot_lock, fcntl_lock):
        target = path(lock.__name__)
        with lock(target):
            process = start(target)
            wait_for_file(target + ".gimap4d-state")
            time.sleep(0.5)
            assert process.poll() is None
            assert not os.path.exists(target) or os.path.getsize(target) == 0
        finish(process)
        assert len(subjects(target)) == MANY
        assert not os.path.exists(target + ".lock")


def test_locked_for_long():
    target = path("long")
    run("fetch", url("Many"), target, "--mbox", "--ids", KNOWN)
    before = pathlib.Path(target).read_bytes()
    with dot_lock(target):
        complaint = finish(start(target), 1)
        assert "has locked" in complaint and target in complaint, complaint
        assert os.path.exists(target + ".lock")
    assert pathlib.Path(target).read_bytes() == before
    finish(start(target))
    assert subjects(target) == numbered(1, MANY)


def test_lock_of_the_dead():
    """Who was killed has left it: it counts no more."""
    target = path("dead")
    process = subprocess.Popen(["true"])
    process.wait()
    pathlib.Path(target + ".lock").write_text(f"{process.pid}\n")
    finish(start(target))
    assert len(subjects(target)) == MANY and not os.path.exists(target + ".lock")
    # As some programs write it; it is old.
    pathlib.Path(target + ".lock").write_text("")
    os.utime(target + ".lock", (1, 1))
    finish(start(target))


def test_others_add():
    """Between two runs; the last line of the stranger has no empty one behind it, or no end."""
    for end in (b"\n", b"", b"no end"):
        target = path(f"added-{len(end)}")
        run("fetch", url("Many"), target, "--mbox", "--ids", KNOWN)
        with open(target, "ab") as file:
            file.write(STRANGER + end)
        finish(start(target))
        assert subjects(target) == numbered(1, 30) + ["stranger"] + numbered(31, MANY), end


def test_shorter():
    target = path("shorter")
    run("fetch", url("Many"), target, "--mbox", "--ids", KNOWN)
    os.truncate(target, 0)
    assert "shorter" in finish(start(target), 1)
    assert os.path.getsize(target) == 0


def killed_run(name, content):
    """Leaves what a run does that is killed when it had begun with some mails: CONTENT makes of what
    they are what was written behind those before them."""
    target, whole = path(name), path(name + "-whole")
    run("fetch", url("Many"), whole, "--mbox", "--ids", "1:50")
    run("fetch", url("Many"), target, "--mbox", "--ids", KNOWN)
    size = os.path.getsize(target)
    group = pathlib.Path(whole).read_bytes()[size:]
    with open(target + ".gimap4d-state", "a") as state:
        state.write(f"begin {size} {len(group)} {BEGUN}\n")
    with open(target, "ab") as file:
        file.write(content(group))
    return target


def half(group):
    return group[:len(group) // 2] + bytes(len(group) - len(group) // 2)


def test_killed():
    """What it has left is fetched again, and no mail of another program is lost."""
    for name, content, strangers in (
            ("nothing", lambda group: b"", []),
            ("half", half, []),
            ("zeros", lambda group: bytes(len(group)), []),
            ("whole", lambda group: group, []),
            ("stranger", lambda group: STRANGER, ["stranger"]),
            ("strangers", lambda group: STRANGER * 1000, ["stranger"] * 1000),
            ("whole-stranger", lambda group: group + STRANGER, ["stranger"])):
        target = killed_run(name, content)
        finish(start(target))
        found = subjects(target)
        assert sorted(found) == sorted(numbered(1, MANY) + strangers), (name, len(found))
        assert b"\0" not in pathlib.Path(target).read_bytes(), name
        finish(start(target))
        assert subjects(target) == found, name


def test_killed_before_a_stranger():
    """Half a mail, and that of a stranger behind it: nobody but the user can say what to do."""
    target = killed_run("half-stranger", lambda group: half(group) + STRANGER)
    before = pathlib.Path(target).read_bytes()
    assert "another program" in finish(start(target), 1)
    assert pathlib.Path(target).read_bytes() == before


def test_neighbour():
    """A program that delivers all the time, while this one is killed again and again."""
    target, stop, delivered = path("neighbour"), threading.Event(), []

    def deliver():
        while not stop.is_set():
            with contextlib.suppress(FileExistsError), dot_lock(target), fcntl_lock(target):
                with open(target, "ab") as file:
                    file.write(STRANGER.replace(b"stranger", b"stranger %d" % len(delivered))
                               + b"\n")
                delivered.append(f"stranger {len(delivered)}")
            time.sleep(0.002)

    # Before the first run the file is none of ours.
    run("fetch", url("Many"), target, "--mbox", "--ids", "1")
    thread = threading.Thread(target=deliver)
    thread.start()
    try:
        random.seed(5)
        for _ in range(6):
            process = start(target)
            time.sleep(random.random() * 0.4)
            process.kill()
            process.communicate()
        finish(start(target))
    finally:
        stop.set()
        thread.join()
    found = subjects(target)
    assert [name for name in found if name.startswith("Message")] == numbered(1, MANY)
    assert [name for name in found if name.startswith("stranger")] == delivered
    assert re.search(rb"[^\n]\nFrom ", pathlib.Path(target).read_bytes()) is None


tap.run({
    "waits for a lock": test_waits,
    "locked for long": test_locked_for_long,
    "a lock of the dead": test_lock_of_the_dead,
    "others add mails": test_others_add,
    "others take mails away": test_shorter,
    "killed": test_killed,
    "killed, then a stranger": test_killed_before_a_stranger,
    "a neighbour": test_neighbour,
})
