# What the library builds is read by Python's email package, which knows nothing of it.
#
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The gimap4d authors

import base64
import email
import email.policy
import json
import os
import subprocess
import sys
import tempfile

MODES = {0: "utf-8", 1: "utf-8", 2: "iso-8859-1", 3: "iso-2022-jp"}
SUBJECTS = [
    "Hello",
    "Grüße aus Köln",
    "会議のお知らせ",
    "Party 🎉",
    "a =?utf-8?q?b?= c",
    "long " * 40 + "end",
    "ä" * 300,
    "会" * 200,
    "mixed ä " * 50 + "end",
    " leading and trailing ",
    "x" * 2000,
    "=",
    "“quotes” and \\ and \"",
]
TEXTS = [
    "",
    "Hello\n",
    "No newline",
    "Grüße\nZweite Zeile = gleich\n",
    "会議\n",
    "🎉\n",
    "From here\n.\n..\n",
    "trailing space \n\n\n",
    "x" * 3000 + "\n",
    "ä" * 3000,
    "tab\there\n",
]
NAMES = ["Ada Example", "Example, Ada", "Jürgen Müller", "山田太郎", 'The "Boss"', "a@b", "Ü" * 90, "(paren)"]
FILES = ["a.pdf", "Grüße.pdf", "日本語の名前.pdf", 'quo"te.pdf', "ä" * 80 + ".pdf", "x" * 200 + ".pdf"]


def build(mail, mode=0):
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(mail, file)
        file.flush()
        done = subprocess.run([sys.argv[1], file.name, str(mode)], capture_output=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines), "a bare line break"
    assert all(len(line) <= 998 for line in lines), "a line that is too long"
    assert done.stdout.isascii()
    return email.message_from_bytes(done.stdout, policy=email.policy.default)


def content(part):
    # Not get_content (), which has its own idea of a missing last line break.
    text = part.get_payload(decode=True).decode(part.get_content_charset())
    return text.replace("\r\n", "\n")


def check_subjects():
    for mode in MODES:
        for subject in SUBJECTS:
            message = build({"subject": subject, "from": "ada@example.com"}, mode)
            assert message["Subject"] == subject, (mode, subject, message["Subject"])
            assert message["MIME-Version"] == "1.0"
            assert message["Date"].datetime is not None
            assert message["Message-ID"].endswith("@example.com>")


def check_texts():
    for mode in MODES:
        for text in TEXTS:
            message = build({"textBody": text}, mode)
            assert message.get_content_type() == "text/plain"
            assert content(message) == text, (mode, text, content(message))
            assert not message.defects


def check_charsets():
    for mode, charset in MODES.items():
        assert build({"textBody": "plain"}, mode).get_content_charset() == "us-ascii"
        message = build({"textBody": "会" if mode == 3 else "ä"}, mode)
        assert message.get_content_charset() == charset, (mode, message.get_content_charset())
        # What the charset has not: UTF-8.
        assert build({"textBody": "🎉"}, mode).get_content_charset() == "utf-8"
    assert build({"textBody": "ä"}, 1)["Content-Transfer-Encoding"] == "base64"


def check_addresses():
    for mode in MODES:
        many = [{"name": name, "email": f"n{i}@example.org"} for i, name in enumerate(NAMES * 5)]
        message = build({"from": many[:1], "to": many, "cc": "c@example.net, d@example.net"}, mode)
        # Python 3.11 puts a space between two encoded words of a name.
        got = [(a.display_name.replace(" ", ""), a.addr_spec) for a in message["To"].addresses]
        assert got == [(a["name"].replace(" ", ""), a["email"]) for a in many], (mode, got)
        assert len(message["Cc"].addresses) == 2
    message = build({"to": "ada@bücher.example"})
    assert message["To"].addresses[0].addr_spec == "ada@xn--bcher-kva.example"


def check_files():
    data = bytes(range(256)) * 20
    for name in FILES:
        file = {"name": name, "type": "application/pdf", "content": base64.b64encode(data).decode()}
        message = build({"textBody": "t", "attachments": [file, file]})
        assert message.get_content_type() == "multipart/mixed"
        files = list(message.iter_attachments())
        assert [f.get_filename() for f in files] == [name, name], (name, files[0].get_filename())
        assert all(f.get_content() == data for f in files)
        assert all(f.get_content_type() == "application/pdf" for f in files)


def check_tree():
    picture = {"name": "p.png", "cid": "p@x", "type": "image/png", "content": "aGVsbG8="}
    file = {"name": "f.txt", "type": "text/plain", "content": "aGVsbG8="}
    inner = {"type": "message/rfc822", "content": base64.b64encode(b"Subject: in\n\nx\n").decode()}
    mail = {"textBody": "t", "htmlBody": "<p>", "attachments": [picture, file, inner]}
    tree = [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "text/plain",
        "message/rfc822",
        "text/plain",
    ]
    message = build(mail)
    assert [part.get_content_type() for part in message.walk()] == tree
    parts = list(message.walk())
    assert parts[5]["Content-ID"] == "<p@x>"
    assert parts[5].get_content_disposition() == "inline"
    assert parts[7].get_payload(0)["Subject"] == "in"


def check_fields():
    mail = {
        "messageId": "own@example.com",
        "inReplyTo": "a@b c@d",
        "references": [f"ref{i}@example.com" for i in range(50)],
        "sendAt": "2026-01-05T09:00:00Z",
        "comments": "Ü",
        "bcc": "secret@example.com",
        "replyTo": {"email": "r@example.com"},
        "headers": [
            {"name": "X-Own", "value": "Wert mit Ü"},
            {"name": "Subject", "value": "not this"},
            {"name": "Content-Type", "value": "text/evil"},
        ],
    }
    message = build(mail)
    assert message["Message-ID"] == "<own@example.com>"
    assert message["In-Reply-To"] == "<a@b> <c@d>"
    assert message["References"].split() == [f"<ref{i}@example.com>" for i in range(50)]
    assert message["Date"].datetime.isoformat() == "2026-01-05T09:00:00+00:00"
    assert message["Comments"] == "Ü"
    assert message["Bcc"] == "secret@example.com"
    assert message["X-Own"] == "Wert mit Ü"
    assert message["Subject"] is None
    assert message.get_content_type() == "text/plain"


checks = [
    check_subjects,
    check_texts,
    check_charsets,
    check_addresses,
    check_files,
    check_tree,
    check_fields,
]
print(f"1..{len(checks)}")
for number, check in enumerate(checks, 1):
    check()
    print(f"ok {number} {check.__name__}")
