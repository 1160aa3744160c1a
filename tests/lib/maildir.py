"""The mail of one user of the private Dovecot.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os

# Box, special use, subscribed. "Archive" exists only as the parent of "Archive/2024".
BOXES = (
    ("Archive/2024", None, True),
    ("Drafts & more", None, False),
    ("Entwürfe", "Drafts", True),
    ("Junk", "Junk", False),
    ("Many", None, False),
    ("Sent", "Sent", True),
    ("Trash", "Trash", False),
    ("日本語", None, True),
)

# 2024-01-01T00:00:00Z: the date of the first mail; each one after it is an hour younger.
FIRST_DATE = 1704067200
DATE_STEP = 3600


class Maildir:
    """Writes boxes and mails as files: a hundred times faster than through the server."""

    def __init__(self, root):
        self._root = root
        self._count = 0

    def path_of(self, box):
        return self._root if box == "INBOX" else os.path.join(
            self._root, "." + box.replace("/", "."))

    def make_box(self, box):
        path = self.path_of(box)
        for part in ("cur", "new", "tmp"):
            os.makedirs(os.path.join(path, part), exist_ok=True)
        if box != "INBOX":
            open(os.path.join(path, "maildirfolder"), "w").close()

    def subscribe(self, boxes):
        with open(os.path.join(self._root, "subscriptions"), "w", encoding="utf-8") as file:
            file.write("V\t2\n\n" + "".join(box.replace("/", "\t") + "\n" for box in boxes))

    def add(self, box, content, date, *, is_recent=False):
        """Adds a mail; the server numbers them by date, then in the order of the calls."""
        self._count += 1
        name = f"{date}.M{self._count % 1000000:06}P1Q{self._count}.localhost"
        path = self.path_of(box)
        temporary = os.path.join(path, "tmp", name)
        with open(temporary, "wb") as file:
            file.write(content)
        os.utime(temporary, (date, date))
        os.rename(temporary, os.path.join(path, "new", name) if is_recent else
                  os.path.join(path, "cur", name + ":2,"))

    def forget_numbers(self, box):
        """The next SELECT finds a new UIDVALIDITY. Only while the server is down."""
        path = self.path_of(box)
        for name in os.listdir(path):
            if name.startswith("dovecot") and not name.startswith("dovecot-uidvalidity"):
                os.unlink(os.path.join(path, name))
        for name in os.listdir(self._root):
            if name.startswith("dovecot.list.index"):
                os.unlink(os.path.join(self._root, name))


def small_mail(subject, number=0):
    return (f"From: Sender {number} <sender{number}@example.org>\r\n"
            "To: alice@example.org\r\n"
            f"Subject: {subject}\r\n"
            f"Message-ID: <{number}.{abs(hash(subject))}@example.org>\r\n"
            "Date: Mon, 1 Jan 2024 00:00:00 +0000\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "\r\n"
            f"{subject}\r\n").encode()
