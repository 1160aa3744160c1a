"""The server's side of the SASL mechanisms, without any I/O.

A mechanism is a generator: it yields what the server sends and gets what the client answers, both
as bytes, the first answer being the initial response. It returns when the client is let in and
raises Refused when not.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import base64
import hashlib
import hmac
import json
import secrets
import unicodedata

HASHES = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256"}

FAULTS = ("wrong-signature", "no-signature", "wrong-nonce")


class Refused(Exception):
    """Why the client is not let in."""


class Account:
    """Who may come in, and how the server behaves."""

    def __init__(self, user, password, token, iterations=4096, fault=None):
        self.user = user
        self.password = password
        self.token = token
        self.iterations = iterations
        self.fault = fault


class ScramKeys:
    """RFC 5802, section 3."""

    def __init__(self, password, salt, iterations, hash_name):
        normal = unicodedata.normalize("NFKC", password).encode()
        salted = hashlib.pbkdf2_hmac(hash_name, normal, salt, iterations)
        self._hash_name = hash_name
        self.client_key = self._hmac(salted, b"Client Key")
        self.stored_key = hashlib.new(hash_name, self.client_key).digest()
        self.server_key = self._hmac(salted, b"Server Key")

    def _hmac(self, key, text):
        return hmac.digest(key, text, self._hash_name)

    def proof(self, message):
        signature = self._hmac(self.stored_key, message)
        return bytes(a ^ b for a, b in zip(self.client_key, signature))

    def signature(self, message):
        return self._hmac(self.server_key, message)


def attributes_of(message):
    """The attributes of a SCRAM message, n=… as {"n": "…"}."""
    return dict(part.split("=", 1) for part in message.decode().split(","))


def scram(account, name, bindings, is_plus_offered):
    """bindings: channel binding data by name, as the server sees the channel."""
    is_plus = name.endswith("-PLUS")
    first = yield None
    flag, authorization, bare = first.split(b",", 2)
    check_binding_flag(flag, is_plus, is_plus_offered, bindings)
    client = attributes_of(bare)
    if client["n"].replace("=2C", ",").replace("=3D", "=") != account.user:
        raise Refused("unknown user")

    salt = secrets.token_bytes(16)
    prefix = "another" if account.fault == "wrong-nonce" else client["r"]
    nonce = prefix + secrets.token_urlsafe(18)
    challenge = (f"r={nonce},s={base64.b64encode(salt).decode()},"
                 f"i={account.iterations}").encode()
    final = yield challenge

    without_proof, _, proof = final.rpartition(b",p=")
    answer = attributes_of(without_proof)
    header = flag + b"," + authorization + b","
    data = bindings[flag[2:].decode()] if is_plus else b""
    if base64.b64decode(answer["c"]) != header + data:
        raise Refused("the channel binding is another one")
    if answer["r"] != nonce:
        raise Refused("the nonce is another one")
    keys = ScramKeys(account.password, salt, account.iterations, HASHES[name.replace("-PLUS", "")])
    message = bare + b"," + challenge + b"," + without_proof
    if not hmac.compare_digest(base64.b64decode(proof), keys.proof(message)):
        raise Refused("the proof is wrong")

    signature = keys.signature(message)
    if account.fault == "wrong-signature":
        signature = bytes(len(signature))
    if account.fault != "no-signature":
        yield b"v=" + base64.b64encode(signature)


def check_binding_flag(flag, is_plus, is_plus_offered, bindings):
    if is_plus:
        if not flag.startswith(b"p=") or flag[2:].decode() not in bindings:
            raise Refused(f"the channel binding {flag.decode()} is not known")
    elif flag == b"y" and is_plus_offered:
        raise Refused("somebody took the mechanisms with channel binding away")
    elif flag not in (b"n", b"y"):
        raise Refused(f"the flag {flag.decode()} does not fit")


def bearer(account, name):
    """OAUTHBEARER (RFC 7628) and XOAUTH2."""
    message = yield None
    fields = message.split(b"\x01")
    if name == "OAUTHBEARER":
        is_user = fields[0] == f"n,a={account.user},".encode()
        refusal = {"status": "invalid_token", "scope": "imap"}
    else:
        is_user = fields[0] == f"user={account.user}".encode()
        refusal = {"status": "400", "schemes": "Bearer", "scope": "imap"}

    if not is_user or fields[-2:] != [b"", b""]:
        raise Refused("malformed")
    if f"auth=Bearer {account.token}".encode() in fields[1:-2]:
        return
    answer = yield json.dumps(refusal).encode()
    if answer != (b"\x01" if name == "OAUTHBEARER" else b""):
        raise Refused("the answer to an error is malformed")
    raise Refused("the token is not valid")


def external(account, has_certificate):
    authorization = yield None
    if not has_certificate:
        raise Refused("there is no client certificate")
    if authorization.decode() not in ("", account.user):
        raise Refused("somebody else's name")


def plain(account):
    message = yield None
    authorization, user, password = message.decode().split("\0")
    if (user, password) != (account.user, account.password) or authorization not in ("", user):
        raise Refused("wrong user or password")
