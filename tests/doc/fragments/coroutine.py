"""What stands around a piece of Python with `await` in the guides. It is run.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import asyncio

import gi

gi.require_version("GImap4D", "1.0")
from gi.repository import Gio, GImap4D, GLib  # noqa: E402, F401


async def main():
    transporter = GImap4D.ImapTransporter(host="imap.example.com", user="somebody",
                                          password="secret")
    await transporter.select_box_async("INBOX")

    # FRAGMENT


asyncio.run(main())
