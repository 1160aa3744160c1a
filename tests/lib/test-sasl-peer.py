#!/usr/bin/python3
"""The SASL peer lets in whom it should, and nobody else.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import base64
import os
import socket
import subprocess
import sys

sys.dont_write_bytecode = True

import sasl_peer  # noqa: E402
import sasl_server  # noqa: E402
import tap  # noqa: E402
import wrapper  # noqa: E402

if sasl_peer.SSL is None:
    sys.exit(wrapper.skip("python3-openssl is not installed"))

from OpenSSL import SSL  # noqa: E402


class Client:
    """As small as a client can be."""

    def __init__(self, peer, has_certificate=False):
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.load_verify_locations(peer.authority)
        context.set_verify(SSL.VERIFY_PEER, lambda *arguments: bool(arguments[-1]))
        if has_certificate:
            context.use_certificate_file(peer.client_certificate[0])
            context.use_privatekey_file(peer.client_certificate[1])
        connection = socket.create_connection(("127.0.0.1", peer.port), 10)
        connection.settimeout(None)
        self.connection = SSL.Connection(context, connection)
        self.connection.set_connect_state()
        self.connection.do_handshake()
        self._buffer = b""
        self.greeting = self.read()

    def read(self):
        while b"\r\n" not in self._buffer:
            self._buffer += self.connection.recv(65536)
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line.decode()

    def send(self, line):
        self.connection.sendall(line.encode() + b"\r\n")
        return self.read()

    def authenticate(self, mechanism, initial):
        """Returns the decoded challenge, or the line when it is none."""
        return self.decode(self.send(f"a AUTHENTICATE {mechanism} {encode(initial)}"))

    def answer(self, data):
        return self.decode(self.send(encode(data)))

    @staticmethod
    def decode(line):
        return base64.b64decode(line[2:]) if line.startswith("+ ") else line

    def scram(self, mechanism, *, flag=b"n", data=b"", password=sasl_peer.PASSWORD, nonce="abc"):
        """Returns the last line of the server, having checked its signature."""
        bare = f"n={sasl_peer.USER},r={nonce}".encode()
        challenge = self.authenticate(mechanism, flag + b",," + bare)
        if isinstance(challenge, str):
            return challenge
        attributes = sasl_server.attributes_of(challenge)
        channel = base64.b64encode(flag + b",," + data)
        without_proof = b"c=" + channel + b",r=" + attributes["r"].encode()
        keys = sasl_server.ScramKeys(
            password, base64.b64decode(attributes["s"]), int(attributes["i"]),
            sasl_server.HASHES[mechanism.replace("-PLUS", "")])
        message = bare + b"," + challenge + b"," + without_proof
        final = self.answer(without_proof + b",p=" + base64.b64encode(keys.proof(message)))
        if isinstance(final, str):
            return final
        if final != b"v=" + base64.b64encode(keys.signature(message)):
            return "the server's signature is wrong"
        return self.answer(b"")


def encode(data):
    return base64.b64encode(data).decode()


def test_keys():
    """The example of RFC 5802, section 5."""
    keys = sasl_server.ScramKeys("pencil", base64.b64decode("QSXCR+Q6sek8bf92"), 4096, "sha1")
    message = (b"n=user,r=fyko+d2lbbFgONRv9qkxdawL,"
               b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096,"
               b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j")
    assert encode(keys.proof(message)) == "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="
    assert encode(keys.signature(message)) == "rmF9pqV8S7suAoZWja4dJRkFsKQ="


def test_commands():
    with sasl_peer.SaslPeer(mechanisms=["PLAIN"]) as peer:
        client = Client(peer)
        assert "AUTH=PLAIN" in client.greeting and "SASL-IR" in client.greeting
        assert client.send("a NOOP") == "a OK NOOP done"
        assert client.send("a SELECT INBOX").startswith("a BAD")
        assert client.send("a LOGIN alice x").startswith("a BAD")
        secret = f"\0{sasl_peer.USER}\0{sasl_peer.PASSWORD}".encode()
        assert client.authenticate("PLAIN", b"\0alice\0wrong").startswith("a NO")
        assert client.authenticate("PLAIN", secret).startswith("a OK")
        assert client.send("b SELECT INBOX").startswith("* FLAGS")
        assert peer.records[-1] == "PLAIN accepted"


def test_scram():
    with sasl_peer.SaslPeer(mechanisms=["SCRAM-SHA-256", "SCRAM-SHA-1"]) as peer:
        client = Client(peer)
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-1"):
            assert "proof is wrong" in client.scram(mechanism, password="wrong")
            assert client.scram(mechanism).startswith("a OK")
            assert client.scram(mechanism, flag=b"y").startswith("a OK")
            assert "does not fit" in client.scram(mechanism, flag=b"p=tls-exporter")


def test_scram_downgrade():
    with sasl_peer.SaslPeer(mechanisms=["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"]) as peer:
        assert "took the mechanisms" in Client(peer).scram("SCRAM-SHA-256", flag=b"y")


def check_binding(tls, name, compute):
    with sasl_peer.SaslPeer(tls=tls) as peer:
        client = Client(peer)
        data = compute(client.connection, peer)
        flag = b"p=" + name.encode()
        for mechanism in ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"):
            assert client.scram(mechanism, flag=flag, data=data).startswith("a OK")
            wrong = client.scram(mechanism, flag=flag, data=bytes(len(data)))
            assert "channel binding is another one" in wrong, wrong


def test_exporter():
    for tls in ("1.2", "1.3"):
        check_binding(tls, "tls-exporter", lambda connection, _:
                      connection.export_keying_material(b"EXPORTER-Channel-Binding", 32, b""))


def test_unique():
    check_binding("1.2", "tls-unique", lambda connection, _: connection.get_finished())
    with sasl_peer.SaslPeer(tls="1.3") as peer:
        assert "is not known" in Client(peer).scram("SCRAM-SHA-256-PLUS", flag=b"p=tls-unique")


def test_end_point():
    def digest(connection, _):
        return bytes.fromhex(
            connection.get_peer_certificate().digest("sha256").decode().replace(":", ""))
    check_binding("1.3", "tls-server-end-point", digest)


def test_faults():
    results = {"wrong-signature": "signature is wrong", "no-signature": "a OK"}
    for fault, result in results.items():
        with sasl_peer.SaslPeer(fault=fault) as peer:
            assert result in Client(peer).scram("SCRAM-SHA-256"), fault
    with sasl_peer.SaslPeer(fault="wrong-nonce") as peer:
        challenge = Client(peer).authenticate("SCRAM-SHA-256", b"n,,n=alice,r=abc")
        assert not sasl_server.attributes_of(challenge)["r"].startswith("abc")


def test_tokens():
    with sasl_peer.SaslPeer() as peer:
        client = Client(peer)
        for name, start, error in (("OAUTHBEARER", f"n,a={sasl_peer.USER},", b"\x01"),
                                   ("XOAUTH2", f"user={sasl_peer.USER}", b"")):
            good = f"{start}\x01auth=Bearer {sasl_peer.TOKEN}\x01\x01".encode()
            bad = f"{start}\x01auth=Bearer old\x01\x01".encode()
            assert b"status" in client.authenticate(name, bad), name
            assert "not valid" in client.answer(error), name
            assert client.authenticate(name, good).startswith("a OK"), name


def test_external():
    with sasl_peer.SaslPeer() as peer:
        assert "no client certificate" in Client(peer).send("a AUTHENTICATE EXTERNAL =")
        client = Client(peer, has_certificate=True)
        assert client.send("a AUTHENTICATE EXTERNAL =").startswith("a OK")
        assert "somebody else" in client.authenticate("EXTERNAL", b"bob")


def test_without_initial_response():
    with sasl_peer.SaslPeer(has_initial_response=False) as peer:
        client = Client(peer)
        assert "SASL-IR" not in client.greeting
        assert client.send("a AUTHENTICATE PLAIN") == "+ "
        assert client.send("*").startswith("a NO")
        assert client.send("a AUTHENTICATE PLAIN") == "+ "
        assert client.send("not base64!").startswith("a BAD")


def test_wrapper():
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sasl-peer")
    result = subprocess.run(
        [program, "--", "sh", "-c",
         'test -r "$GIMAP4D_TEST_CA" && test "$GIMAP4D_TEST_IMAPS_PORT" -gt 0 && exit 5'],
        check=False)
    assert result.returncode == 5, result


tap.run({
    "keys": test_keys,
    "commands": test_commands,
    "SCRAM": test_scram,
    "SCRAM: downgrade": test_scram_downgrade,
    "channel binding: exporter": test_exporter,
    "channel binding: unique": test_unique,
    "channel binding: end point": test_end_point,
    "faults": test_faults,
    "tokens": test_tokens,
    "EXTERNAL": test_external,
    "without initial response": test_without_initial_response,
    "wrapper": test_wrapper,
})
