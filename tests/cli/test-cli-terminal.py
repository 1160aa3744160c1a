"""gimap4d on a terminal: the prompt, Ctrl-C, bars, colours, widths, hostile mail, French.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os
import re
import signal
import subprocess
import time
import unicodedata

import tap
from command import (PROGRAM, SECONDS, Gate, Terminal, assert_harmless, environment, password_file, path,
                     run, setting, start, url, write_file)
from fake_server import FakeServer

EVIL = "\x1b]0;title\x07\x1b[31mred\x9b31mC1\u202eesrever\x00\x08\x7f\u2066"


def ask(*words, **settings):
    return Terminal([PROGRAM, "check", url(), "--ca-file", setting("CA"), *words], **settings)


def test_prompt():
    terminal = ask()
    terminal.wait_for(rb"Password of alice on localhost: $")
    assert not terminal.has_echo()
    terminal.type(setting("PASSWORD") + "\n")
    assert terminal.end() == 0, terminal.text
    assert setting("PASSWORD").encode() not in terminal.text, terminal.text


def test_echo_comes_back():
    """After the answer, at Ctrl-C, and when somebody ends it."""
    for number, how in ((2, lambda terminal: terminal.type("\x03")),
                        (15, lambda terminal: terminal.process.send_signal(signal.SIGTERM))):
        terminal = ask()
        terminal.wait_for(rb": $")
        assert not terminal.has_echo()
        how(terminal)
        terminal.process.wait(SECONDS)
        assert terminal.has_echo()
        assert terminal.end() == -number, terminal.text
    terminal = ask()
    terminal.wait_for(rb": $")
    terminal.type("\x04")
    assert terminal.end() == 4, terminal.text


def test_no_terminal():
    done = subprocess.run([PROGRAM, "check", url()], stdin=subprocess.DEVNULL, capture_output=True,
                          start_new_session=True, timeout=SECONDS)
    assert done.returncode == 2 and b"--password-file" in done.stderr, done


def test_interrupt():
    """A server that says nothing: Ctrl-C does not wait for it."""
    with FakeServer(CAPABILITY=()) as server:
        terminal = Terminal([PROGRAM, "check", server.url(), "--allow-plain", "--password-file",
                             password_file()])
        while "CAPABILITY" not in server.verbs:
            assert terminal.process.poll() is None, terminal.text
        terminal.type("\x03")
        assert terminal.end() == -2 and b"gimap4d:" not in terminal.text, terminal.text


def test_bar():
    gate = Gate()
    gate.close_after(250)
    terminal = start("fetch", gate.url("Many"), path("bar"), "--allow-plain", columns=70)
    terminal.wait_for(rb"\[#*\.+\] [^\r]*of[^\r]*")
    # A rate is shown from half a second on.
    time.sleep(0.6)
    gate.open()
    assert terminal.end() == 0, terminal.text
    gate.end()
    text = terminal.text.decode()
    bars = re.findall(r"\r\x1b\[K([^\r]*)", text)
    assert all(len(bar) < 70 for bar in bars), bars
    assert re.search(r"/s, \d+:\d\d left", text), text
    # The last one is wiped away.
    assert re.search(r"\r\x1b\[K500 mails were fetched\.\r\n$", text), text[-200:]


def test_no_bar_in_a_pipe():
    done = run("fetch", url("Many"), path("no-bar"))
    assert b"\r" not in done.err and b"\x1b" not in done.out + done.err, done


def test_columns():
    for columns in (60, 100):
        terminal = start("list", url(), "-n", "100", columns=columns)
        assert terminal.end() == 0
        lines = re.sub(r"\x1b\[[01]m", "", terminal.text.decode()).split("\r\n")
        assert all(width(line) <= columns for line in lines), lines
        assert columns > 60 or any("…" in line for line in lines), lines


def width(text):
    return sum(0 if unicodedata.combining(character) else
               2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def test_colours():
    terminal = start("list", url(), "-n", "1")
    assert terminal.end() == 0 and b"\x1b[1m" in terminal.text, terminal.text
    for changes in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        terminal = start("list", url(), "-n", "1", env=environment(**changes))
        assert terminal.end() == 0 and b"\x1b" not in terminal.text, terminal.text
    assert b"\x1b" not in run("list", url(), "-n", "1").out


def hostile_mail():
    header = EVIL.replace("\x00", "")
    return (f"From: {header} <evil@example.org>\r\nTo: {header}\r\nSubject: {header}\r\n"
            f"X-Evil: {header}\r\nMIME-Version: 1.0\r\n"
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable"
            "\r\n\r\n" + "".join(f"={octet:02X}" for octet in EVIL.encode()) +
            "\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; "
            f"filename*=utf-8''..%2F..%2Fevil%1B%5B31m%E2%80%AE.txt\r\n\r\nx\r\n--b\r\n"
            "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; "
            "filename=\"/etc/passwd\"\r\n\r\ny\r\n--b--\r\n").encode()


def test_hostile_mail():
    run("append", url("Drafts%20%26%20more"), write_file("evil.eml", hostile_mail()))
    box = url("Drafts%20%26%20more")
    plain = {"NO_COLOR": "1"}
    for words in (["list", box], ["search", box, "ALL"], ["get", box, "1"],
                  ["get", box, "1", "--headers"], ["get", box, "1", "--raw"],
                  ["get", box, "1", "--part", "1"], ["get", box, "1", "--json"],
                  ["list", box, "--json"]):
        terminal = start(words[0], words[1], *words[2:], env=environment(**plain))
        assert terminal.end() == 0, terminal.text
        assert_harmless(terminal.text.replace(b"\r\n", b"\n"))
        assert_harmless(run(*words).out) if "--raw" not in words and "--part" not in words else 0
    assert b"red" in run("get", box, "1").out
    assert run("get", box, "1", "--part", "1").out == EVIL.encode()


def test_hostile_names():
    """Nothing outside of the folder, whatever the mail calls its files."""
    outside = path("outside")
    target = os.path.join(outside, "inside")
    os.mkdir(outside)
    values = run("get", url("Drafts%20%26%20more"), "1", "--save-attachments", target,
                 "--json").values()
    assert os.listdir(outside) == ["inside"], os.listdir(outside)
    names = sorted(os.listdir(target))
    assert len(names) == 2 and len(values) == 2, names
    for name in names:
        assert_harmless(name.encode())
        assert not name.startswith("."), names


def test_hostile_server():
    answer = b"NO [ALERT] \x1b]0;evil\x07\x1b[2J\x9b\xc2\x9b"
    with FakeServer(AUTHENTICATE=(b"* OK [ALERT] \x1b[2J\r\n", answer)) as server:
        done = run("check", server.url(), "--allow-plain", "--password-file", password_file(),
                   login=False, code=4)
        assert_harmless(done.err)
    # U+009B, ESC and U+202E, in the encoding that names of boxes have.
    names = b'* LIST () "/" "a&AJs-31mred"\r\n* LIST () "/" "b&ABs-[31m&IC4-"\r\n'
    with FakeServer(LIST=(names, b"OK"), LSUB=(b"", b"OK")) as server:
        for words in (["--json"], []):
            done = subprocess.run([PROGRAM, "boxes", server.url(), "--allow-plain", "--no-counts",
                                   "--password-file", password_file(), *words],
                                  capture_output=True, timeout=SECONDS)
            assert done.returncode == 0 and b"31mred" in done.stdout, done
            assert_harmless(done.stdout)
            assert_harmless(done.stderr)


def test_french():
    french = environment(LANGUAGE="fr")
    done = run("check", url(), env=french).out.decode()
    assert "laisse entrer alice" in done and "Chiffrement\u00a0: TLS" in done, done
    done = run("get", url(), "4000", code=6, env=french).err.decode()
    assert "«\u00a0gimap4d list\u00a0» donne la liste des courriels" in done, done
    page = subprocess.run([PROGRAM, "fetch", "--help"], capture_output=True, text=True,
                          env=french).stdout
    assert "CIBLE" in page and "Exemples" in page, page
    terminal = ask(env=french)
    terminal.wait_for("Mot de passe de alice sur localhost\u00a0: $".encode())
    terminal.type("\x03")
    assert terminal.end() == -2


def test_latin():
    """A terminal that is not UTF-8 gets what it can show."""
    done = run("list", url(), "-n", "20", env=environment(LC_ALL="C"))
    done.out.decode("ascii")
    assert len(done.lines()) > 5


tap.run({
    "prompt": test_prompt,
    "the echo comes back": test_echo_comes_back,
    "no terminal": test_no_terminal,
    "Ctrl-C": test_interrupt,
    "bar": test_bar,
    "no bar in a pipe": test_no_bar_in_a_pipe,
    "columns": test_columns,
    "colours": test_colours,
    "hostile mail": test_hostile_mail,
    "hostile names": test_hostile_names,
    "hostile server": test_hostile_server,
    "French": test_french,
    "another character set": test_latin,
})
