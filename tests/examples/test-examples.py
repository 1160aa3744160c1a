"""The programs of doc/examples do what they say, each run as a user would.

    test-examples.py SAVE-PART READ-LATER

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import tap
import wrapper
from library import new_transporter, setting
from private_dovecot import control

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "doc" / "examples"
SECONDS = 60

folder = tempfile.TemporaryDirectory(prefix="gimap4d-examples-")
password_file = os.path.join(folder.name, "password")
with open(password_file, "w", encoding="utf-8") as file:
    file.write(setting("PASSWORD") + "\n")

OPTIONS = ["--port", setting("IMAPS_PORT"), "--ca", setting("CA"), "--password-file", password_file]
PLACE = ["localhost", setting("IMAPS_PORT"), setting("USER"), password_file, setting("CA")]


def command(name, *arguments):
    return [sys.executable, str(EXAMPLES / name), "localhost", setting("USER"), *arguments, *OPTIONS]


def run(words):
    """What it prints; it has to end well and to complain of nothing."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0 and not done.stderr, (done.returncode, done.stderr)
    return done.stdout


def get_subjects():
    with new_transporter() as transporter:
        transporter.select_box("INBOX")
        return [mail.subject for mail in transporter.get_mails("1:*", update_seen=False)]


def find_attachment():
    """Mail, its first attachment and the octets of it."""
    with new_transporter() as transporter:
        transporter.select_box("INBOX")
        for mail in transporter.get_mails("1:*", update_seen=False):
            for attachment in mail.attachments:
                return mail.id, attachment, attachment.get_content().get_data()
    raise AssertionError("there is no attachment")


def test_list_mails():
    text = run(command("list-mails.py"))
    subjects = get_subjects()
    assert f"INBOX: {len(subjects)}\n" in text, text
    for subject in subjects[-5:]:
        assert f"\t{subject}\n" in text, (subject, text)
    assert subjects[0] not in text, text
    assert text.endswith(f"{len(subjects)} are unread\n"), text


def test_read_at_once():
    text = run(command("read-at-once.py"))
    subjects = get_subjects()
    assert f"INBOX: {len(subjects)} mails" in text and "Entwürfe: 0 mails, 0 unread" in text, text
    assert text.splitlines()[-len(subjects):] == subjects, text


def test_export():
    target = os.path.join(folder.name, "attachments")
    lines = run(command("export-attachments.py", "INBOX", target)).splitlines()
    mail, attachment, content = find_attachment()
    files = {path.name: path.read_bytes() for path in pathlib.Path(target).iterdir()}
    assert files[f"{mail}-1-{attachment.name}"] == content
    assert sorted(lines) == sorted(f"{name}: {len(octets)} octets"
                                   for name, octets in files.items()), lines
    assert len(files) > 3, files.keys()


def test_watch():
    watcher = subprocess.Popen(command("watch-box.py", "Trash"), stdout=subprocess.PIPE, text=True,
                               preexec_fn=wrapper.die_with_parent)
    try:
        assert watcher.stdout.readline() == "watching\n"
        control("deliver Trash\tOne more")
        line = watcher.stdout.readline()
        assert line.startswith("new: ") and line.endswith(" One more\n"), line
        assert watcher.stdout.readline() == "now 1 mails\n"
        with new_transporter() as transporter:
            transporter.select_box("Trash")
            transporter.add_flags("1:*", ["$flagged"])
            line = watcher.stdout.readline()
            assert line.startswith("flags of ") and "$flagged" in line, line
            transporter.delete("1:*")
            transporter.expunge()
        lines = [watcher.stdout.readline()]
        while not lines[-1].startswith("gone: "):
            assert lines[-1], lines
            lines.append(watcher.stdout.readline())
    finally:
        watcher.kill()
        watcher.wait()


def test_wrong_password():
    wrong = os.path.join(folder.name, "wrong")
    pathlib.Path(wrong).write_text("wrong")
    done = subprocess.run(command("list-mails.py")[:-1] + [wrong], capture_output=True, text=True,
                          timeout=SECONDS)
    assert done.returncode == 1 and not done.stdout, done
    assert "localhost" in done.stderr and "Traceback" not in done.stderr, done.stderr


def test_save_part():
    """A part of 38 MB, decoded: what it needs of memory is a test of the library's."""
    large = b"".join(b"%075d\r\n" % number for number in range(500_000))
    mail = (b"Subject: large\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            b"--b\r\n\r\ntext\r\n--b\r\nContent-Type: application/octet-stream; name=large\r\n\r\n"
            + large + b"\r\n--b--\r\n")
    with new_transporter() as transporter:
        ids = transporter.append_mime(mail, "Junk")
    target = os.path.join(folder.name, "part")
    text = run([sys.argv[1], *PLACE, "Junk", ids[0], "2", target])
    assert text == f"{len(large)} octets\n", text
    assert pathlib.Path(target).read_bytes() == large


def test_read_later():
    if len(sys.argv) < 3:
        raise tap.Skip("there is no Vala compiler")
    lines = run([sys.argv[2], *PLACE]).splitlines()
    subjects = get_subjects()
    assert lines[0] == f"{len(subjects)} mails", lines
    assert [line.partition(" ")[2] for line in lines[1:]] == subjects, lines


tap.run({
    "list mails": test_list_mails,
    "read at once": test_read_at_once,
    "export attachments": test_export,
    "watch a box": test_watch,
    "wrong password": test_wrong_password,
    "save a part": test_save_part,
    "read later": test_read_later,
})
