#!/usr/bin/python3
"""Shows a mailbox: on the terminal, and as pages for a browser on this machine.

    mailbox.py imaps://ada@imap.example.org --password-file FILE

The first half is an IMAP client: it opens a transporter, prints its status, lists the boxes and
shows the last mails. The second half is a REST server on the loopback interface: a browser reads
the list, opens a mail and downloads its attachments, and a function, getFile, answers with a PDF.

Nothing changes on the server: the boxes are opened for reading only. When something changes there, the
list in the browser does too.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import argparse
import functools
import getpass
import os
import pathlib
import signal
import sys
import threading
import unicodedata
import urllib.parse

import gi

gi.require_version("GImap4D", "1.0")
from gi.repository import Gio, GImap4D, GLib  # noqa: E402

import mailbox_pages as pages  # noqa: E402
from mailbox_boxes import Mailbox  # noqa: E402
from mailbox_visit import visit  # noqa: E402

MAILS_ON_TERMINAL = 10
MAILS_ON_PAGE = 25
THREADS = 4

FOLDER = pathlib.Path(__file__).resolve().parent


# Errors that say that a box or mail is not there, or never could be; not every server says which.
MISSING = (GImap4D.ImapError.NOT_FOUND, GImap4D.ImapError.NONEXISTENT, GImap4D.ImapError.NO,
           GImap4D.ImapError.INVALID_ARGUMENT)


class NotFound(Exception):
    """There is no such page."""


def for_terminal(text):
    """What a stranger wrote must not control the terminal."""
    return "".join(letter for letter in text or "" if letter.isprintable())


def column(text, width):
    """The beginning of TEXT, filled up; some letters are two columns wide."""
    result = ""
    for letter in for_terminal(text):
        size = 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if size > width:
            break
        result += letter
        width -= size
    return result + " " * width


def print_status(transporter):
    status = transporter.check_connection()
    print(f"Status of {transporter.user} on {transporter.host}:{transporter.port}: "
          f"{'success' if status.success else 'failure'}", end="")
    if not status.success:
        print(f", {for_terminal(status.status_text)}")
        for error in status.errors:
            print(f"  {error.code}: {for_terminal(error.message)}")
        return False
    print(f" ({transporter.tls_protocol}, {transporter.authentication_mode})")
    return True


def print_boxes(mailbox):
    print("\nBoxes:")
    for box in mailbox.boxes():
        print(f"  {column(box.name, 20)} {box.info.mail_count:>5} mails")


def print_last_mails(mailbox, box):
    print(f"\nThe last mails of {box}:")
    _, mails = mailbox.box(box).last_mails(MAILS_ON_TERMINAL)
    for mail in mails:
        print(f"  {pages.date_text(mail.received_at)}  "
              f"{column(pages.sender_text(mail), 20)}  {for_terminal(mail.subject)}")


def new_page(html, status=200):
    message = GImap4D.OutgoingMessage()
    message.set_body(html)
    message.set_header("Content-Type", "text/html; charset=utf-8")
    message.set_header("Content-Security-Policy", pages.POLICY)
    message.set_status(status)
    return protected(message)


def protected(message):
    """The browser does not guess types, and no site learns where its visitor came from."""
    message.set_header("X-Content-Type-Options", "nosniff")
    message.set_header("Referrer-Policy", "no-referrer")
    return message


class Site:
    """Answers the requests of browsers. The server calls it in any of its threads."""

    def __init__(self, mailbox):
        self._mailbox = mailbox

    def answer(self, request):
        """Whatever happens, the answer is a page."""
        try:
            return self._find(request)
        except NotFound:
            return new_page(pages.error_page("There is no such page."), 404)
        except GLib.Error as error:
            is_missing = any(error.matches(GImap4D.ImapError.quark(), code) for code in MISSING)
            return new_page(pages.error_page(error.message), 404 if is_missing else 502)

    def _find(self, request):
        match request.url_path:
            case []:
                message = GImap4D.OutgoingMessage()
                message.set_redirect("/box/INBOX", 303)
                return message
            case ["mailbox.css"]:
                return self._file("mailbox.css", "text/css; charset=utf-8")
            case ["mailbox.js"]:
                return self._file("mailbox.js", "text/javascript; charset=utf-8")
            case ["box", box]:
                return self._list(box, request.url_query.get("page", "1"))
            case ["box", box, "events"]:
                return self._mailbox.box(box).open_events(request)
            case ["box", box, mail_id]:
                return self._mail(box, mail_id)
            case ["box", box, mail_id, "html"]:
                return self._html(box, mail_id)
            case ["box", box, mail_id, "attachment", place]:
                return self._attachment(request, box, mail_id, place)
        raise NotFound

    def _file(self, name, content_type):
        message = GImap4D.OutgoingMessage()
        message.set_body((FOLDER / name).read_text(encoding="utf-8"))
        message.set_header("Content-Type", content_type)
        return protected(message)

    def _list(self, box, page_text):
        page = as_number(page_text)
        if page < 1:
            raise NotFound
        info, mails = self._mailbox.box(box).last_mails(MAILS_ON_PAGE, (page - 1) * MAILS_ON_PAGE)
        if page > 1 and not mails:
            raise NotFound
        has_more = info.mail_count > page * MAILS_ON_PAGE
        return new_page(pages.list_page(self._mailbox.boxes(), info, mails, page, has_more))

    def _get_mail(self, box, mail_id):
        as_number(mail_id)
        found = self._mailbox.box(box)
        return found.info, found.mail(mail_id)

    def _mail(self, box, mail_id):
        info, mail = self._get_mail(box, mail_id)
        return new_page(pages.mail_page(self._mailbox.boxes(), info, mail))

    def _html(self, box, mail_id):
        info, mail = self._get_mail(box, mail_id)
        if not mail.html_body:
            raise NotFound
        message = new_page(pages.html_of_mail(info, mail))
        message.set_header("Content-Security-Policy", pages.POLICY_OF_MAIL)
        return message

    def _attachment(self, request, box, mail_id, place):
        """That of a large mail goes from the IMAP connection into the answer piece by piece. Who has
        it already costs the server no question."""
        first, _, second = place.partition("-")
        uid_validity, index = as_number(first), as_number(second)
        message = GImap4D.OutgoingMessage()
        etag = f"{uid_validity}-{as_number(mail_id)}-{index}"
        message.set_etag(etag)
        message.set_header("Cache-Control", "private, no-cache")
        if request.is_fresh(etag):
            message.set_status(304)
            return message
        found = self._mailbox.box(box)
        attachments = list(found.mail(mail_id).attachments)
        if found.info.uid_validity != uid_validity or index >= len(attachments):
            raise NotFound
        attachment = attachments[index]
        message.set_stream(attachment.open(), -1, attachment.type)
        message.set_header("Content-Security-Policy", pages.POLICY_OF_MAIL)
        message.set_attachment_name(pages.name_of(attachment, index))
        return protected(message)


def as_number(text):
    if not (text.isascii() and text.isdigit() and len(text) < 11):
        raise NotFound
    return int(text)


def get_file(request, parameters):
    """The example of 4D's documentation for OutgoingMessage: a function that answers with a PDF."""
    result = GImap4D.OutgoingMessage()
    result.set_body((FOLDER / "testFile.pdf").read_bytes())
    result.set_header("Content-Type", "application/pdf")
    return result


