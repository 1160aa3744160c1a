#!/usr/bin/python3
"""The boxes of a user and the last mails of the inbox: the calls in their plain form.

    list-mails.py HOST USER [--port PORT] [--ca FILE]

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

from example import connect
from gi.repository import GLib


def main():
    with connect() as transporter:
        for box in transporter.get_box_list(with_status=True):
            count = box.info.mail_count if box.info else "–"
            print(f"{box.name}: {count}")

        info = transporter.select_box("INBOX")
        # Two numbers are the first and the last mail; nothing is marked as read.
        for mail in transporter.get_mails(max(1, info.mail_count - 4), 0, update_seen=False,
                                          with_body=False):
            sender = mail.from_[0].email if len(mail.from_) else "?"
            print(f"{mail.id}\t{sender}\t{mail.subject}")

        # A list of ids, one id, or what a search has found: all are sets.
        found = transporter.search_mails("UNSEEN")
        print(f"{len(found)} are unread")


if __name__ == "__main__":
    try:
        main()
    except GLib.Error as problem:
        raise SystemExit(problem.message)
