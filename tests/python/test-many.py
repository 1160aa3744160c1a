#!/usr/bin/python3
"""Many mails: the main loop goes on while they come, and each object is made when it is looked at.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import gc
import time

import tap
from library import GImap4D, GLib, new_transporter

COUNT = 5000


def fetch(transporter, last):
    """Takes the first mails; returns the CPU of this thread, whose main loop runs meanwhile."""
    loop = GLib.MainLoop()
    found = []

    def fetched(source, result):
        found.append(source.get_mails_by_number_finish(result))
        loop.quit()

    used = time.thread_time()
    transporter.get_mails_by_number_async(1, last, GImap4D.ImapFetchFlags.SUMMARY, None, fetched)
    loop.run()
    used = time.thread_time() - used
    assert len(found[0].list) == last, len(found[0].list)
    return used


def test_the_loop_is_free():
    """What comes is read in another thread: five thousand mails cost this one what ten do."""
    with new_transporter() as transporter:
        transporter.select_box("Many")
        fetch(transporter, COUNT)
        few = min(fetch(transporter, 10) for _ in range(5))
        many = min(fetch(transporter, COUNT) for _ in range(5))
        assert many < 5 * few, (many, few)


def test_iteration():
    """Each mail of a long list, in order, and none is kept by having been looked at."""
    with new_transporter() as transporter:
        transporter.select_box("Many")
        mails = transporter.get_mails_by_number(1, COUNT, GImap4D.ImapFetchFlags.SUMMARY)
        gone = []
        number = 0
        for number, mail in enumerate(mails, 1):
            assert mail.subject == f"Message {number}", (number, mail.subject)
            if number % 1000 == 0:
                mail.weak_ref(gone.append, number)
        assert number == COUNT, number
        del mail
        gc.collect()
        assert gone == list(range(1000, COUNT + 1, 1000)), gone


def test_steps():
    """An idle source that shows ten mails at a time comes to the end in so many steps."""
    with new_transporter() as transporter:
        transporter.select_box("Many")
        model = transporter.get_mails_by_number(1, COUNT, GImap4D.ImapFetchFlags.SUMMARY).list
        loop = GLib.MainLoop()
        shown = []

        def show():
            for position in range(len(shown), min(len(shown) + 10, len(model))):
                shown.append(model.get_item(position).subject)
            if len(shown) < len(model):
                return GLib.SOURCE_CONTINUE
            loop.quit()
            return GLib.SOURCE_REMOVE

        GLib.idle_add(show)
        loop.run()
        assert shown[0] == "Message 1" and shown[-1] == f"Message {COUNT}", shown[-1]
        assert len(set(shown)) == COUNT


tap.run({
    "the main loop is free while mails come": test_the_loop_is_free,
    "iteration": test_iteration,
    "a few mails at a time": test_steps,
})
