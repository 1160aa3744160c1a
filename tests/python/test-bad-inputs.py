"""Everything that can be wrong with settings, servers and arguments: one clear error each, which
names the server, and a transporter that goes on.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os
import socket
import tempfile
import threading

import tap
from library import GImap4D, GLib, fails, new_transporter, raises, setting

Code = GImap4D.ImapError
HERE = "localhost:" + setting("IMAPS_PORT")


class Peer:
    """A server on a port of its own that sends TEXT to each client, and then waits for its end."""

    def __init__(self, text=b"", waits_for_data=False):
        self._text = text
        self._waits_for_data = waits_for_data
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self):
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client):
        with client:
            try:
                if self._waits_for_data:
                    client.recv(4096)
                if self._text:
                    client.sendall(self._text)
                    client.shutdown(socket.SHUT_WR)
                while client.recv(4096):
                    pass
            except OSError:
                pass


def cannot_open(transporter, codes, *words):
    """Twice the same: the status says it, a call raises it, and nothing hangs or crashes."""
    for _ in range(2):
        status = transporter.check_connection()
        assert not status.success, status
        # What the server itself refuses is no error of ours.
        assert (len(status.errors) == 0) == (Code.AUTH_FAILED in codes), status
        for word in words:
            assert str(word) in status.status_text, (word, status.status_text)
        for error in status.errors:
            assert error.message and error.component == "g-imap-error-quark", error
            assert error.code in [int(code) for code in codes], error
        problem = raises(GLib.Error, transporter.get_box_list, *words)
        assert problem.domain == "g-imap-error-quark" and problem.code in list(map(int, codes))
        assert transporter.state == GImap4D.ImapTransporterState.CLOSED
        assert transporter.selected_box is None and not transporter.known_capabilities


def test_no_host():
    for options in ({}, {"host": None}, {"host": ""}):
        cannot_open(GImap4D.ImapTransporter(user="u", password="p", **options),
                    [Code.INVALID_ARGUMENT], "host")
    fails(Code.INVALID_ARGUMENT,
          lambda: GImap4D.ImapTransporter.new_from_json({"user": "u"}), "host")


def test_ports():
    for port in (0, -1, 65536, 70000):
        raises(ValueError, lambda: new_transporter(port=port), "port", port)
        server = {"host": "localhost", "port": port}
        fails(Code.INVALID_ARGUMENT, lambda: GImap4D.ImapTransporter.new_from_json(server), "port")


def test_unresolvable_host():
    cannot_open(new_transporter(host="nowhere.invalid"), [Code.DNS], "nowhere.invalid:")


def test_nobody_listens():
    with Peer() as peer:
        port = peer.port
    cannot_open(new_transporter(port=port), [Code.CONNECT], f"localhost:{port}")


def test_silent_server():
    with Peer() as peer:
        for mode, code in (("implicit", Code.TIMEOUT_TLS), ("starttls", Code.TIMEOUT_GREETING)):
            transporter = new_transporter(port=peer.port, tls_mode=mode, connection_timeout=1)
            cannot_open(transporter, [code], f"localhost:{peer.port}")


def test_http_server():
    refusal = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with Peer(refusal, waits_for_data=True) as peer:
        cannot_open(new_transporter(port=peer.port), [Code.CONNECT, Code.PROTOCOL],
                    f"localhost:{peer.port}")
    with Peer(refusal) as peer:
        cannot_open(new_transporter(port=peer.port, tls_mode="starttls"), [Code.PROTOCOL],
                    f"localhost:{peer.port}")


def test_certificates():
    for kind in ("OTHER_NAME", "OTHER_CA", "EXPIRED"):
        port = int(setting(kind + "_PORT"))
        for options in ({}, {"accept_unsecure_connection": True}):
            cannot_open(new_transporter(port=port, **options), [Code.TLS_CERTIFICATE],
                        f"localhost:{port}")
    cannot_open(new_transporter(tls_database=None), [Code.TLS_CERTIFICATE], HERE)


def test_no_encryption():
    port = int(setting("PLAIN_PORT"))
    cannot_open(new_transporter(port=port, tls_mode="starttls"), [Code.TLS_REQUIRED],
                f"localhost:{port}")
    accepting = new_transporter(port=port, tls_mode="starttls", accept_unsecure_connection=True)
    assert accepting.check_connection().success


def test_refused_password():
    for options in ({"password": "wrong"}, {"password": ""}, {"user": "nobody"},
                    {"password": "wrong", "authentication_mode": "PLAIN"}):
        cannot_open(new_transporter(**options), [Code.AUTH_FAILED], HERE)
    cannot_open(new_transporter(authentication_mode="OAUTH2"),
                [Code.AUTH_MECHANISM, Code.INVALID_ARGUMENT], HERE)
    cannot_open(new_transporter(authentication_mode="dance"),
                [Code.AUTH_MECHANISM, Code.INVALID_ARGUMENT], "dance")


def test_log_file():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file")
        with open(path, "w", encoding="utf-8"):
            pass
        # A folder, and a file that stands where a folder would have to be: refused to root too.
        for log in (folder, os.path.join(path, "log")):
            transporter = new_transporter(log_file=log)
            for _ in range(2):
                status = transporter.check_connection()
                assert not status.success and log in status.status_text, status.status_text
                assert HERE in status.status_text, status.status_text
                raises(GLib.Error, transporter.get_box_list, log, HERE)


def test_missing_box():
    transporter = new_transporter()
    for box in ("missing", "Archive", "x" * 300):
        raises(GLib.Error, lambda: transporter.select_box(box), HERE, box[:20])
        raises(GLib.Error, lambda: transporter.get_box_info("missing"), HERE, "missing")
    fails(Code.INVALID_ARGUMENT, lambda: transporter.select_box("a\nb"))
    fails(Code.INVALID_ARGUMENT, lambda: transporter.select_box(""))
    assert transporter.select_box("INBOX").name == "INBOX"


def test_no_box_selected():
    transporter = new_transporter()
    for function in (lambda: transporter.get_mails("1"), lambda: transporter.get_mail("1"),
                     lambda: transporter.get_mails(1, 2), lambda: transporter.search_mails("ALL"),
                     lambda: transporter.num_to_id(1, 2),
                     lambda: transporter.get_mime_as_blob("1")):
        fails(Code.NO_BOX_SELECTED, function, HERE)
    assert transporter.check_connection().success


def test_missing_ids():
    transporter = new_transporter()
    transporter.select_box("Many", 1)
    fails(Code.NOT_FOUND, lambda: transporter.get_mail("4000000"), HERE)
    fails(Code.NOT_FOUND, lambda: transporter.get_mail(4000000), HERE)
    fails(Code.NOT_FOUND, lambda: transporter.get_mail_by_number(4000), HERE)
    fails(Code.INVALID_ARGUMENT, lambda: transporter.get_mail("x"))
    fails(Code.INVALID_ARGUMENT, lambda: transporter.get_mail("1:3"))
    fails(Code.INVALID_ARGUMENT, lambda: transporter.get_mails("1:x"))
    mails = transporter.get_mails("4000000,2")
    assert [mail.id for mail in mails] == ["2"] and mails.not_found == ["4000000"]
    assert len(transporter.get_mails([])) == 0
    blob = transporter.get_mime_as_blob("4000000")
    assert blob is None or blob.get_size() == 0


def test_refused_search():
    transporter = new_transporter()
    transporter.select_box("Many", 1)
    for text in ("DANCE", "OR", "(ALL", "ALL\r\nA1 LOGOUT", 'SUBJECT "open'):
        raises(GLib.Error, lambda: transporter.search_mails(text), HERE)
        assert len(transporter.search_mails("ALL")) == 30


def test_stale_ids():
    transporter = new_transporter()
    transporter.select_box("Many", 1)
    ids = transporter.search_mails("UID 1:3")
    transporter.select_box("INBOX", 1)
    fails(Code.INVALID_ARGUMENT, lambda: transporter.get_mails(ids), "Many", "INBOX")
    assert len(transporter.get_mails("1:3")) == 3
    transporter.select_box("Many", 1)
    assert len(transporter.get_mails(ids)) == 3


tap.run({
    "no host": test_no_host,
    "ports": test_ports,
    "unresolvable host": test_unresolvable_host,
    "nobody listens": test_nobody_listens,
    "silent server": test_silent_server,
    "HTTP server": test_http_server,
    "certificates": test_certificates,
    "no encryption": test_no_encryption,
    "refused password": test_refused_password,
    "log file": test_log_file,
    "missing box": test_missing_box,
    "no box selected": test_no_box_selected,
    "missing ids": test_missing_ids,
    "refused search": test_refused_search,
    "stale ids": test_stale_ids,
})
