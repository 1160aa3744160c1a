"""Every getter of the IMAP classes says what its property says, on objects of a real server.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import tap
from library import Gio, GImap4D, GLib, GObject, new_transporter

from gi.module import get_introspection_module

# As the typelib has them, without what Python adds.
METHODS = {name: {info.get_name(): info for info in getattr(GImap4D, name).__info__.get_methods()}
           for name in dir(get_introspection_module("GImap4D"))
           if name.startswith("Imap") and hasattr(getattr(GImap4D, name), "__info__")
           and hasattr(getattr(GImap4D, name).__info__, "get_methods")}


def plain(value):
    """What can be compared: lists by their length, sets by their text."""
    if isinstance(value, Gio.ListModel):
        return value.get_n_items()
    if isinstance(value, GImap4D.ImapMessageSet):
        return value.to_string()
    if isinstance(value, GLib.Variant):
        return set(value.unpack())
    return list(value) if isinstance(value, (list, tuple)) else value


def check_getters(thing):
    """Calls all getters that have a property."""
    count = 0
    for pspec in thing.list_properties():
        if not pspec.flags & GObject.ParamFlags.READABLE:
            continue
        for prefix in ("get_", "dup_"):
            getter = METHODS[type(thing).__name__].get(prefix + pspec.name.replace("-", "_"))
            if getter is not None:
                by_getter = getter(thing)
                by_property = GObject.Object.get_property(thing, pspec.name)
                assert plain(by_getter) == plain(by_property), (pspec.name, by_getter, by_property)
                count += 1
    assert count, type(thing)


def test_getters():
    transporter = new_transporter()
    status = transporter.check_connection()
    failed = new_transporter(port=1).check_connection()
    info = transporter.select_box("INBOX")
    mails = transporter.get_mails("1:3", 4)
    boxes = transporter.get_box_list()
    for thing in (transporter, status, failed.errors[0], info, mails, boxes[0],
                  transporter.notifier):
        check_getters(thing)


tap.run({"getters": test_getters})
