"""What the Python tests share: the library, the server's settings, and claims about errors.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os

import gi
import tap

gi.require_version("GImap4D", "1.0")

from gi.repository import Gio, GImap4D, GLib, GObject  # noqa: E402


def setting(name):
    return os.environ["GIMAP4D_TEST_" + name]


def new_transporter(**options):
    """A transporter for the private Dovecot, over TLS; options replace what it says."""
    settings = {
        "host": "localhost",
        "port": int(setting("IMAPS_PORT")),
        "user": setting("USER"),
        "password": setting("PASSWORD"),
        "tls_mode": "implicit",
        "tls_database": Gio.TlsFileDatabase.new(setting("CA")),
        "connection_timeout": 10,
    }
    settings.update(options)
    return GImap4D.ImapTransporter(**settings)


def offers(word):
    """Whether the server has this capability: some tests are run with less, see --profile."""
    with new_transporter() as transporter:
        return word in transporter.get_capabilities()


def need(word):
    """Skips the test where the server does not offer this."""
    if not offers(word):
        raise tap.Skip(f"the server has no {word}")


def raises(kind, function, *words):
    """FUNCTION () has to raise KIND with these words in its text; returns the exception."""
    try:
        result = function()
    except kind as problem:
        for word in words:
            assert str(word) in str(problem), (word, problem)
        return problem
    raise AssertionError(f"{kind.__name__} did not come but {result!r}")


def fails(code, function, *words):
    """FUNCTION () has to raise a GLib.Error of this ImapError, with these words in its text."""
    problem = raises(GLib.Error, function, *words)
    assert problem.matches(GImap4D.ImapError.quark(), code), (problem, problem.code, code)
    return problem
