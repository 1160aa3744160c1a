#!/usr/bin/python3
"""A mail viewer for GTK 4: the list of a box, the chosen mail, its attachments, live.

    viewer.py HOST USER [--box BOX] [--port PORT] [--ca FILE]

The password is asked for on the terminal. Nothing here waits for the server: each call has a
callback, and the window stays alive. The lists of the library are models of GTK as they are.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import argparse
import getpass

import gi

gi.require_version("Gtk", "4.0")
gi.require_version("GImap4D", "1.0")

from gi.repository import Gdk, GImap4D, Gio, GLib, GObject, Gtk, Pango  # noqa: E402

PIECE = 256 * 1024


def row_factory(fill):
    """A row is a box of two labels; FILL (row, item) writes them."""
    def setup(_factory, cell):
        row = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, margin_top=4, margin_bottom=4)
        for css in ("heading", "dim-label"):
            label = Gtk.Label(xalign=0, ellipsize=Pango.EllipsizeMode.END)
            label.add_css_class(css)
            row.append(label)
        cell.set_child(row)

    def bind(_factory, cell):
        row = cell.get_child()
        fill(row.get_first_child(), row.get_last_child(), cell.get_item())

    factory = Gtk.SignalListItemFactory()
    factory.connect("setup", setup)
    factory.connect("bind", bind)
    return factory


def fill_mail(title, detail, mail):
    title.set_text(mail.subject or "(no subject)")
    sender = mail.from_.get_item(0)
    date = mail.received_at.astimezone().strftime("%Y-%m-%d %H:%M") if mail.received_at else ""
    detail.set_text(f"{sender.name or sender.email if sender else '?'}  ·  {date}")


class Attachment(Gtk.Box):
    """One attachment: its name, a button that saves it, and how far that is."""

    def __init__(self, attachment, folder):
        super().__init__(spacing=8)
        self.attachment = attachment
        self.folder = folder
        self.bar = Gtk.ProgressBar(hexpand=True, show_text=True, valign=Gtk.Align.CENTER)
        self.bar.set_text(f"{attachment.name or 'unnamed'} ({attachment.size // 1024 + 1} KiB)")
        self.button = Gtk.Button(label="Save")
        self.button.connect("clicked", lambda _button: self.save())
        self.append(self.bar)
        self.append(self.button)

    def save(self):
        """From the server to the disk piece by piece: the size of the file does not matter."""
        self.button.set_sensitive(False)
        self.done = 0
        name = self.attachment.name or "unnamed"
        self.file = Gio.File.new_for_path(f"{self.folder}/{name}")
        self.attachment.open_async(None, self.opened)

    def opened(self, attachment, result):
        try:
            self.source = attachment.open_finish(result)
            self.sink = self.file.replace(None, False, Gio.FileCreateFlags.NONE, None)
        except GLib.Error as problem:
            self.end(problem.message)
            return
        self.read_on()

    def read_on(self):
        self.source.read_bytes_async(PIECE, GLib.PRIORITY_DEFAULT, None, self.have_read)

    def have_read(self, source, result):
        try:
            piece = source.read_bytes_finish(result)
            if piece.get_size() == 0:
                self.sink.close()
                self.end("saved")
                return
            self.sink.write_bytes(piece)
        except GLib.Error as problem:
            self.end(problem.message)
            return
        self.done += piece.get_size()
        # The size is that on the wire, in base64: a third more.
        self.bar.set_fraction(min(1, self.done / max(1, self.attachment.size)))
        self.read_on()

    def end(self, text):
        self.bar.set_fraction(1)
        self.bar.set_text(f"{self.attachment.name}: {text}")
        self.button.set_sensitive(True)


class Viewer(Gtk.ApplicationWindow):
    """The window: on the left the mails, on the right the chosen one."""

    status = GObject.Property(type=str, default="")

    def __init__(self, application, transporter, box, folder="."):
        super().__init__(application=application, title=f"{box} – {transporter.user}",
                         default_width=900, default_height=560)
        self.transporter = transporter
        self.box = box
        self.folder = folder
        self.gone = set()
        self.attachments = []
        # Each answer of the server is a list; they stand one behind the other.
        self.answers = Gio.ListStore(item_type=Gio.ListModel)
        self.is_there = Gtk.CustomFilter.new(lambda mail: mail.id not in self.gone)
        mails = Gtk.FilterListModel(model=Gtk.FlattenListModel(model=self.answers),
                                    filter=self.is_there)
        self.selection = Gtk.SingleSelection(model=mails, autoselect=False)
        self.selection.connect("notify::selected-item", self.show_mail)
        self.build()
        self.open_box()

    def build(self):
        self.list = Gtk.ListView(model=self.selection, factory=row_factory(fill_mail))
        self.head = Gtk.Label(xalign=0, wrap=True, selectable=True)
        self.text = Gtk.TextView(editable=False, wrap_mode=Gtk.WrapMode.WORD_CHAR,
                                 left_margin=8, top_margin=8)
        self.files = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=4)
        right = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=8, margin_start=8)
        right.append(self.head)
        right.append(Gtk.ScrolledWindow(child=self.text, vexpand=True))
        right.append(self.files)
        panes = Gtk.Paned(position=340, vexpand=True, end_child=right, start_child=Gtk.ScrolledWindow(
            child=self.list, hscrollbar_policy=Gtk.PolicyType.NEVER))
        label = Gtk.Label(xalign=0, margin_start=8, margin_bottom=4, margin_top=4)
        self.bind_property("status", label, "label", GObject.BindingFlags.SYNC_CREATE)
        content = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
        content.append(panes)
        content.append(label)
        self.set_child(content)

    def fail(self, problem):
        self.status = problem.message

    def open_box(self):
        self.status = "Connecting…"
        self.transporter.select_box_async(self.box, GImap4D.ImapBoxState.WRITABLE, None,
                                          self.box_selected)

    def box_selected(self, transporter, result):
        try:
            transporter.select_box_finish(result)
        except GLib.Error as problem:
            self.fail(problem)
            return
        # From here on the notifier tells of new mails: none is missed in between.
        notifier = transporter.get_notifier()
        notifier.connect("mail-created", lambda _notifier, ids, _count: self.fetch(ids))
        notifier.connect("mail-deleted", lambda _notifier, ids: self.forget(ids))
        notifier.connect("error", lambda _notifier, problem: self.fail(problem))
        notifier.start_async(None, self.started)

    def started(self, notifier, result):
        try:
            notifier.start_finish(result)
        except GLib.Error as problem:
            self.fail(problem)
        self.fetch(GImap4D.IMAP_ALL)

    def fetch(self, ids):
        """Only what a list shows; the rest is asked for when a mail is chosen."""
        self.transporter.get_mails_async(ids, GImap4D.ImapFetchFlags.SUMMARY, None, self.fetched)

    def fetched(self, transporter, result):
        try:
            mails = transporter.get_mails_finish(result)
        except GLib.Error as problem:
            self.fail(problem)
            return
        self.answers.append(mails.list)
        self.count()

    def forget(self, ids):
        self.gone.update(ids)
        self.is_there.changed(Gtk.FilterChange.MORE_STRICT)
        self.count()

    def count(self):
        self.status = f"{self.selection.get_n_items()} mails"

    def show_mail(self, *_):
        mail = self.selection.get_selected_item()
        if mail is not None:
            self.transporter.get_mail_async(mail.id, GImap4D.ImapFetchFlags.WITH_BODY, None,
                                            self.mail_fetched, mail)

    def mail_fetched(self, transporter, result, summary):
        try:
            mail = transporter.get_mail_finish(result)
        except GLib.Error as problem:
            self.fail(problem)
            return
        if self.selection.get_selected_item() is not summary:
            return  # Another one was chosen meanwhile.
        senders = ", ".join(f"{sender.name or ''} <{sender.email}>" for sender in mail.from_)
        self.head.set_markup(f"<b>{GLib.markup_escape_text(mail.subject or '')}</b>\n"
                             f"{GLib.markup_escape_text(senders)}")
        self.text.get_buffer().set_text(mail.text_body or mail.preview or "")
        self.show_attachments(summary)

    def show_attachments(self, summary):
        """Those of the summary: their content is fetched when somebody wants it."""
        while self.files.get_first_child() is not None:
            self.files.remove(self.files.get_first_child())
        self.attachments = [Attachment(one, self.folder) for one in summary.attachments]
        for row in self.attachments:
            self.files.append(row)


def main():
    parser = argparse.ArgumentParser(description="Shows a box of an IMAP server.")
    parser.add_argument("host")
    parser.add_argument("user")
    parser.add_argument("--box", default="INBOX")
    parser.add_argument("--port", type=int, default=993)
    parser.add_argument("--ca", help="a certificate to trust besides those of the system")
    options = parser.parse_args()
    settings = {"tls_database": Gio.TlsFileDatabase.new(options.ca)} if options.ca else {}
    transporter = GImap4D.ImapTransporter(
        host=options.host, port=options.port, user=options.user, tls_mode="implicit",
        password=getpass.getpass(f"Password of {options.user}: "), **settings)
    if Gdk.Display.get_default() is None:
        raise SystemExit("There is no display.")
    application = Gtk.Application(application_id="org.example.Viewer")
    application.connect("activate", lambda app: Viewer(app, transporter, options.box).present())
    application.run()


if __name__ == "__main__":
    main()
