"""HTTP to the names below "localhost", which browsers and curl find by themselves and Python does not.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import http.client
import socket


class Connection(http.client.HTTPConnection):
    """To this machine, if the name is one of those (RFC 6761, 6.3)."""

    def connect(self):
        host = "127.0.0.1" if self.host.endswith(".localhost") else self.host
        self.sock = socket.create_connection((host, self.port), self.timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
