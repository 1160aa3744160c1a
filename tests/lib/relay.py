"""A TCP relay in a thread, for a server that trusts whoever has its own address.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import socket
import threading


class Relay:
    """Connections to 127.0.0.1:PORT go on to TARGET; ends come through in both directions.

    CHANGE, where there is one, makes of each line of the server what the client gets.
    """

    def __init__(self, port, target, change=None):
        self._target = target
        self._change = change
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", port))
        self._listener.listen(100)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self):
        return self._listener.getsockname()[1]

    def close(self):
        """No new connections; shutdown wakes the thread that waits in accept."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._target)
            except OSError:
                client.close()
                continue
            for connection in (client, server):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, sink, change in ((client, server, None), (server, client, self._change)):
                threading.Thread(target=_copy, args=(source, sink, change), daemon=True).start()


def _copy(source, sink, change):
    rest = b""
    try:
        while data := source.recv(65536):
            if change:
                *lines, rest = (rest + data).split(b"\n")
                data = b"".join(change(line + b"\n") for line in lines)
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        for connection in (source, sink):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
