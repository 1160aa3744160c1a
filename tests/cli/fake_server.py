"""An IMAP server that is no friend: what it answers to a command is up to the test.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import re
import socket
import threading

CAPABILITIES = b"IMAP4rev1 LITERAL+ UIDPLUS AUTH=PLAIN SASL-IR"


class FakeServer:
    """answers: a verb in upper case → what comes before the tagged line, and that line without its
    tag; or None to close the connection, or () to say nothing; or a list of these, of which the last
    one stays; or what makes one of these of the line. It speaks without TLS."""

    def __init__(self, **answers):
        self._answers = {"CAPABILITY": (b"* CAPABILITY " + CAPABILITIES + b"\r\n", b"OK"),
                         "AUTHENTICATE": (b"", b"OK"), "NOOP": (b"", b"OK"), "ID": (b"", b"OK"),
                         "SELECT": (b"* 1 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n"
                                    b"* OK [UIDNEXT 2] x\r\n", b"OK [READ-ONLY]"),
                         "LOGOUT": (b"* BYE\r\n", b"OK")}
        self._answers["EXAMINE"] = self._answers["SELECT"]
        self._answers.update(answers)
        self.verbs = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, box=""):
        return f"imap://ada@127.0.0.1:{self.port}/{box}"

    def _accept(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            self._talk(connection)
        except OSError:
            pass  # the client has left

    def _talk(self, connection):
        with connection, connection.makefile("rwb") as stream:
            stream.write(b"* OK hello\r\n")
            stream.flush()
            for line in stream:
                literal = re.search(rb"\{(\d+)(\+?)\}\r\n$", line)
                if literal:
                    if not literal[2]:
                        stream.write(b"+ go on\r\n")
                        stream.flush()
                    stream.read(int(literal[1]))
                    stream.readline()
                tag, _, rest = line.partition(b" ")
                words = rest.split()
                verb = words[words[0].upper() == b"UID"].decode().upper()
                self.verbs.append(verb)
                answer = self._answers.get(verb, (b"", b"BAD what?"))
                if isinstance(answer, list):
                    answer = answer.pop(0) if len(answer) > 1 else answer[0]
                if callable(answer):
                    answer = answer(line)
                if answer is None:
                    return
                if not answer:
                    continue
                stream.write(answer[0] + tag + b" " + answer[1] + b" x\r\n")
                stream.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()
