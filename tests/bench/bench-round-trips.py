"""How many round trips lie between nothing and the last fifty mails of a mailbox.

Runs inside of private-dovecot. A relay stands in for a line with a fixed delay, that of the TCP
handshake included; the figure is the slope between two delays, so that fixed costs drop out. It is printed
beside the floor of the same run: wait for the greeting, then LOGIN, SELECT and FETCH in one write.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os
import queue
import socket
import ssl
import sys
import threading
import time

import gi

gi.require_version("GImap4D", "1.0")

from gi.repository import Gio, GImap4D, GLib  # noqa: E402

DELAYS = (0.02, 0.08)
RUNS = 5
BOX, MAILS, LISTED = "Many", 1000, 50
FIRST = MAILS - LISTED + 1
ITEMS = "(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)"


def setting(name):
    return os.environ["GIMAP4D_TEST_" + name]


class DelayedLine:
    """Connections to PORT go on to TARGET, each byte half a round trip later."""

    def __init__(self, target, delay):
        self._target = target
        self._delay = delay
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client, time.monotonic()),
                             daemon=True).start()

    def _serve(self, client, begin):
        # The client has its connection after one round trip, the server after one and a half.
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _sleep_until(begin + 1.5 * self._delay)
        server = socket.create_connection(self._target)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._pump(client, server, begin + self._delay)
        self._pump(server, client, 0)

    def _pump(self, source, sink, not_before):
        chunks = queue.SimpleQueue()

        def read():
            data = b"?"
            while data:
                try:
                    data = source.recv(65536)
                except OSError:
                    data = b""
                chunks.put((max(time.monotonic(), not_before) + self._delay / 2, data))

        def write():
            while True:
                due, data = chunks.get()
                _sleep_until(due)
                try:
                    if not data:
                        sink.shutdown(socket.SHUT_WR)
                        return
                    sink.sendall(data)
                except OSError:
                    return

        threading.Thread(target=read, daemon=True).start()
        threading.Thread(target=write, daemon=True).start()


def _sleep_until(due):
    time.sleep(max(0, due - time.monotonic()))


# The ways. Each lists the mails of one box over a new connection.


def _read_until(stream, start):
    while not (line := stream.readline()).startswith(start):
        assert line, "the server has hung up"
    return line


def floor(mode, port):
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    context = ssl.create_default_context(cafile=setting("CA"))
    if mode == "TLS":
        connection = context.wrap_socket(connection, server_hostname="localhost")
    stream = connection.makefile("rb")
    _read_until(stream, b"* OK")
    if mode == "STARTTLS":
        connection.sendall(b"a STARTTLS\r\n")
        _read_until(stream, b"a OK")
        connection = context.wrap_socket(connection, server_hostname="localhost")
        stream = connection.makefile("rb")
    connection.sendall(
        f'b LOGIN "{setting("USER")}" "{setting("PASSWORD")}"\r\nc SELECT {BOX}\r\n'
        f"d FETCH {FIRST}:{MAILS} {ITEMS}\r\n".encode())
    lines = 0
    while not (line := stream.readline()).startswith(b"d "):
        lines += b" FETCH (" in line
    assert line.startswith(b"d OK") and lines == LISTED, (line, lines)
    connection.close()


def _new(mode, port):
    return GImap4D.ImapTransporter(
        host="localhost", port=port, user=setting("USER"), password=setting("PASSWORD"),
        tls_database=Gio.TlsFileDatabase.new(setting("CA")), authentication_mode="PLAIN",
        tls_mode="implicit" if mode == "TLS" else "starttls",
        accept_unsecure_connection=mode == "plain")


def together(mode, port):
    """All three calls at once."""
    transporter = _new(mode, port)
    loop = GLib.MainLoop()
    mails = []

    def listed(_source, result):
        mails.extend(transporter.get_mails_by_number_finish(result))
        loop.quit()

    transporter.check_connection_async(callback=lambda *_: None)
    transporter.select_box_async(BOX, callback=lambda *_: None)
    transporter.get_mails_by_number_async(FIRST, 0, GImap4D.ImapFetchFlags.SUMMARY, None, listed)
    loop.run()
    assert len(mails) == LISTED


def one_by_one(mode, port):
    """select_box, which opens, then get_mails with what it said."""
    transporter = _new(mode, port)
    box = transporter.select_box(BOX)
    mails = transporter.get_mails_by_number(box.mail_count - LISTED + 1, 0,
                                            GImap4D.ImapFetchFlags.SUMMARY)
    assert len(mails) == LISTED


def checked_first(mode, port):
    """check_connection, select_box, get_mails."""
    transporter = _new(mode, port)
    assert transporter.check_connection().success
    box = transporter.select_box(BOX)
    mails = transporter.get_mails_by_number(box.mail_count - LISTED + 1, 0,
                                            GImap4D.ImapFetchFlags.SUMMARY)
    assert len(mails) == LISTED


WAYS = {"floor": floor, "together": together, "one by one": one_by_one,
        "checked first": checked_first}
MODES = {"TLS": "IMAPS_PORT", "plain": "PLAIN_PORT", "STARTTLS": "STARTTLS_PORT"}


def measure(way, mode, delay):
    line = DelayedLine(("127.0.0.1", int(setting(MODES[mode]))), delay)
    begin = time.monotonic()
    way(mode, line.port)
    seconds = time.monotonic() - begin
    line.close()
    return seconds


def main():
    print(f"{'round trips':15}" + "".join(f"{mode:>10}" for mode in MODES))
    slopes = {}
    for mode in MODES:
        times = {(name, delay): [] for name in WAYS for delay in DELAYS}
        for _ in range(RUNS):
            for name, delay in times:
                times[name, delay].append(measure(WAYS[name], mode, delay))
        for name in WAYS:
            near, far = (min(times[name, delay]) for delay in DELAYS)
            slopes[name, mode] = (far - near) / (DELAYS[1] - DELAYS[0])
    for name in WAYS:
        print(f"{name:15}" + "".join(f"{slopes[name, mode]:10.2f}" for mode in MODES))
    sys.stdout.flush()
    os._exit(0)


main()
