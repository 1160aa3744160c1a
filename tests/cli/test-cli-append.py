"""gimap4d append: what goes into the box, and what is said when that is not known.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os
import pathlib
import signal
import subprocess
import time

import tap
from command import PROGRAM, SECONDS, password_file, path, run, setting, url, write_file
from fake_server import FakeServer
from private_dovecot import control

MAILS = sorted(pathlib.Path(os.environ["GIMAP4D_TEST_MAILS"]).glob("*.eml"))
MAIL = b"From: a@example.org\r\nMessage-ID: <1@example.org>\r\nSubject: one\r\n\r\nText\r\n"


def test_file():
    run("append", url("Sent"), write_file("one.eml", MAIL), "--flag", "$seen", "--flag", "mine",
        "--date", "2020-02-03T04:05:06Z")
    value, = run("list", url("Sent"), "--json").values()
    assert value["keywords"] == {"$seen": True, "mine": True}, value
    assert value["receivedAt"] == "2020-02-03T04:05:06Z", value
    assert run("get", url("Sent"), "1", "--raw").out == MAIL


def test_input_and_line_ends():
    for text in (MAIL.replace(b"\r\n", b"\n"), MAIL, MAIL.replace(b"\r\n", b"\n", 1)):
        value, = run("append", url("Sent"), "--json", stdin=text).values()
        assert run("get", url("Sent"), value["id"], "--raw").out == MAIL, (value, text)
    value, = run("append", url("Sent"), "-", "--json", stdin=MAIL).values()
    assert value["file"] == "-" and value["number"] == 1, value


def test_many_files():
    values = run("append", url("Junk"), *map(str, MAILS), "--json").values()
    assert [value["file"] for value in values] == list(map(str, MAILS)), values
    for value, file in zip(values, MAILS):
        assert run("get", url("Junk"), value["id"], "--raw").out == file.read_bytes(), file
    # What was added is not added again by who mends what went wrong.
    done = run("append", url("Junk"), str(MAILS[0]), path("nowhere"), code=1)
    assert b"--start 2" in done.err, done
    assert b"--start" not in run("append", url("Junk"), path("nowhere"), code=1).err


def make_mbox(count):
    return write_file("some.mbox", "".join(
        f"From a@example.org Thu Feb  1 12:00:{number:02} 2024\nSubject: {number}\n\n"
        f">From {number}\n\n\n" for number in range(1, count + 1)))


def test_mbox():
    mbox = make_mbox(5)
    assert b"5 mails were added" in run("append", url("Trash"), mbox, "--mbox").out
    values = run("list", url("Trash"), "--json").values()
    assert [value["subject"] for value in values] == list("12345"), values
    assert values[4]["receivedAt"] == "2024-02-01T12:00:05Z", values
    assert run("get", url("Trash"), "3", "--raw").out == b"Subject: 3\r\n\r\nFrom 3\r\n\r\n"
    values = run("append", url("Trash"), mbox, "--mbox", "--start", "4", "--json").values()
    assert [value["number"] for value in values] == [4, 5], values
    assert b"no mbox" in run("append", url("Trash"), write_file("one.eml", MAIL), "--mbox",
                             code=1).err


def test_create():
    mail = write_file("one.eml", MAIL)
    done = run("append", url("New/Box"), mail, code=6)
    assert b"--create" in done.err, done
    run("append", url("New/Box"), mail, "--create")
    assert len(run("list", url("New/Box"), "--json").values()) == 1


def test_refusals():
    run("append", url("Sent"), path("none.eml"), code=1)
    run("append", url("Sent"), write_file("empty.eml", ""), code=1)
    run("append", url("Sent"), write_file("one.eml", MAIL), "--date", "soon", code=2)
    run("append", url("Sent"), write_file("one.eml", MAIL), "--flag", "a b", code=2)


def test_quota():
    """Of five mails two fit: it is said with which one to go on."""
    large = "".join(f"From a@example.org Thu Feb  1 12:00:00 2024\nSubject: {number}\n\n"
                    + 40 * (1000 * "x" + "\n") + "\n" for number in range(5))
    mbox = write_file("large.mbox", large)
    user, secret = setting("USER2"), write_file("password2", setting("PASSWORD2"))
    place = url(user=user)
    control(f"limit {user}\t100")
    words = ["--password-file", secret, "--ca-file", setting("CA")]
    done = run("append", place, mbox, "--mbox", *words, login=False, code=1)
    assert b"--start 3" in done.err, done
    control(f"limit {user}\t0")
    run("append", place, mbox, "--mbox", "--start", "3", *words, login=False)
    values = run("list", place, "--json", *words, login=False).values()
    assert [value["subject"] for value in values] == list("01234"), values


def test_unknown_outcome():
    """The server takes the mail and hangs up: never sent twice, and it is said where to look."""
    mbox = make_mbox(3)
    with FakeServer(APPEND=None) as server:
        done = run("append", server.url("Box"), mbox, "--mbox", "--allow-plain", "--password-file",
                   password_file(), login=False, code=7)
        assert server.verbs.count("APPEND") == 1, server.verbs
    assert b"--start 2" in done.err and b"--start 1" in done.err, done
    with FakeServer(APPEND=None) as server:
        done = run("append", server.url("Box"), write_file("one.eml", MAIL), "--allow-plain",
                   "--password-file", password_file(), login=False, code=7)
    assert b'Message-ID "1@example.org"' in done.err, done
    # It is a line to be put into a shell: what a stranger wrote must not be code there.
    hostile = write_file("hostile.eml", MAIL.replace(b"<1@", b"<';id;'@"))
    with FakeServer(APPEND=None) as server:
        done = run("append", server.url("Box"), hostile, "--allow-plain", "--password-file",
                   password_file(), login=False, code=7)
    assert b";id;" not in done.err, done


def test_interrupt():
    """It dies of the signal, as a shell expects it; before that it says how to go on."""
    mbox = make_mbox(3)
    for number in (signal.SIGINT, signal.SIGTERM):
        with FakeServer(APPEND=[(b"", b"OK"), ()]) as server:
            process = subprocess.Popen(
                [PROGRAM, "append", server.url("Box"), mbox, "--mbox", "--allow-plain",
                 "--password-file", password_file()], stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, text=True)
            while server.verbs.count("APPEND") < 2:
                assert process.poll() is None, process.stderr.read()
                time.sleep(0.01)
            process.send_signal(number)
            complaint = process.communicate(timeout=SECONDS)[1]
            assert process.returncode == -number, (process.returncode, complaint)
            assert "--start 2" in complaint and complaint.count("\n") == 1, complaint


def test_names_without_utf8():
    """A name of a file is octets, whatever language the terminal speaks."""
    name = path("caf").encode() + b"\xe9"
    pathlib.Path(os.fsdecode(name)).write_bytes(MAIL)
    done = run("append", url("Sent"), name, "--json")
    value, = done.values()
    assert value["file"].startswith(path("caf")) and "\ufffd" in value["file"], value
    assert run("get", url("Sent"), value["id"], "--raw").out == MAIL
    complaint = run("append", url("Sent"), name + b"x", code=1).err.decode()
    assert path("caf") in complaint and "\\xe9" not in complaint, complaint


tap.run({
    "a file": test_file,
    "standard input and line ends": test_input_and_line_ends,
    "many files": test_many_files,
    "mbox": test_mbox,
    "create": test_create,
    "refusals": test_refusals,
    "quota": test_quota,
    "unknown outcome": test_unknown_outcome,
    "interrupted": test_interrupt,
    "names that are no UTF-8": test_names_without_utf8,
})
