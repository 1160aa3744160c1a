"""What a user's first program does, with the installed overrides.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os

import gi

gi.require_version("GImap4D", "1.0")

from gi.repository import Gio, GImap4D  # noqa: E402

with GImap4D.ImapTransporter(
        host=os.environ["GIMAP4D_TEST_HOST"], port=int(os.environ["GIMAP4D_TEST_IMAPS_PORT"]),
        user=os.environ["GIMAP4D_TEST_USER"], password=os.environ["GIMAP4D_TEST_PASSWORD"],
        tls_mode="implicit",
        tls_database=Gio.TlsFileDatabase.new(os.environ["GIMAP4D_TEST_CA"])) as transporter:
    info = transporter.select_box("Many", 1)
    print(info.mail_count, transporter.get_mail(7).subject)
