#!/usr/bin/python3
"""Says what happens in a box until it is interrupted: new mails, mails that go, flags.

    watch-box.py HOST USER BOX [--port PORT] [--ca FILE]

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import sys

from example import connect, read_arguments
from gi.repository import GLib


def main():
    options = read_arguments("box")
    transporter = connect(options)
    transporter.select_box(options.box)
    notifier = transporter.get_notifier()

    def created(_notifier, ids, count):
        # Every other call works while it is started, from its handlers too.
        for mail in transporter.get_mails(ids, update_seen=False, with_body=False):
            print(f"new: {mail.id} {mail.subject}", flush=True)
        print(f"now {count} mails", flush=True)

    notifier.connect("mail-created", created)
    notifier.connect("mail-deleted", lambda _notifier, ids: print(f"gone: {ids}", flush=True))
    notifier.connect("flags-modified", lambda _notifier, ids, flags: print(
        f"flags of {ids}: {' '.join(flags)}", flush=True))
    # The connection is opened again by itself; what happened meanwhile is told then.
    notifier.connect("error", lambda _notifier, problem: print(problem.message, file=sys.stderr))
    notifier.start()
    print("watching", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    try:
        main()
    except GLib.Error as problem:
        raise SystemExit(problem.message)
    except KeyboardInterrupt:
        pass
