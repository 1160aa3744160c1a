"""The notifier from Python: with a GLib main loop, under asyncio, and in a with.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import asyncio
import sys
import threading

import tap
from library import GImap4D, GLib, new_transporter, raises
from private_dovecot import control

Code = GImap4D.ImapError
MAIL = b"Subject: news\r\n\r\nThere are some.\r\n"


def new_box(name):
    """A box with two mails, and the client that fills it."""
    other = new_transporter()
    other.create_box(name)
    for _ in range(2):
        other.append_mime(MAIL, name)
    other.select_box(name)
    return other


class Heard:
    """What a notifier tells, in the order in which it comes."""

    def __init__(self, notifier):
        self.events = []
        self.threads = set()
        notifier.connect("mail-created", self._created)
        notifier.connect("mail-deleted", self._deleted)
        notifier.connect("flags-modified", self._modified)
        notifier.connect("error", self._failed)

    def _add(self, *event):
        self.threads.add(threading.current_thread())
        self.events.append(event)

    def _created(self, notifier, ids, mail_count):
        assert isinstance(notifier, GImap4D.ImapNotifier)
        self._add("created", list(ids), mail_count)

    def _deleted(self, notifier, ids):
        self._add("deleted", list(ids))

    def _modified(self, notifier, ids, flags):
        self._add("modified", list(ids), sorted(flags))

    def _failed(self, notifier, error):
        self._add("error", error)

    def wait(self, n):
        """Runs the main loop until there are n events."""
        is_late = []
        late = GLib.timeout_add_seconds(20, lambda: is_late.append(True) or True)
        while len(self.events) < n and not is_late:
            GLib.MainContext.default().iteration(True)
        GLib.source_remove(late)
        assert len(self.events) == n, self.events


def test_main_loop():
    other = new_box("Loop")
    transporter = new_transporter()
    notifier = transporter.notifier
    assert notifier is transporter.get_notifier() and not notifier.is_started
    heard = Heard(notifier)
    problem = raises(GLib.Error, notifier.start, "select_box")
    assert problem.matches(GImap4D.ImapError.quark(), Code.NO_BOX_SELECTED)

    transporter.select_box("Loop")
    assert notifier.start() and notifier.is_started
    assert "ImapNotifier" in repr(notifier)
    other.append_mime(MAIL, "Loop")
    heard.wait(1)
    assert heard.events == [("created", ["3"], 3)]
    other.add_flags("1:2", ["$flagged"])
    heard.wait(2)
    assert heard.events[1] == ("modified", ["1", "2"], ["$flagged"]), heard.events
    other.delete("2")
    heard.wait(3)
    assert heard.events[2] == ("modified", ["2"], ["$deleted", "$flagged"]), heard.events
    other.expunge()
    heard.wait(4)
    assert heard.events[3] == ("deleted", ["2"]), heard.events

    # All other calls work meanwhile, and the ids of the signals are good for them.
    assert [mail.id for mail in transporter.get_mails("1:*")] == ["1", "3"]
    assert notifier.stop() and not notifier.is_started
    other.append_mime(MAIL, "Loop")
    assert transporter.check_connection().success
    while GLib.MainContext.default().iteration(False):
        pass
    assert len(heard.events) == 4
    assert heard.threads == {threading.main_thread()}


def test_call_in_handler():
    other = new_box("Handler")
    transporter = new_transporter()
    transporter.select_box("Handler")
    subjects = []
    loop = GLib.MainLoop()

    def created(notifier, ids, mail_count):
        subjects.extend(mail.subject for mail in transporter.get_mails(ids))
        loop.quit()

    transporter.notifier.connect("mail-created", created)
    with transporter.notifier as notifier:
        assert notifier.is_started
        other.append_mime(MAIL, "Handler")
        late = GLib.timeout_add_seconds(20, loop.quit)
        loop.run()
        GLib.source_remove(late)
    assert not notifier.is_started
    assert subjects == ["news"]


def test_lost():
    other = new_box("Lost")
    transporter = new_transporter()
    transporter.select_box("Lost")
    heard = Heard(transporter.notifier)
    with transporter.notifier:
        control("kill")
        # What it says to a connection that is dead already would have no answer.
        assert other.check_connection().success
        other.delete("1")
        other.expunge()
        other.append_mime(MAIL, "Lost")
        heard.wait(3)
    assert heard.events[0][0] == "error", heard.events
    assert heard.events[0][1].matches(GImap4D.ImapError.quark(), Code.DISCONNECTED)
    assert sorted(heard.events[1:]) == [("created", ["3"], 2), ("deleted", ["1"])], heard.events


async def watch():
    other = new_box("Asyncio")
    transporter = new_transporter()
    notifier = transporter.notifier
    news = asyncio.Queue()
    notifier.connect("mail-created", lambda _notifier, ids, count: news.put_nowait((ids, count)))
    try:
        await notifier.start_async()
    except GLib.Error as problem:
        assert problem.matches(GImap4D.ImapError.quark(), Code.NO_BOX_SELECTED)
    else:
        raise AssertionError("it started without a box")

    await transporter.select_box_async("Asyncio")
    async with notifier:
        assert notifier.is_started
        await other.append_mime_async(MAIL, "Asyncio", None, None)
        ids, count = await news.get()
        assert list(ids) == ["3"] and count == 3
        assert (await transporter.get_mail_async("3")).subject == "news"
        # Handlers of the signals run in the thread of the event loop.
        thread = asyncio.get_running_loop().create_future()
        notifier.connect("mail-deleted",
                         lambda *_: thread.set_result(threading.current_thread()))
        await other.delete_async("1")
        await other.expunge_async()
        assert await thread is threading.main_thread()
    assert not notifier.is_started


def test_asyncio():
    asyncio.run(asyncio.wait_for(watch(), 60))


if __name__ == "__main__":
    sys.exit(tap.run({
        "main loop": test_main_loop,
        "a call in a handler": test_call_in_handler,
        "R02 lost connection": test_lost,
        "asyncio": test_asyncio,
    }))
