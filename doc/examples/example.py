"""What the examples in Python share: the arguments, the password, the transporter.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import argparse
import getpass
import os

import gi

gi.require_version("GImap4D", "1.0")

from gi.repository import Gio, GImap4D  # noqa: E402


def read_arguments(*more):
    """HOST, USER and the options; MORE are further arguments by name."""
    parser = argparse.ArgumentParser()
    for name in ("host", "user") + more:
        parser.add_argument(name)
    parser.add_argument("--port", type=int, default=993)
    parser.add_argument("--ca", help="a certificate to trust besides those of the system")
    parser.add_argument("--password-file", help="instead of asking on the terminal")
    return parser.parse_args()


def connect(options=None):
    """A transporter; the connection is opened by the first call."""
    options = options or read_arguments()
    settings = {}
    if options.ca:
        settings["tls_database"] = Gio.TlsFileDatabase.new(options.ca)
    if options.password_file:
        with open(os.path.expanduser(options.password_file), encoding="utf-8") as file:
            password = file.read().rstrip("\n")
    else:
        password = getpass.getpass(f"Password of {options.user}: ")
    return GImap4D.ImapTransporter(host=options.host, port=options.port, user=options.user,
                                   password=password, tls_mode="implicit", **settings)
