"""gimap4d fetch: the three forms, what a killed run leaves, and how much memory a large mail needs.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import mailbox
import os
import pathlib
import random
import re
import resource
import subprocess
import time

import tap
from command import (PROGRAM, SECONDS, Gate, options, password_file, path, run, setting, url,
                     write_file)
from fake_server import FakeServer
from private_dovecot import control

MAILS = sorted(pathlib.Path(os.environ["GIMAP4D_TEST_MAILS"]).glob("*.eml"))
MANY = 500
KILLS = 6
LARGE = 80_000_000
MEMORY_LIMIT = 60_000_000  # measured: 34 MB


def lf(octets):
    return octets.replace(b"\r\n", b"\n")


def quote(octets):
    """mboxrd, written otherwise than in the command."""
    return re.sub(rb"^(>*From )", rb">\1", lf(octets), flags=re.M)


def test_files():
    target = path("files")
    value, = run("fetch", url(), target, "--json").values()
    assert value["fetched"] == len(MAILS) and value["known"] == 0, value
    for number, file in enumerate(MAILS, 1):
        assert pathlib.Path(target, f"{number:08}.eml").read_bytes() == file.read_bytes(), file
    value, = run("fetch", url(), target, "--json").values()
    assert value["fetched"] == 0 and value["known"] == len(MAILS), value
    assert sorted(os.listdir(target)) == [".gimap4d-state"] + [
        f"{number:08}.eml" for number in range(1, len(MAILS) + 1)]


def test_maildir():
    target = path("maildir")
    run("get", url(), "2", "--seen")
    run("fetch", url(), target, "--maildir")
    box = mailbox.Maildir(target, create=False)
    flags = {name: box.get_message(name).get_flags() for name in box.keys()}
    assert sorted(flags.values()) == [""] * (len(MAILS) - 1) + ["S"], flags
    contents = sorted(box.get_bytes(name) for name in box.keys())
    assert contents == sorted(lf(file.read_bytes()) for file in MAILS)
    assert not os.listdir(os.path.join(target, "tmp"))
    # A reader moves what is new and changes flags: it is not fetched again.
    for name in os.listdir(os.path.join(target, "new")):
        os.rename(os.path.join(target, "new", name), os.path.join(target, "cur", name + ":2,RS"))
    run("fetch", url(), target, "--maildir")
    assert len(mailbox.Maildir(target, create=False)) == len(MAILS)


def test_mbox():
    hostile = (b"From: a@example.org\r\nSubject: quoting\r\n\r\nFrom here\r\n>From there\r\n"
               b">>From\r\n>>>From x\r\n From space\r\nFromage\r\nFrom \r\nno end: From ")
    mail = write_file("quoting.eml", hostile)
    run("append", url("Junk"), mail)
    run("append", url("Junk"), mail, "--date", "2024-02-29T12:34:56Z")
    target = path("box.mbox")
    run("fetch", url("Junk"), target, "--mbox")
    text = pathlib.Path(target).read_bytes()
    assert text.endswith(b"From a@example.org Thu Feb 29 12:34:56 2024\n" + quote(hostile)
                         + b"\n\n"), text
    assert len(mailbox.mbox(target)) == 2, text
    # And back: what comes out is what went in.
    run("append", url("Drafts & more".replace("&", "%26").replace(" ", "%20")), target, "--mbox")
    raw = run("get", url("Drafts%20%26%20more"), "1", "--raw").out
    assert raw == hostile + b"\r\n", raw
    value, = run("list", url("Drafts%20%26%20more"), "-n", "1", "--json").values()
    assert value["receivedAt"] == "2024-02-29T12:34:56Z", value


def test_some():
    target = path("some")
    run("fetch", url(), target, "--ids", "3,5:6,4000")
    assert len(os.listdir(target)) == 4
    run("fetch", url(), target, "--search", "FROM example")
    run("fetch", url(), target)
    assert len(os.listdir(target)) == len(MAILS) + 1


def test_refusals():
    target = path("files")
    assert b"another box" in run("fetch", url("Many"), target, code=1).err
    assert b"another form" in run("fetch", url(), target, "--maildir", code=1).err
    strangers = path("strangers")
    os.mkdir(strangers)
    mine = pathlib.Path(strangers, "00000001.eml")
    mine.write_text("mine")
    assert b"--force" in run("fetch", url(), strangers, code=1).err
    assert mine.read_text() == "mine"
    run("fetch", url(), strangers, "--force")
    assert mine.read_bytes() == MAILS[0].read_bytes()
    run("fetch", url(), path("gone.mbox"), "--mbox")
    os.unlink(path("gone.mbox"))
    assert b"shorter" in run("fetch", url(), path("gone.mbox"), "--mbox", code=1).err
    foreign = write_file("foreign.mbox", "From me Thu Feb 29 12:34:56 2024\n\n\n")
    assert b"--force" in run("fetch", url(), foreign, "--mbox", code=1).err
    state = pathlib.Path(target, ".gimap4d-state")
    text = state.read_text()
    for damaged in ("", "x", text.replace("gimap4d 1", "gimap4d 2"), text + "nonsense\n",
                    text + "done 0\n", text + "done 5:3\n", text + "begin -1\n"):
        state.write_text(damaged)
        run("fetch", url(), target, code=1)
    state.write_text(text + "done 99")
    run("fetch", url(), target)
    assert state.read_text() == text
    run("fetch", url(), "/proc/nowhere", code=1)


def test_made_anew():
    target = path("anew")
    run("fetch", url("Junk"), target)
    control("renumber Junk")
    assert b"made anew" in run("fetch", url("Junk"), target, code=1).err


def kill_often(target, *words):
    """Kills it again and again while it stores what the server has let through, then lets it end."""
    random.seed(4)
    gate = Gate()
    for _ in range(KILLS):
        gate.close_after(random.randint(1, MANY // KILLS - 1))
        process = subprocess.Popen([PROGRAM, "fetch", gate.url("Many"), target, "--allow-plain",
                                    *words, *options()], stderr=subprocess.PIPE)
        gate.wait()
        time.sleep(random.random() * 0.05)
        process.kill()
        complaint = process.communicate(timeout=SECONDS)[1]
        gate.open()
        assert process.returncode == -9, (process.returncode, complaint)
    run("fetch", gate.url("Many"), target, "--allow-plain", *words)
    gate.end()


def subjects(mails):
    return sorted(int(re.search(rb"^Subject: Message (\d+)", mail, re.M)[1]) for mail in mails)


def test_killed_files():
    target = path("killed-files")
    kill_often(target)
    names = os.listdir(target)
    assert sorted(names) == [".gimap4d-state"] + [f"{n:08}.eml" for n in range(1, MANY + 1)]
    mails = [pathlib.Path(target, name).read_bytes() for name in names if name.endswith("eml")]
    assert subjects(mails) == list(range(1, MANY + 1))
    assert all(mail.endswith(b"\r\n") and b"\r\n\r\nMessage " in mail for mail in mails)


def test_killed_maildir():
    target = path("killed-maildir")
    kill_often(target, "--maildir")
    assert not os.listdir(os.path.join(target, "tmp"))
    mails = [file.read_bytes() for file in pathlib.Path(target, "new").iterdir()]
    assert subjects(mails) == list(range(1, MANY + 1))


def test_killed_mbox():
    target = path("killed.mbox")
    kill_often(target, "--mbox")
    mails = pathlib.Path(target).read_bytes().split(b"\n\nFrom ")
    assert [int(re.search(rb"^Subject: Message (\d+)", mail, re.M)[1]) for mail in mails] == list(
        range(1, MANY + 1))
    assert len(mailbox.mbox(target)) == MANY


def test_failing_disk():
    """What a disk did not take is not said to be there, although a second try goes well."""
    module = os.environ.get("GIMAP4D_TEST_FAILING_SYNC_MODULE")
    if not module:
        raise tap.Skip("not with a sanitizer")
    # Before those of the mails come that of the state and of its folder, and for an mbox its begin.
    for name, words, state, call in (("bad", [], "bad/.gimap4d-state", 5),
                                     ("bad.mbox", ["--mbox"], "bad.mbox.gimap4d-state", 4)):
        env = {**os.environ, "LD_PRELOAD": module, "GIMAP4D_TEST_FAILING_SYNC": str(call)}
        done = run("fetch", url("Many"), path(name), *words, code=1, env=env)
        assert b"cannot be written" in done.err, done
        assert "done" not in pathlib.Path(path(state)).read_text(), name
    run("fetch", url("Many"), path("bad"))
    run("fetch", url("Many"), path("bad.mbox"), "--mbox")
    assert len(os.listdir(path("bad"))) == MANY + 1
    assert len(mailbox.mbox(path("bad.mbox"))) == MANY


def test_own_names():
    """A file of the user with a number for its name is not the mail with that id."""
    target = path("own-names")
    run("fetch", url(), target, "--ids", "1")
    pathlib.Path(target, "2.eml").write_text("mine")
    run("fetch", url(), target)
    assert pathlib.Path(target, "00000002.eml").read_bytes() == MAILS[1].read_bytes()


def test_names_without_utf8():
    """A name of a file is octets, whatever language the terminal speaks."""
    for name, words in ((b"caf\xe9", []), (b"caf\xe9.mbox", ["--mbox"])):
        target = os.path.join(path("").encode(), name)
        run("fetch", url(), target, *words, "--ids", "1")
        assert os.path.exists(target), os.listdir(path("").encode())
        complaint = run("fetch", url("Many"), target, *words, code=1).err.decode()
        assert path("caf") in complaint, complaint


def test_two_at_once():
    target = path("twice")
    processes = [subprocess.Popen([PROGRAM, "fetch", url("Many"), target, *options()],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                 for _ in range(2)]
    complaints = [process.communicate(timeout=SECONDS)[1] for process in processes]
    codes = sorted(process.returncode for process in processes)
    # One after the other if the machine will have it so.
    assert codes in ([0, 1], [0, 0]), (codes, complaints)
    assert codes == [0, 0] or any(b"another gimap4d" in text for text in complaints), complaints
    run("fetch", url("Many"), target)
    assert len(os.listdir(target)) == MANY + 1


def test_server_dies():
    """What was fetched stays, and it is said what to do."""
    target = path("server-dies")
    process = subprocess.Popen([PROGRAM, "fetch", url("Many"), target, *options()],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while (process.poll() is None
           and sum(len(files) for _, _, files in os.walk(target)) < 70):
        time.sleep(0.005)
    control("down")
    complaint = process.communicate(timeout=SECONDS)[1]
    control("up")
    assert process.returncode in (0, 3) and complaint.count(b"\n") <= 1, complaint
    run("fetch", url("Many"), target)
    assert len(os.listdir(target)) == MANY + 1


class Breaking:
    """Has one large mail, and hangs up behind half of it until it is asked for from the start again."""

    MAIL = b"Subject: large\r\n\r\n" + b"0123456789012345678901234567890123456\r\n" * 100_000

    def __init__(self):
        self.starts = 0

    def __call__(self, line):
        place = re.search(rb"BODY\.PEEK\[\]<(\d+)\.(\d+)>", line)
        if not place:
            return (b"* 1 FETCH (UID 1 FLAGS () RFC822.SIZE %d INTERNALDATE "
                    b"\"01-Jan-2024 00:00:00 +0000\")\r\n" % len(self.MAIL), b"OK")
        start, length = int(place[1]), int(place[2])
        self.starts += start == 0
        if start > len(self.MAIL) // 2 and self.starts < 2:
            return None
        piece = self.MAIL[start:start + length]
        return (b"* 1 FETCH (UID 1 BODY[]<%d> {%d}\r\n%s)\r\n" % (start, len(piece), piece),
                b"OK")


def test_broken_stream():
    """What is fetched a second time counts once."""
    for words in ([], ["--mbox"]):
        mail = Breaking()
        with FakeServer(SEARCH=(b"* SEARCH 1\r\n", b"OK"), FETCH=mail) as server:
            value, = run("fetch", server.url("Box"), path("broken" + "".join(words)), *words,
                         "--json", "--allow-plain", "--password-file", password_file(),
                         login=False).values()
        assert mail.starts == 2 and value["fetched"] == 1, value
        assert value["octets"] == len(mail.MAIL), value


def peak_memory(words):
    process = subprocess.Popen([PROGRAM, *words, *options()], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, process.returncode
    return usage.ru_maxrss * 1024


def test_memory():
    """A mail that is larger than all that may be in memory: put there, and fetched again."""
    line = b"x" * 76 + b"\r\n"
    mail = path("large.eml")
    with open(mail, "wb") as file:
        file.write(b"Subject: large\r\n\r\n")
        file.writelines([line] * (LARGE // len(line)))
    size = os.path.getsize(mail)
    for words in (["append", url("Trash"), mail],
                  ["fetch", url("Trash"), path("large-files")],
                  ["fetch", url("Trash"), path("large.mbox"), "--mbox"]):
        peak = peak_memory(words)
        assert tap.HAS_SANITIZER or peak < MEMORY_LIMIT, (words[0], peak)
        print(f"# {words[0]} {' '.join(words[3:])}: {peak // 1000000} MB of memory", flush=True)
    fetched = path("large-files/00000001.eml")
    assert os.path.getsize(fetched) == size
    assert not subprocess.call(["cmp", mail, fetched])
    os.unlink(mail)


resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
tap.run({
    "files": test_files,
    "Maildir": test_maildir,
    "mbox": test_mbox,
    "some": test_some,
    "refusals": test_refusals,
    "a box that was made anew": test_made_anew,
    "killed, files": test_killed_files,
    "killed, Maildir": test_killed_maildir,
    "killed, mbox": test_killed_mbox,
    "a failing disk": test_failing_disk,
    "names of the user": test_own_names,
    "names that are no UTF-8": test_names_without_utf8,
    "two at once": test_two_at_once,
    "the server dies": test_server_dies,
    "a stream that breaks": test_broken_stream,
    "memory": test_memory,
})
