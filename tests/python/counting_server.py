"""A server that counts the requests of each session; several of them share their sessions.

    counting_server.py PORT KEY_FILE

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os
import signal
import sys

from library import GImap4D, GLib

streams = []


def count(request):
    storage = request.session.storage
    number = storage.lookup_value("count", GLib.VariantType("u"))
    number = (number.get_uint32() if number else 0) + 1
    storage.insert_value("count", GLib.Variant("u", number))
    return f"{number} {os.getpid()}"


def events(request):
    stream = GImap4D.EventStream.new(request)
    stream.send("here", id=1)
    streams.append(stream)
    return stream


server = GImap4D.RestServer(
    project_name="Counting", session_mode="signed-cookie", session_key_file=sys.argv[2],
    trusted_proxies=["127.0.0.1"], allowed_hosts=["mail.example.com"], metrics_path="/metrics")
server.add_handler("count", "GET", count)
server.add_handler("who", "GET", lambda request: f"{request.remote_address} {request.is_secure}")
server.add_handler("events", "GET", events)
server.expose("$catalog", "touch", lambda request, params: None)
server.listen(int(sys.argv[1]))
GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, lambda: server.stop())
server.run()
