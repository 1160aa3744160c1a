#!/usr/bin/python3
"""All attachments of a box to a folder, piece by piece: memory does not grow with their size.

    export-attachments.py HOST USER BOX FOLDER [--port PORT] [--ca FILE]

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os

from example import connect, read_arguments
from gi.repository import Gio, GImap4D, GLib

SPLICE = Gio.OutputStreamSpliceFlags.CLOSE_SOURCE | Gio.OutputStreamSpliceFlags.CLOSE_TARGET


def main():
    options = read_arguments("box", "folder")
    os.makedirs(options.folder, exist_ok=True)
    with connect(options) as transporter:
        transporter.select_box(options.box, GImap4D.ImapBoxState.READ_ONLY)
        # The summary names the attachments and fetches none of them.
        for mail in transporter.get_mails(GImap4D.IMAP_ALL, GImap4D.ImapFetchFlags.SUMMARY):
            for number, attachment in enumerate(mail.attachments, 1):
                # The library has made it a name without folders; a number keeps them apart.
                name = f"{mail.id}-{number}-{attachment.name or 'unnamed'}"
                file = Gio.File.new_for_path(os.path.join(options.folder, name))
                target = file.replace(None, False, Gio.FileCreateFlags.PRIVATE, None)
                size = target.splice(attachment.open(), SPLICE, None)
                print(f"{name}: {size} octets")


if __name__ == "__main__":
    try:
        main()
    except GLib.Error as problem:
        raise SystemExit(problem.message)