def serve(mailbox, port, is_once):
    """Serves until Ctrl-C, or, with IS_ONCE, until every page was fetched."""
    server = GImap4D.RestServer(project_name="Mailbox", n_threads=THREADS)
    server.expose("$catalog", "getFile", get_file, http_get=True)
    server.add_handler("/", "GET", Site(mailbox).answer)
    if "LISTEN_FDS" in os.environ:
        server.listen_systemd()
    else:
        server.listen(port)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, stop_cb, server)

    address = server.uris[0]
    print(f"\nThe mailbox is at {address}\nThe PDF is at {address}rest/$catalog/getFile",
          flush=True)

    results = []
    if is_once:
        def visit_all():
            try:
                results.append(visit(address))
            finally:
                GLib.idle_add(server.stop)

        threading.Thread(target=visit_all).start()
    else:
        print("Ctrl-C stops.", flush=True)
    server.run()
    if is_once:
        return results == [True]
    print("\nStopped.", flush=True)
    return True


def stop_cb(server):
    server.stop()
    return GLib.SOURCE_REMOVE


def maker_of_transporters(options):
    """What makes one more connection to the server; the password is asked for once."""
    url = urllib.parse.urlsplit(options.url)
    settings = {}
    if url.port:
        settings["port"] = url.port
    if options.authority:
        settings["tls_database"] = Gio.TlsFileDatabase.new(str(options.authority.resolve()))
    if options.password_file:
        password = options.password_file.read_text(encoding="utf-8").rstrip("\n")
    else:
        password = getpass.getpass(f"Password of {url.username} on {url.hostname}: ")
    is_tls = url.scheme == "imaps"
    return functools.partial(
        GImap4D.ImapTransporter,
        host=url.hostname, user=urllib.parse.unquote(url.username), password=password,
        tls_mode=GImap4D.ImapTlsMode.IMPLICIT if is_tls else GImap4D.ImapTlsMode.STARTTLS,
        log_file=str(options.log_file.resolve()) if options.log_file else None, **settings)


def url_of_server(text):
    url = urllib.parse.urlsplit(text)
    if url.scheme not in ("imaps", "imap") or not url.hostname or not url.username or url.password:
        raise argparse.ArgumentTypeError("the address looks like imaps://USER@HOST[:PORT]")
    return text


def parse_arguments():
    parser = argparse.ArgumentParser(
        description="Shows a mailbox on the terminal and serves it to a browser on this machine.")
    parser.add_argument("url", type=url_of_server, help="imaps://USER@HOST[:PORT], or imap:// for "
                        "STARTTLS")
    parser.add_argument("--password-file", metavar="FILE", type=pathlib.Path,
                        help="where the password stands; without it, it is asked for")
    parser.add_argument("--authority", metavar="FILE", type=pathlib.Path,
                        help="certificates to trust instead of those of the system")
    parser.add_argument("--log-file", metavar="FILE", type=pathlib.Path,
                        help="where the dialogue with the IMAP server is written")
    parser.add_argument("--port", type=int, default=0, help="of the pages (default: a free one)")
    parser.add_argument("--once", action="store_true", help="fetch every page, then end")
    return parser.parse_args()


def main():
    options = parse_arguments()
    try:
        mailbox = Mailbox(maker_of_transporters(options))
        if not print_status(mailbox.transporter):
            return 1
        print_boxes(mailbox)
        print_last_mails(mailbox, "INBOX")
        is_fine = serve(mailbox, options.port, options.once)
        mailbox.close()
    except (GLib.Error, OSError) as error:
        print(f"mailbox.py: {getattr(error, 'message', error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
