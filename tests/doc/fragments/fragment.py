"""What stands before a piece of Python in the guides that is no whole program. It is run.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import gi

gi.require_version("GImap4D", "1.0")
from gi.repository import Gio, GImap4D, GLib  # noqa: E402, F401

transporter = GImap4D.ImapTransporter(host="imap.example.com", user="somebody", password="secret")
transporter.select_box("INBOX")

# FRAGMENT
