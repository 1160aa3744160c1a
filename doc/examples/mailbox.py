#!/usr/bin/python3
"""Shows a mailbox on the terminal, and answers a function over HTTP.

    mailbox.py imaps://ada@imap.example.org --password-file FILE

The first half is an IMAP client: it opens a transporter, prints its status, lists the boxes and
shows the last mails. Nothing changes on the server. The second half is a REST server on the
loopback interface with 4D's example of a function, getFile, which answers with a PDF.

Pages of the mailbox for a browser are shown by the command `gimap4d serve`.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import argparse
import getpass
import pathlib
import signal
import sys
import unicodedata
import urllib.parse

import gi

gi.require_version("GImap4D", "1.0")
from gi.repository import Gio, GImap4D, GLib  # noqa: E402

MAILS_ON_TERMINAL = 10

FOLDER = pathlib.Path(__file__).resolve().parent


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


def sender_text(mail):
    return ", ".join(address.name or address.email or "" for address in mail.from_) or "(nobody)"


def date_text(date):
    """A date of the library in the time of this machine."""
    return date.astimezone().strftime("%Y-%m-%d %H:%M") if date else " " * 16


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


def print_boxes(transporter):
    """The inbox first."""
    print("\nBoxes:")
    boxes = transporter.get_box_list(GImap4D.ImapBoxListFlags.WITH_STATUS)
    for box in sorted((box for box in boxes if box.selectable),
                      key=lambda box: (box.role != GImap4D.ImapBoxRole.INBOX, box.name)):
        print(f"  {column(box.name, 20)} {box.info.mail_count:>5} mails")


def print_last_mails(transporter, box):
    """Without marking one as read, and without fetching more of each than is printed."""
    print(f"\nThe last mails of {box}:")
    count = transporter.select_box(box, GImap4D.ImapBoxState.READ_ONLY).mail_count
    if count == 0:
        return
    mails = transporter.get_mails(max(1, count - MAILS_ON_TERMINAL + 1), count,
                                  flags=GImap4D.ImapFetchFlags.SUMMARY)
    for mail in list(mails)[::-1]:
        print(f"  {date_text(mail.received_at)}  {column(sender_text(mail), 20)}  "
              f"{for_terminal(mail.subject)}")


def get_file(request, parameters):
    """The example of 4D's documentation for OutgoingMessage: a function that answers with a PDF."""
    result = GImap4D.OutgoingMessage()
    result.set_body((FOLDER / "testFile.pdf").read_bytes())
    result.set_header("Content-Type", "application/pdf")
    return result


def serve(port):
    """Answers until Ctrl-C."""
    server = GImap4D.RestServer(project_name="Mailbox")
    server.expose("$catalog", "getFile", get_file, http_get=True)
    server.listen(port)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, stop_cb, server)
    print(f"\nThe PDF is at {server.uris[0]}rest/$catalog/getFile", flush=True)
    server.run()


def stop_cb(server):
    server.stop()
    return GLib.SOURCE_REMOVE


def new_transporter(options):
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
    return GImap4D.ImapTransporter(
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
        description="Shows a mailbox on the terminal, and answers a function over HTTP.")
    parser.add_argument("url", type=url_of_server, help="imaps://USER@HOST[:PORT], or imap:// for "
                        "STARTTLS")
    parser.add_argument("--password-file", metavar="FILE", type=pathlib.Path,
                        help="where the password stands; without it, it is asked for")
    parser.add_argument("--authority", metavar="FILE", type=pathlib.Path,
                        help="certificates to trust instead of those of the system")
    parser.add_argument("--log-file", metavar="FILE", type=pathlib.Path,
                        help="where the dialogue with the IMAP server is written")
    parser.add_argument("--port", type=int, default=0, help="of the function (default: a free one)")
    return parser.parse_args()


def main():
    options = parse_arguments()
    try:
        with new_transporter(options) as transporter:
            if not print_status(transporter):
                return 1
            print_boxes(transporter)
            print_last_mails(transporter, "INBOX")
        serve(options.port)
    except (GLib.Error, OSError) as error:
        print(f"mailbox.py: {getattr(error, 'message', error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
