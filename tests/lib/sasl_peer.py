"""An IMAP server that knows only TLS and SASL, on OpenSSL: independent of the library's GnuTLS.

    with SaslPeer(mechanisms=["SCRAM-SHA-256-PLUS"]) as peer:
        connect to peer.port, trusting peer.authority

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import argparse
import base64
import binascii
import hashlib
import os
import socket
import ssl
import struct
import sys
import threading

import sasl_server
import wrapper
from certificates import Certificates

try:
    from OpenSSL import SSL
except ImportError:
    SSL = None

USER = "alice"
PASSWORD = "wonder länd"
TOKEN = "token.of-alice"

MECHANISMS = ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1",
              "OAUTHBEARER", "XOAUTH2", "EXTERNAL", "PLAIN")
BINDINGS = ("tls-exporter", "tls-unique", "tls-server-end-point")

# A silent client may not hold a thread of a test for longer.
DEADLINE_SECONDS = 10
LONGEST_LINE = 1 << 20


def channel_bindings(connection, certificate_path, allowed):
    """The data of each channel binding that this connection has, from the server's side."""
    with open(certificate_path, encoding="ascii") as file:
        certificate = ssl.PEM_cert_to_DER_cert(file.read())
    bindings = {"tls-server-end-point": hashlib.sha256(certificate).digest(),
                "tls-exporter": connection.export_keying_material(
                    b"EXPORTER-Channel-Binding", 32, b"")}
    if connection.get_protocol_version_name() == "TLSv1.2":
        # RFC 5929: the first Finished of the handshake; in a full one that is the client's.
        bindings["tls-unique"] = connection.get_peer_finished()
    return {name: data for name, data in bindings.items() if name in allowed}


class Session:
    """One client."""

    def __init__(self, peer, connection):
        self._peer = peer
        self._connection = connection
        self._buffer = b""
        self._is_authenticated = False

    def run(self):
        self._send(f"* OK [CAPABILITY {self._capabilities()}] SASL peer ready")
        while True:
            tag, _, rest = self._read_line().partition(" ")
            command, _, arguments = rest.partition(" ")
            if command.upper() == "LOGOUT":
                self._send("* BYE see you")
                self._send(f"{tag} OK LOGOUT done")
                return
            self._answer(tag, command.upper(), arguments)

    def _capabilities(self):
        words = ["IMAP4rev1", "ID", "LOGINDISABLED"]
        if not self._is_authenticated:
            words += ["SASL-IR"] if self._peer.has_initial_response else []
            words += ["AUTH=" + name for name in self._peer.mechanisms]
        return " ".join(words)

    def _answer(self, tag, command, arguments):
        if command == "CAPABILITY":
            self._send(f"* CAPABILITY {self._capabilities()}")
        elif command == "ID":
            self._send('* ID ("name" "sasl-peer")')
        elif command == "AUTHENTICATE":
            self._authenticate(tag, arguments)
            return
        elif command in ("SELECT", "EXAMINE") and self._is_authenticated:
            for line in ("* FLAGS (\\Seen)", "* 0 EXISTS", "* 0 RECENT",
                         "* OK [UIDVALIDITY 1] valid", "* OK [UIDNEXT 1] next"):
                self._send(line)
        elif command != "NOOP":
            self._send(f"{tag} BAD {command} is not for this server or this state")
            return
        self._send(f"{tag} OK {command} done")

    def _authenticate(self, tag, arguments):
        name, _, initial = arguments.partition(" ")
        name = name.upper()
        if name not in self._peer.mechanisms:
            self._send(f"{tag} NO {name} is not offered")
            return
        try:
            self._run_mechanism(self._mechanism(name), initial)
        except sasl_server.Refused as reason:
            self._peer.record(f"{name} refused: {reason}")
            self._send(f"{tag} NO [AUTHENTICATIONFAILED] {reason}")
        except (ValueError, KeyError, binascii.Error) as problem:
            self._peer.record(f"{name} malformed: {problem!r}")
            self._send(f"{tag} BAD malformed")
        else:
            self._is_authenticated = True
            self._peer.record(f"{name} accepted")
            self._send(f"{tag} OK [CAPABILITY {self._capabilities()}] welcome")

    def _mechanism(self, name):
        account = self._peer.account
        if name.startswith("SCRAM-"):
            is_plus_offered = any(name.endswith("-PLUS") for name in self._peer.mechanisms)
            bindings = channel_bindings(self._connection, self._peer.certificate[0],
                                        self._peer.bindings)
            return sasl_server.scram(account, name, bindings, is_plus_offered)
        if name in ("OAUTHBEARER", "XOAUTH2"):
            return sasl_server.bearer(account, name)
        if name == "EXTERNAL":
            return sasl_server.external(account,
                                        self._connection.get_peer_certificate() is not None)
        return sasl_server.plain(account)

    def _run_mechanism(self, mechanism, initial):
        next(mechanism)
        if initial:
            answer = b"" if initial == "=" else base64.b64decode(initial, validate=True)
        else:
            answer = self._exchange(b"")
        try:
            while True:
                answer = self._exchange(mechanism.send(answer))
        except StopIteration:
            pass

    def _exchange(self, challenge):
        self._send("+ " + base64.b64encode(challenge).decode())
        line = self._read_line()
        if line == "*":
            raise sasl_server.Refused("the client gave up")
        return base64.b64decode(line, validate=True)

    def _send(self, line):
        self._connection.sendall(line.encode() + b"\r\n")

    def _read_line(self):
        while b"\r\n" not in self._buffer:
            if len(self._buffer) > LONGEST_LINE:
                raise ValueError("the line has no end")
            self._buffer += self._connection.recv(65536)
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line.decode()


