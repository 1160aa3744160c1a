"""What some guides need besides a mail server.

Those who give out tokens are fakes of Google, Microsoft and GNOME's accounts; with them comes a mail
server that takes these tokens only.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import base64
import hashlib
import http.server
import json
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.parse

import sasl_peer
import tap
from certificates import Certificates

GOA_PROGRAM = pathlib.Path(__file__).resolve().parent / "fake_goa.py"
PATIENCE_SECONDS = 20

# What is the user's own in the programs, and whom they talk to.
REPLACED = {"imap.gmail.com": "localhost", "outlook.office365.com": "localhost",
            "somebody@gmail.com": sasl_peer.USER, "somebody@example.com": sasl_peer.USER}
PROVIDERS = ("https://oauth2.googleapis.com", "https://accounts.google.com",
             "https://login.microsoftonline.com")


class Provider(http.server.BaseHTTPRequestHandler):
    """The part of RFC 6749, 7636 and 8628 that a client sees. It checks what it is told."""

    challenges = {}
    polls = 0

    def do_GET(self):
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256", asked
        assert asked["scope"] == "https://mail.google.com/", asked
        self.challenges["a-code"] = asked["code_challenge"], asked["redirect_uri"]
        answer = urllib.parse.urlencode({"code": "a-code", "state": asked["state"]})
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{answer}")
        self.end_headers()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked = dict(urllib.parse.parse_qsl(body))
        if self.path.endswith("/devicecode"):
            assert "offline_access" in asked["scope"], asked
            self._answer({"device_code": "a-device", "user_code": "ABC123", "interval": 0,
                          "message": "To sign in, open https://microsoft.com/devicelogin and "
                          "enter the code ABC123."})
            return
        grant = asked["grant_type"].rpartition(":")[2]
        getattr(self, f"_grant_{grant}")(asked)

    def _grant_authorization_code(self, asked):
        digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("="), asked["redirect_uri"]
        if self.challenges.pop(asked["code"], None) != proof:
            self._answer({"error": "invalid_grant"}, 400)
            return
        self._answer_tokens()

    def _grant_device_code(self, asked):
        type(self).polls += 1
        if self.polls == 1:
            self._answer({"error": "authorization_pending"}, 400)
            return
        assert asked["device_code"] == "a-device", asked
        self._answer_tokens()

    def _grant_refresh_token(self, asked):
        if asked["refresh_token"] != "a-refresh-token":
            self._answer({"error": "invalid_grant"}, 400)
            return
        self._answer_tokens()

    def _answer_tokens(self):
        self._answer({"access_token": sasl_peer.TOKEN, "refresh_token": "a-refresh-token",
                      "token_type": "Bearer", "expires_in": 3599})

    def _answer(self, value, status=200):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def log_message(self, *_):
        pass


class Untrusted:
    """The private Dovecot, for a program that trusts another authority."""

    def __init__(self, port):
        self._port = port
        self._folder = None

    def start(self):
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory()
            self._authority = Certificates(self._folder.name).authority

    def environment(self):
        return {"GIMAP4D_TEST_CA": self._authority}

    def replace(self, text):
        certificate = ssl.get_server_certificate(("localhost", self._port))
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate))
        return text.replace("0" * 64, digest.hexdigest())

    def stop(self):
        if self._folder:
            self._folder.cleanup()


class OAuth:
    """Google and Microsoft, a browser whose user agrees, and a mail server for their tokens."""

    def __init__(self):
        self._peer = None
        self._server = None

    def start(self):
        if self._peer:
            return
        if sasl_peer.SSL is None:
            raise tap.Skip("the module OpenSSL of Python is not installed")
        self._peer = sasl_peer.SaslPeer(mechanisms=["OAUTHBEARER", "XOAUTH2"])
        self._peer.start()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def environment(self):
        return {"GIMAP4D_TEST_IMAPS_PORT": str(self._peer.port),
                "GIMAP4D_TEST_CA": self._peer.authority,
                # In the background, as a real one: the program goes on.
                "BROWSER": "curl --silent --location --output /dev/null %s &"}

    def replace(self, text):
        for word, value in REPLACED.items():
            text = text.replace(f'"{word}"', f'"{value}"')
        for provider in PROVIDERS:
            text = text.replace(provider, f"http://127.0.0.1:{self._server.server_address[1]}")
        return text

    def stop(self):
        if self._peer:
            self._server.shutdown()
            self._server.server_close()
            self._peer.stop()
            self._peer = None


class Goa(OAuth):
    """A session bus with a fake of GNOME Online Accounts, which has one account."""

    def __init__(self):
        super().__init__()
        self._processes = []
        self._address = None

    def start(self):
        if self._processes:
            return
        if not shutil.which("dbus-daemon"):
            raise tap.Skip("dbus-daemon is not installed")
        super().start()
        daemon = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address"],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._processes.append(daemon)
        self._address = daemon.stdout.readline().strip()
        accounts = subprocess.Popen(
            [sys.executable, GOA_PROGRAM, sasl_peer.USER, sasl_peer.TOKEN],
            env={"DBUS_SESSION_BUS_ADDRESS": self._address}, stdout=subprocess.PIPE, text=True)
        self._processes.append(accounts)
        assert accounts.stdout.readline() == "ready\n", "the accounts do not start"

    def environment(self):
        return {**super().environment(), "DBUS_SESSION_BUS_ADDRESS": self._address}

    def stop(self):
        for process in reversed(self._processes):
            process.terminate()
            process.wait(PATIENCE_SECONDS)
            process.stdout.close()
        self._processes = []
        super().stop()
