#!/usr/bin/python3
"""Many calls at the same time with asyncio: they share one connection, and none waits in vain.

    read-at-once.py HOST USER [--port PORT] [--ca FILE]

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import asyncio

from example import connect
from gi.repository import GLib


async def main():
    transporter = connect()
    boxes = await transporter.get_box_list_async()
    names = [box.name for box in boxes if box.selectable]

    # All are asked before the first one has answered.
    infos = await asyncio.gather(*(transporter.get_box_info_async(name) for name in names))
    for info in infos:
        print(f"{info.name}: {info.mail_count} mails, {info.unseen} unread")

    await transporter.select_box_async("INBOX")
    ids = await transporter.search_mails_async("ALL")
    try:
        # A call that is given up is cancelled on its way, too.
        mails = await asyncio.wait_for(transporter.get_mails_async(ids, with_body=False,
                                                                   update_seen=False), 30)
    except asyncio.TimeoutError:
        raise SystemExit("The server is too slow.")
    for mail in mails:
        print(mail.subject)
    await transporter.close_async()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except GLib.Error as problem:
        raise SystemExit(problem.message)