class SaslPeer:
    """Listens with TLS from the first byte; a thread for each client."""

    def __init__(self, *, mechanisms=MECHANISMS, tls="1.3", bindings=BINDINGS, user=USER,
                 password=PASSWORD, token=TOKEN, iterations=4096, fault=None,
                 has_initial_response=True):
        self.account = sasl_server.Account(user, password, token, iterations, fault)
        self.mechanisms = list(mechanisms)
        self.bindings = bindings
        self.has_initial_response = has_initial_response
        self._tls = tls
        self._lock = threading.Lock()
        self.records = []
        self.folder = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def port(self):
        return self._listener.getsockname()[1]

    @property
    def authority(self):
        return self._certificates.authority

    def start(self):
        self.folder = wrapper.new_folder("gimap4d-sasl-")
        self._certificates = Certificates(self.folder)
        self.certificate = self._certificates.new("server")
        self.client_certificate = self._certificates.new("client", usage="clientAuth")
        self._record_path = os.path.join(self.folder, "record")
        open(self._record_path, "w").close()
        self._context = self._new_context()
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        wrapper.remove_folder(self.folder)

    def record(self, line):
        """What came of each AUTHENTICATE, for the test to look at."""
        with self._lock:
            self.records.append(line)
            with open(self._record_path, "a", encoding="utf-8") as file:
                file.write(line + "\n")

    def environment(self):
        return {f"GIMAP4D_TEST_{name}": str(value) for name, value in {
            "HOST": "localhost", "IMAPS_PORT": self.port, "CA": self.authority,
            "USER": self.account.user, "PASSWORD": self.account.password,
            "TOKEN": self.account.token, "RECORD": self._record_path,
            "CLIENT_CERTIFICATE": self.client_certificate[0],
            "CLIENT_KEY": self.client_certificate[1]}.items()}

    def _new_context(self):
        version = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}[self._tls]
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_min_proto_version(version)
        context.set_max_proto_version(version)
        context.use_certificate_file(self.certificate[0])
        context.use_privatekey_file(self.certificate[1])
        context.load_verify_locations(self.authority)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        # OpenSSL refuses a ticket that a client comes back with when this is not set.
        context.set_session_id(b"sasl-peer")
        if "EXTERNAL" in self.mechanisms:
            # Asked for, and checked when the client has one.
            context.set_verify(SSL.VERIFY_PEER, lambda *arguments: bool(arguments[-1]))
        return context

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        deadline = struct.pack("ll", DEADLINE_SECONDS, 0)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, deadline)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, deadline)
        connection = SSL.Connection(self._context, client)
        connection.set_accept_state()
        try:
            connection.do_handshake()
            Session(self, connection).run()
            connection.shutdown()
        except (SSL.Error, OSError, ValueError):
            # The client is gone or out of its mind; the test sees it on its own side.
            pass
        finally:
            client.close()


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(
        prog="sasl-peer", usage="sasl-peer [options] -- PROGRAM ARGUMENTS…",
        description="Runs PROGRAM next to the peer and returns its exit code. PROGRAM finds the "
        "peer in GIMAP4D_TEST_HOST, _IMAPS_PORT, _CA, _USER, _PASSWORD, _TOKEN, "
        "_CLIENT_CERTIFICATE and _CLIENT_KEY; the file _RECORD has a line for each AUTHENTICATE: "
        "the mechanism and what came of it.")
    parser.add_argument("--mechanisms", metavar="LIST", default=" ".join(MECHANISMS),
                        help="default: %(default)s")
    parser.add_argument("--tls", choices=("1.2", "1.3"), default="1.3", help="default: %(default)s")
    parser.add_argument("--bindings", metavar="LIST", default=" ".join(BINDINGS),
                        help="the channel bindings that the peer knows (default: %(default)s; "
                        "tls-unique only with TLS 1.2)")
    parser.add_argument("--iterations", type=int, default=4096, help="of SCRAM")
    parser.add_argument("--fault", choices=sasl_server.FAULTS, help="what SCRAM does wrong")
    parser.add_argument("--token", default=TOKEN, help="the one that is accepted")
    parser.add_argument("--no-initial-response", action="store_true", help="without SASL-IR")
    parser.add_argument("program", nargs="+", metavar="PROGRAM")
    return parser.parse_args(arguments)


def main(arguments):
    options = parse_arguments(arguments)
    if SSL is None:
        return wrapper.skip("python3-openssl is not installed")

    peer = SaslPeer(
        mechanisms=options.mechanisms.split(), tls=options.tls, bindings=options.bindings.split(),
        iterations=options.iterations, fault=options.fault, token=options.token,
        has_initial_response=not options.no_initial_response)

    def start():
        peer.start()
        return peer.environment()

    return wrapper.run_program(start, peer.stop, options.program)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
