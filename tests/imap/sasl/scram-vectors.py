#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: The gimap4d authors
"""Prints the vectors of test-scram.c that no RFC has. Knows SCRAM from RFC 5802 only, and hashlib's PBKDF2."""

import base64
import hashlib
import hmac

SALT = b"sixteen byte slt"
NONCE, SERVER_NONCE = "ournonce0123", "theirs4567"
BINDINGS = {
    "tls-exporter": bytes(range(32)),
    "tls-unique": bytes(range(0xF0, 0xFC)),
    "tls-server-end-point": hashlib.sha256(b"certificate").digest(),
}


def scram(hash_name, name, password, gs2_header, binding=b""):
    def sign(key, text):
        return hmac.new(key, text, hash_name).digest()

    def encode(data):
        return base64.b64encode(data).decode()

    first_bare = f"n={name},r={NONCE}"
    server_first = f"r={NONCE}{SERVER_NONCE},s={encode(SALT)},i=4096"
    final = f"c={encode(gs2_header.encode() + binding)},r={NONCE}{SERVER_NONCE}"
    auth_message = f"{first_bare},{server_first},{final}".encode()
    salted = hashlib.pbkdf2_hmac(hash_name, password.encode(), SALT, 4096)
    client_key = sign(salted, b"Client Key")
    stored_key = hashlib.new(hash_name, client_key).digest()
    proof = bytes(a ^ b for a, b in zip(client_key, sign(stored_key, auth_message)))
    print(gs2_header + first_bare, server_first, f"{final},p={encode(proof)}", sep="\n")
    print("v=" + encode(sign(sign(salted, b"Server Key"), auth_message)), end="\n\n")


for hash_name in ("sha256", "sha1"):
    for binding, data in BINDINGS.items():
        scram(hash_name, "bob", "p=ssw,rd", f"p={binding},,", data)
scram("sha256", "a=2Cb=3Dc", "IXa", "y,,")
scram("sha256", "bob", "pencil", "n,,")
