"""gimap4d watch: lines, JSON, a program, and how it ends.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import json
import os
import pathlib
import re
import select
import signal
import subprocess

import tap
import wrapper
from command import PROGRAM, SECONDS, options, path, run, setting, url, write_file
from fake_server import FakeServer
from private_dovecot import control

SCRIPT = """#!/bin/sh
printf '%s %s %s ' "$GIMAP4D_EVENT" "$GIMAP4D_BOX" "$GIMAP4D_ID" >> "$1"
cat >> "$1"
echo >> "$1"
"""


def watch(box, *words):
    process = subprocess.Popen([PROGRAM, "watch", url(box), *words, *options()],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               preexec_fn=wrapper.die_with_parent)
    if "--json" not in words:
        line = process.stderr.readline()
        assert "watching" in line, line
    return process


def end(process, number=signal.SIGINT):
    """All that it has still to say."""
    process.send_signal(number)
    out, complaints = process.communicate(timeout=SECONDS)
    assert process.returncode == 0 and complaints == "", (process.returncode, complaints)
    return out


def test_lines():
    process = watch("Trash")
    control("deliver Trash\tOne \x1b[31mmore")
    line = process.stdout.readline()
    assert line.split("\t")[0] == "1" and "One" in line and "\x1b" not in line, line
    run("get", url("Trash"), "1", "--seen")
    line = process.stdout.readline()
    assert line.startswith("1 changed: ") and "$seen" in line, line
    assert end(process) == ""


def test_json():
    process = watch("Junk", "--json")
    values = []
    # It says nothing when it begins: mails come until one is news.
    while not values:
        control("deliver Junk\tNews")
        if select.select([process.stdout], [], [], 0.2)[0]:
            values = [json.loads(process.stdout.readline())]
        assert process.poll() is None, process.stderr.read()
    assert values[0]["event"] == "new" and values[0]["box"] == "Junk", values
    assert values[0]["mail"]["subject"] == "News", values
    end(process, signal.SIGTERM)


def test_program():
    log, script = path("log"), write_file("script", SCRIPT)
    os.chmod(script, 0o755)
    process = watch("Sent", "--exec", f"{script} '{log}'", "--once")
    control("deliver Sent\t$(touch /tmp/never) `x` \"; x")
    out, complaints = process.communicate(timeout=SECONDS)
    assert process.returncode == 0 and not complaints, (out, complaints)
    event, box, number, text = pathlib.Path(log).read_text().split(" ", 3)
    assert (event, box, number) == ("new", "Sent", "1"), text
    assert json.loads(text)["mail"]["subject"] == '$(touch /tmp/never) `x` "; x', text


def test_program_that_fails():
    process = watch("Sent", "--exec", "false", "--once")
    control("deliver Sent\tx")
    out, complaints = process.communicate(timeout=SECONDS)
    assert process.returncode == 0 and "false" in complaints, complaints
    for wrong in ("no-such-program", "'"):
        done = subprocess.Popen([PROGRAM, "watch", url("Sent"), "--exec", wrong, *options()],
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if wrong != "'":
            assert "watching" in done.stderr.readline()
            control("deliver Sent\tx")
        complaints = done.communicate(timeout=SECONDS)[1]
        assert done.returncode == 1 and "--exec" in complaints, (wrong, complaints)


def test_server_restarts():
    process = watch("Trash")
    control("down")
    control("up")
    control("deliver Trash\tAfterwards")
    line = process.stdout.readline()
    assert line.endswith("\tAfterwards\n"), line
    process.send_signal(signal.SIGINT)
    out, complaints = process.communicate(timeout=SECONDS)
    assert process.returncode == 0 and "watching goes on" in complaints, complaints


def test_interrupt_before_it_waits():
    """Ctrl-C between the last look whether it came and the waiting."""
    module = os.environ.get("GIMAP4D_TEST_EARLY_INTERRUPT_MODULE")
    if not module:
        raise tap.Skip("not with a sanitizer")
    done = subprocess.run([PROGRAM, "watch", url("Trash"), *options()], capture_output=True,
                          timeout=SECONDS, env={**os.environ, "LD_PRELOAD": module})
    assert done.returncode == 0, done


def memory_of(process):
    """What it may write to and a dump would have: the library keeps its secrets in other pages."""
    mappings = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) .w\S+ .*?(\S*)\n(?:[A-Z]\w+:.*\n)*?VmFlags: (.*)$",
                          pathlib.Path(f"/proc/{process.pid}/smaps").read_text(), re.MULTILINE)
    assert any(name == "[heap]" for _, _, name, _ in mappings), mappings
    with open(f"/proc/{process.pid}/mem", "rb", buffering=0) as memory:
        for first, last, name, flags in mappings:
            if "dd" not in flags.split() and not name.startswith("[v"):
                memory.seek(int(first, 16))
                yield name, memory.read(int(last, 16) - int(first, 16))


def test_secrets():
    """While it watches, the password and the token are nowhere on its own heap."""
    if tap.HAS_SANITIZER:
        raise tap.Skip("a sanitizer keeps what was freed")
    # What is freed is not overwritten by the C library; and where the password stands for us.
    env = {name: value for name, value in os.environ.items()
           if name != "MALLOC_PERTURB_" and not name.startswith("GIMAP4D_TEST_PASSWORD")}
    token = "CANARY-token.0123456789~abcdef"
    secret = write_file("token", token + "\n")
    with FakeServer(CAPABILITY=(b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 AUTH=OAUTHBEARER SASL-IR\r\n",
                                b"OK"),
                    FETCH=(b"* 1 FETCH (UID 1 FLAGS ())\r\n", b"OK")) as server:
        for words, canary in (
                ([url("Trash"), *options()], setting("PASSWORD")),
                ([server.url(), "--allow-plain", "--token-file", secret], token),
                ([server.url(), "--allow-plain", "--token-command", f"cat '{secret}'"], token)):
            process = subprocess.Popen([PROGRAM, "watch", *words], stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True, env=env,
                                       preexec_fn=wrapper.die_with_parent)
            line = process.stderr.readline()
            assert "watching “" in line, line
            places = [name for name, octets in memory_of(process) if canary.encode() in octets]
            assert places == [], (words, places)
            end(process)


def test_nohup():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = watch("Trash")
    finally:
        signal.signal(signal.SIGHUP, before)
    process.send_signal(signal.SIGHUP)
    control("deliver Trash\tStill there")
    assert "Still there" in process.stdout.readline()
    end(process)


tap.run({
    "lines": test_lines,
    "JSON": test_json,
    "a program": test_program,
    "a program that fails": test_program_that_fails,
    "interrupted before it waits": test_interrupt_before_it_waits,
    "secrets": test_secrets,
    "nohup": test_nohup,
    "the server restarts": test_server_restarts,
})
