"""gimap4d check, boxes, list, search, get: what they print, and how they fail.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import hashlib
import os
import pathlib
import re
import socket
import ssl
import subprocess

import tap
from command import (PROGRAM, SECONDS, environment, options, password_file, path, run, setting, url,
                     write_file)
from fake_server import FakeServer

MAILS = sorted(pathlib.Path(os.environ["GIMAP4D_TEST_MAILS"]).glob("*.eml"))
COMMANDS = ("check", "boxes", "list", "search", "get", "fetch", "append", "watch", "serve")


def usage(*words):
    done = subprocess.run([PROGRAM, *words], capture_output=True, timeout=SECONDS, text=True)
    assert not done.stderr or (done.returncode == 2 and done.stderr.count("\n") == 1), done
    return done


def test_help():
    text = usage("--help").stdout
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", text, re.M), text
        page = usage(command, "--help")
        assert page.returncode == 0 and f"gimap4d {command} " in page.stdout, page
        assert "--json" in page.stdout and "--ca-file" in page.stdout, page
    assert re.fullmatch(r"gimap4d \d+\.\d+\.\d+\n", usage("--version").stdout)


def test_usage():
    for words in ((), ("nothing",), ("check",), ("check", "a", "b"), ("check", "--nothing"),
                  ("list", "http://x/"), ("list", "imaps://host/"), ("list", "imaps://u@/"),
                  ("list", "imaps://u@h:0/"), ("list", "imaps://u@h:70000/"),
                  ("list", "imaps://u@h:9x/"), ("list", "imaps://u@[::1/"),
                  ("list", "imaps://u@[host]/"), ("list", "imaps://u@h/%00"),
                  ("list", "imaps://u@h/%ff"), ("list", "imaps://u@h/a?b"),
                  ("list", "imaps://u@h/a;UID=x"), ("list", "imaps://u;AUTH=*@h/"),
                  ("list", "imaps://u@h/" + 5000 * "x"), ("get", "imaps://u@h/"),
                  ("list", "imaps://u@h/", "--limit", "0"),
                  ("check", "imaps://u@h/", "--timeout", "-1"),
                  ("check", "imaps://u@h/", "--timeout", "0"),
                  ("check", "imaps://u@h/", "--timeout", "3601"),
                  ("search", "imaps://u@h/", b"\xff"),
                  ("fetch", "imaps://u@h/"), ("append", "imaps://u@h/", "--start", "0")):
        done = usage(*words)
        assert done.returncode == 2 and not done.stdout, (words, done)


def test_password_is_not_repeated():
    for place in ("imaps://ada:secret@localhost/", "imap://ada:se/secret@localhost/",
                  "https://ada:secret@localhost/", "ada:secret@localhost",
                  "imaps://ada@example.org:secret@localhost/"):
        done = usage("check", place)
        assert done.returncode == 2 and "secret" not in done.stderr, done
        assert "--password-file" in done.stderr, done


def test_check():
    for place in (url(), url(port=setting("STARTTLS_PORT"), scheme="imap"), url()[:-1]):
        lines = run("check", place).lines()
        assert "alice" in lines[0] and lines[1].startswith("Encryption: TLS 1."), lines
        value, = run("check", place, "--json").values()
        assert value["user"] == "alice" and "IMAP4REV1" in value["capabilities"], value


def test_plain():
    place = url(port=setting("PLAIN_PORT"), scheme="imap")
    assert b"--allow-plain" in run("check", place, code=5).err
    value, = run("check", place, "--allow-plain", "--json").values()
    assert value["tls"] is None, value


def test_ipv6_and_escapes():
    """A server on ::1, if there is IPv6, that is asked for what the URL says."""
    place = f"imaps://al%69ce@127.0.0.1:{setting('IMAPS_PORT')}/Entw%C3%BCrfe/;UID=7"
    assert b"no mail 7 in the box \xe2\x80\x9cEntw\xc3\xbcrfe\xe2\x80\x9d" in run(
        "get", place, code=6).err
    done = run("check", f"imap://u@[::1]:{free_port()}/", code=3)
    assert b"::1" in done.err, done


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_wrong_certificates():
    for kind in ("EXPIRED", "OTHER_NAME", "OTHER_CA"):
        done = run("check", url(port=setting(kind + "_PORT")), code=5)
        assert b"--ca-file" in done.err, done
    unknown = run("check", url(), "--password-file", password_file(), login=False, code=5).err
    certificate = ssl.get_server_certificate(("localhost", int(setting("IMAPS_PORT"))))
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).hexdigest().upper()
    shown = re.search(rb"--fingerprint ([0-9A-F:]{95})", unknown)[1].decode()
    assert shown.replace(":", "") == digest, (shown, digest)
    for text in (shown, digest.lower()):
        run("check", url(), "--password-file", password_file(), "--fingerprint", text, login=False)
    other = shown[:-1] + ("0" if shown[-1] != "0" else "1")
    run("check", url(), "--password-file", password_file(), "--fingerprint", other, login=False,
        code=5)


def test_no_connection():
    assert b"check host and port" in run("check", url(port=free_port()), code=3).err
    assert run("check", "imaps://u@nowhere.invalid/", code=3).err


def test_login():
    wrong = write_file("wrong", "wrong\n")
    done = run("check", url(), "--password-file", wrong, "--ca-file", setting("CA"), login=False,
               code=4)
    assert b"check user and password" in done.err, done
    for content in (b"", b"\n", b"\xff\n", b"a\0b\n", 70000 * b"x"):
        run("check", url(), "--password-file", write_file("wrong", content), login=False, code=4)
    run("check", url(), "--password-file", path("none"), login=False, code=4)
    run("check", url(), "--password-file", "-", "--ca-file", setting("CA"), login=False,
        stdin=setting("PASSWORD").encode())
    run("check", url(), "--token-file", wrong, code=2)


def test_token():
    """Dovecot offers no OAuth here: that the token is read, and that no shell comes between."""
    with_ca = ["--ca-file", setting("CA")]
    done = run("check", url(), "--token-command", "printf '%s;' token", *with_ca, login=False,
               code=4)
    assert b"OAUTH2" in done.err or b"XOAUTH2" in done.err or b"token" in done.err, done
    for command in ("false", "no-such-program", "printf ''", "'"):
        done = subprocess.run([PROGRAM, "check", url(), "--token-command", command, *with_ca],
                              capture_output=True, timeout=SECONDS)
        assert done.returncode not in (0, -6), done


def test_boxes():
    values = {value["name"]: value for value in run("boxes", url(), "--json").values()}
    assert values["INBOX"]["mailCount"] == len(MAILS), values
    assert values["Entwürfe"]["role"] == "drafts" and not values["Archive"]["selectable"], values
    lines = run("boxes", url()).lines()
    assert lines[0] == f"INBOX\t{len(MAILS)} mails, {len(MAILS)} unread", lines
    assert "Archive/2024\t0 mails" in lines and "日本語\t0 mails" in lines, lines
    for number, end in (("1", b"1 non lu\n"), ("2", b"2 non lus\n")):
        with FakeServer(LIST=(b'* LIST () "/" Box\r\n', b"OK"), LSUB=(b"", b"OK"), STATUS=(
                b"* STATUS Box (MESSAGES 9 UNSEEN %s)\r\n" % number.encode(), b"OK")) as server:
            done = run("boxes", server.url(), "--allow-plain", "--password-file", password_file(),
                       login=False, env=environment(LANGUAGE="fr", LC_ALL="C.UTF-8"))
        assert done.out.endswith(end), done
    subscribed = run("boxes", url(), "--subscribed", "--no-counts", "--json").values()
    assert {"Junk"} & {value["name"] for value in subscribed} == set(), subscribed
    assert all("mailCount" not in value for value in subscribed), subscribed


def test_list():
    values = run("list", url(), "--json", "-n", "5").values()
    count = len(MAILS)
    assert [value["id"] for value in values] == [str(n) for n in range(count - 4, count + 1)]
    lines = run("list", url(), "-n", "3").lines()
    assert [line.split("\t")[0] for line in lines] == [str(n) for n in range(count - 2, count + 1)]
    assert all(len(line.split("\t")) == 5 and line.split("\t")[1] == "N----" for line in lines)
    sizes = [value["size"] for value in run("list", url(), "--json", "-n", str(count), "--sort",
                                            "reverse size").values()]
    assert sizes == sorted(sizes, reverse=True) and len(sizes) == count, sizes
    assert not run("list", url("Trash")).out
    assert b"gimap4d boxes" in run("list", url("Nowhere"), code=6).err
    run("list", url(), "--sort", "colour", code=2)


def test_search():
    everything = run("list", url(), "--json", "-n", "1000").values()
    subject = next(value["subject"] for value in everything if value["subject"].isascii())
    expected = [value["id"] for value in everything if value.get("subject") == subject]
    for words in (["--subject", subject], [f'SUBJECT "{subject}"'],
                  ["--subject", subject, "--unseen", "ALL"]):
        assert [value["id"] for value in run("search", url(), "--json", *words).values()
                ] == expected, words
    large = [value["id"] for value in everything if value["size"] > 1500]
    assert run("search", url(), "--larger", "1500", "--ids").lines() == large
    assert run("search", url(), "--larger", "1500", "--count").lines() == [str(len(large))]
    assert run("search", url(), "--larger", "1500", "-n", "2", "--ids").lines() == large[-2:]
    assert run("search", url(), "--since", "2024-01-01", "--count").lines() == [str(len(MAILS))]
    assert run("search", url(), "--before", "2024-01-01T00:00:00Z", "--count").lines() == ["0"]
    assert run("search", url(), "--seen", "--count").lines() == ["0"]
    assert not run("search", url(), "--flagged").out
    for words in (["--since", "soon"], ["--larger", "big"], ['SUBJECT "x'], ["(ALL"]):
        run("search", url(), *words, code=2)


def test_get():
    for number, file in enumerate(MAILS, 1):
        raw = run("get", url(), str(number), "--raw").out
        assert raw == file.read_bytes(), file
    number = next(n for n, file in enumerate(MAILS, 1) if file.name.startswith("01"))
    text = run("get", url(), str(number)).out.decode()
    assert "Subject: Protokoll" in text and "\n\n" in text, text
    value, = run("get", url(f";UID={number}"), "--json").values()
    assert value["subject"].startswith("Protokoll") and value["textBody"], value
    all_headers = run("get", url(), str(number), "--headers").out.decode()
    assert "Message-ID: " in all_headers or "Message-Id: " in all_headers, all_headers
    assert run("list", url(), "--json", "-n", "1000").values()[number - 1]["keywords"] == {}
    run("get", url(), str(number), "--seen")
    assert run("list", url(), "--json", "-n", "1000").values()[number - 1]["keywords"]["$seen"]
    run("get", url(), "0", code=2)
    run("get", url(), "4000", code=6)
    run("get", url(), "1", "--part", "9", code=6)
    run("get", url("INBOX;UIDVALIDITY=1/;UID=1"), code=6)
    run("get", url(), "1", "--raw", "--part", "1", code=2)


def test_attachments():
    number = next(n for n, file in enumerate(MAILS, 1) if file.name.startswith("14"))
    target = path("attachments")
    values = run("get", url(), str(number), "--save-attachments", target, "--json").values()
    assert len(values) == 3, values
    for value in values:
        content = pathlib.Path(value["path"]).read_bytes()
        assert len(content) == value["size"] and os.path.dirname(value["path"]) == target, value
    assert sorted(os.listdir(target)) == sorted(os.path.basename(v["path"]) for v in values)
    mine = pathlib.Path(values[0]["path"])
    mine.write_text("mine")
    assert b"--force" in run("get", url(), str(number), "--save-attachments", target, code=1).err
    assert mine.read_text() == "mine" and len(os.listdir(target)) == 3
    run("get", url(), str(number), "--save-attachments", target, "--force")
    assert mine.read_bytes() != b"mine"
    assert b"no attachments" in run("get", url(), "3", "--save-attachments", target, code=6).err


def test_broken_pipe():
    """`gimap4d list | head` ends as any program does."""
    lister = subprocess.Popen([PROGRAM, "list", url("Many"), "-n", "100000", *options()],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lister.stdout.readline()
    lister.stdout.close()
    assert lister.wait(SECONDS) == -13 and not lister.stderr.read(), lister.returncode


def test_full_disk():
    if not os.path.exists("/dev/full"):
        raise tap.Skip("there is no /dev/full")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([PROGRAM, "list", url(), *options()], stdout=full,
                              stderr=subprocess.PIPE, timeout=SECONDS)
    assert done.returncode == 1 and b"standard output" in done.stderr, done


tap.run({
    "help": test_help,
    "usage": test_usage,
    "a password in the URL is not repeated": test_password_is_not_repeated,
    "check": test_check,
    "plain": test_plain,
    "IPv6 and escapes": test_ipv6_and_escapes,
    "wrong certificates": test_wrong_certificates,
    "no connection": test_no_connection,
    "login": test_login,
    "token": test_token,
    "boxes": test_boxes,
    "list": test_list,
    "search": test_search,
    "get": test_get,
    "attachments": test_attachments,
    "broken pipe": test_broken_pipe,
    "full disk": test_full_disk,
})
