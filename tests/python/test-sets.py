"""Whatever function takes a set takes a text, a number and a sequence of them, too: found by
introspection, so that a new function cannot be forgotten.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import asyncio
import inspect
import itertools

import tap
from gi.module import get_introspection_module
from library import GImap4D, new_transporter, raises

Transporter = GImap4D.ImapTransporter

# What the other parameters of such a function are given.
OTHERS = {"box": "Trash", "keywords": ["$flagged"], "flags": GImap4D.ImapFetchFlags.HEADERS,
          "func": lambda *_: None}


def takes_set(info):
    return any(argument.get_name() == "ids" and argument.get_type().get_interface() is not None
               and argument.get_type().get_interface().get_name() == "ImapMessageSet"
               for argument in info.get_arguments())


def find_functions():
    """The methods of the transporter that have a set among their arguments."""
    module = get_introspection_module("GImap4D")
    names = [info.get_name() for info in module.ImapTransporter.__info__.get_methods()
             if takes_set(info)]
    assert len(names) > 12, names
    return names


FUNCTIONS = find_functions()
boxes = itertools.count(1)


def get_forms():
    return (3, "3", "3:3", [3], ["3"], (3,), range(3, 4), iter(["3"]),
            GImap4D.ImapMessageSet.parse("3"))


def arguments_of(function):
    """What it needs besides the set."""
    given = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name in OTHERS and parameter.kind == parameter.POSITIONAL_OR_KEYWORD:
            given[name] = OTHERS[name]
    return given


def fresh():
    """A transporter in a new box with five mails."""
    transporter = new_transporter()
    box = f"Sets {next(boxes)}"
    transporter.create_box(box)
    for number in range(5):
        transporter.append_mime(f"Subject: {number}\r\n\r\n{number}\r\n".encode(), box)
    transporter.select_box(box)
    return transporter


def test_each_form():
    for name in FUNCTIONS:
        if name.endswith("_async"):
            continue
        for form in get_forms():
            transporter = fresh() if name in ("move", "expunge_ids") else shared
            function = getattr(transporter, name)
            result = function(ids=form, **arguments_of(function))
            assert result is not None and result is not False, (name, form, result)


def test_await_each():
    async def run():
        for name in FUNCTIONS:
            if not name.endswith("_async"):
                continue
            transporter = fresh() if name.startswith(("move", "expunge_ids")) else shared
            function = getattr(transporter, name)
            result = await function(ids=[3], **arguments_of(function))
            assert result is not None and result is not False, (name, result)
    asyncio.run(run())


def test_both_ways():
    """Each function that takes a set is there in both forms."""
    for name in FUNCTIONS:
        other = name[:-len("_async")] if name.endswith("_async") else name + "_async"
        assert other in FUNCTIONS, name


def test_wrong_sets():
    for name in FUNCTIONS:
        function = getattr(shared, name)
        for wrong in (None, 1.5, True, b"1", [None], [[1]], object()):
            raises(TypeError, lambda: function(ids=wrong, **arguments_of(function)))


shared = fresh()

tap.run({
    "each form": test_each_form,
    "await": test_await_each,
    "both ways": test_both_ways,
    "what is no set": test_wrong_sets,
})
