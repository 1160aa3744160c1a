"""The mail that is measured with: generated, of the sizes and the shapes that real boxes have.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import base64
import collections
import os
import random

DATE = 1704067200

NAMES = ("Terry Gray", "Ada Lovelace", "Grete Hermann", "J. Q. Public", "Marie-Claire Dubois",
         "=?utf-8?q?J=C3=BCrgen_M=C3=BCller?=", "Sofia Kowalewskaja", "Emmy Noether", "",
         "Support Team", "=?utf-8?b?5bGx55Sw5aSq6YOO?=", "Newsletter of the Example Company")
HOSTS = ("example.org", "mail.example.com", "cac.example.edu", "lists.example.net")
WORDS = ("minutes", "of", "the", "meeting", "invoice", "report", "your", "order", "about", "next",
         "week", "project", "update", "question", "release", "notes", "and", "tickets", "holiday")


class Sizes(collections.namedtuple("Sizes", "many whole body stream")):
    """How many mails the boxes have, octets of a body, and of the attachment of the large mail."""

    @classmethod
    def full(cls):
        return cls(100000, 10000, 9200, 147000000)

    @classmethod
    def small(cls):
        return cls(10000, 1000, 9200, 14700000)

    @property
    def stream_octets(self):
        return len(large_head()) + len(LARGE_LINE) * (self.stream // 57)


def _address(choice):
    name = choice.choice(NAMES)
    mailbox = f"{choice.choice(WORDS)}.{choice.randrange(1000)}@{choice.choice(HOSTS)}"
    if not name:
        return mailbox
    return f"{name} <{mailbox}>" if name.startswith("=?") else f'"{name}" <{mailbox}>'


def _subject(choice):
    words = " ".join(choice.choice(WORDS) for _ in range(choice.randrange(3, 9)))
    if choice.random() < .1:
        return "=?utf-8?b?" + base64.b64encode(f"Größe: {words}".encode()).decode() + "?="
    return ("Re: " if choice.random() < .4 else "") + words


def _head(choice, number):
    lines = [f"From: {_address(choice)}",
             f"To: {', '.join(_address(choice) for _ in range(choice.choice((1, 1, 1, 2, 3))))}"]
    if choice.random() < .3:
        lines.append(f"Cc: {', '.join(_address(choice) for _ in range(choice.choice((1, 2))))}")
    lines += [f"Subject: {_subject(choice)}",
              f"Date: {('Mon', 'Tue', 'Wed', 'Thu', 'Fri')[number % 5]}, {number % 28 + 1} Jan 2024 "
              f"{number % 24:02}:{number % 60:02}:00 +0{number % 3}00",
              f"Message-ID: <{number}.{choice.randrange(10 ** 12)}@{choice.choice(HOSTS)}>"]
    if choice.random() < .5:
        lines.append(f"In-Reply-To: <{choice.randrange(10 ** 15)}@{choice.choice(HOSTS)}>")
    return lines


def _structure(choice):
    """Content fields and a small body: plain, alternative, or with an attachment."""
    kind = choice.random()
    if kind < .5:
        return ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"], "Text\n"
    boundary = f"=_{choice.randrange(10 ** 12)}"
    parts = ["Content-Type: text/plain; charset=utf-8\n\nText\n",
             "Content-Type: text/html; charset=utf-8\n"
             "Content-Transfer-Encoding: quoted-printable\n\n<p>Text</p>\n"]
    subtype = "alternative"
    if kind > .85:
        subtype = "mixed"
        parts.append('Content-Type: application/pdf; name="invoice.pdf"\n'
                     "Content-Transfer-Encoding: base64\n"
                     'Content-Disposition: attachment; filename="invoice.pdf"\n\nJVBERi0=\n')
    body = "".join(f"--{boundary}\n{part}\n" for part in parts) + f"--{boundary}--\n"
    return [f'Content-Type: multipart/{subtype}; boundary="{boundary}"'], body


def _trace(choice):
    """What the way through several servers leaves: about a kilobyte."""
    for hop in range(4):
        yield (f"Received: from mx{hop}.example.net (mx{hop}.example.net [192.0.2.{hop}])\n"
               f"\tby mx{hop + 1}.example.net with ESMTPS id {choice.randrange(16 ** 12):012x}\n"
               f"\tfor <alice@example.org>; Mon, 1 Jan 2024 00:00:0{hop} +0000 (UTC)")
    yield ("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=s1;\n\tb="
           + base64.b64encode(choice.randbytes(256)).decode())


def list_mail(number):
    choice = random.Random(number)
    fields, body = _structure(choice)
    lines = _head(choice, number) + ["MIME-Version: 1.0"] + fields
    return ("\n".join(lines) + "\n\n" + body).encode()


def whole_mail(number, size):
    choice = random.Random(number)
    lines = list(_trace(choice)) + _head(choice, number) + [
        "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"]
    words = " ".join(choice.choice(WORDS) for _ in range(12))
    body = (words[:70] + "\n") * (size // (min(len(words), 70) + 2))
    return ("\n".join(lines) + "\n\n" + body).encode()


LARGE_LINE = base64.b64encode(bytes(range(57))) + b"\r\n"


def large_head():
    return (b"From: somebody@example.org\r\nSubject: large\r\nMIME-Version: 1.0\r\n"
            b'Content-Type: application/octet-stream; name="large.bin"\r\n'
            b"Content-Transfer-Encoding: base64\r\n\r\n")


def _add_all(dovecot, box, count, make):
    flags = ("", "S", "S", "RS", "FS")
    path = dovecot.alice.path_of(box)
    for number in range(1, count + 1):
        name = f"{DATE + number}.M{number}P1.localhost:2,{flags[number % 5]}"
        with open(os.path.join(path, "cur", name), "wb", buffering=0) as file:
            file.write(make(number))


def whole_octets(sizes):
    """Of all whole mails, with the line ends that IMAP has."""
    mails = (whole_mail(number, sizes.body) for number in range(1, sizes.whole + 1))
    return sum(len(mail) + mail.count(b"\n") for mail in mails)


def write(dovecot, sizes, boxes):
    """Writes the mails of these boxes next to the running server."""
    if "Many" in boxes:
        _add_all(dovecot, "Many", sizes.many, list_mail)
    if "Archive/2024" in boxes:
        _add_all(dovecot, "Archive/2024", sizes.whole,
                 lambda number: whole_mail(number, sizes.body))
    if "Junk" in boxes:
        path = os.path.join(dovecot.alice.path_of("Junk"), "cur", f"{DATE}.M1P1.localhost:2,S")
        with open(path, "wb") as file:
            file.write(large_head())
            lines = sizes.stream // 57
            for _ in range(lines // 1000):
                file.write(LARGE_LINE * 1000)
            file.write(LARGE_LINE * (lines % 1000))
