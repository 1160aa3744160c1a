"""The boxes of one user, each with a connection of its own, and who wants to know of news in them.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import threading

import gi

gi.require_version("GImap4D", "1.0")
from gi.repository import GImap4D, GLib  # noqa: E402

# Servers limit the connections of one user.
MOST_CONNECTIONS = 5

# Of a mail beyond this size only what it consists of is fetched: attachments come when they are
# asked for, piece by piece.
LARGEST_WHOLE = 4 * 1024 * 1024


class Box:
    """One box, selected for reading only: its mails, parts of them as streams, and its news."""

    def __init__(self, name, transporter):
        self.name = name
        self.transporter = transporter
        self._watching = threading.Lock()
        self._streams = []
        self.info = transporter.select_box(name, GImap4D.ImapBoxState.READ_ONLY)

    def last_mails(self, count, skip=0):
        """The facts of the box, and the summaries of COUNT of its mails, the newest first."""
        info = self.transporter.select_box(self.name, GImap4D.ImapBoxState.READ_ONLY)
        last = info.mail_count - skip
        if last < 1:
            return info, []
        mails = self.transporter.get_mails(
            max(1, last - count + 1), last, flags=GImap4D.ImapFetchFlags.SUMMARY)
        return info, list(mails)[::-1]

    def mail(self, mail_id):
        """A mail, which stays unread; whole unless it is large."""
        mail = self.summary(mail_id)
        if mail.size > LARGEST_WHOLE:
            return mail
        return self.transporter.get_mail(mail_id, update_seen=False)

    def summary(self, mail_id):
        """A mail of which nothing was fetched but what it consists of."""
        return self.transporter.get_mail(mail_id, flags=GImap4D.ImapFetchFlags.SUMMARY)

    def open_events(self, request):
        """A stream that tells the page of each change in the box."""
        stream = GImap4D.EventStream.new(request)
        with self._watching:
            self._streams = [other for other in self._streams if other.is_open] + [stream]
            if not self.transporter.notifier.is_started:
                self._start_notifier()
        return stream

    def _start_notifier(self):
        notifier = self.transporter.notifier
        notifier.connect("mail-created", lambda _, ids, count: self._tell())
        notifier.connect("mail-deleted", lambda _, ids: self._tell())
        notifier.connect("flags-modified", lambda _, ids, flags: self._tell())
        notifier.start()

    def _tell(self):
        with self._watching:
            streams = list(self._streams)
        for stream in streams:
            try:
                stream.send("", event="mails")
            except GLib.Error:
                pass  # Its page is gone: the next one sweeps it away.

    @property
    def is_watched(self):
        return any(stream.is_open for stream in self._streams)

    def close(self):
        self.transporter.close()


class Mailbox:
    """The boxes of one user. May be used from any thread."""

    def __init__(self, new_transporter):
        self._new_transporter = new_transporter
        self._boxes = {}
        self._lock = threading.Lock()
        self.transporter = new_transporter()

    def boxes(self):
        """All of them, the inbox first."""
        boxes = self.transporter.get_box_list(GImap4D.ImapBoxListFlags.WITH_STATUS)
        return sorted((box for box in boxes if box.selectable),
                      key=lambda box: (box.role != GImap4D.ImapBoxRole.INBOX, box.name))

    def box(self, name):
        """The box of that name; one that was not used for long makes room for it."""
        with self._lock:
            box = self._boxes.pop(name, None)
            if box is None:
                box = Box(name, self._new_transporter())
                self._make_room()
            self._boxes[name] = box
            return box

    def _make_room(self):
        idle = [name for name, box in self._boxes.items() if not box.is_watched]
        while len(self._boxes) >= MOST_CONNECTIONS and idle:
            # A download from it goes on: its stream keeps the connection.
            del self._boxes[idle.pop(0)]

    def close(self):
        with self._lock:
            for box in self._boxes.values():
                box.close()
            self._boxes.clear()
        self.transporter.close()
