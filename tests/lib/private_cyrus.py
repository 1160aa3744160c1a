"""A Cyrus of the test's own, used as the private Dovecot is: temporary folder, free ports, TLS.

Debian's package of it cannot stand next to that of Dovecot: build-aux/cyrus unpacks it into a
folder, which GIMAP4D_CYRUS names. The passwords are checked by a thread of ours, which speaks the
protocol of saslauthd.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import argparse
import imaplib
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import wrapper
from certificates import Certificates
from maildir import BOXES, DATE_STEP, FIRST_DATE
from private_dovecot import USERS, free_port, group_name

START_SECONDS = 20

SETTINGS = """
configdirectory: {folder}/var
partition-default: {folder}/spool
defaultpartition: default
cyrus_user: {user}
cyrus_group: {group}
admins: cyrus
servername: localhost
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: {folder}/mux
sasl_mech_list: PLAIN LOGIN
allowplaintext: yes
unixhierarchysep: yes
altnamespace: yes
autocreate_quota: 0
autocreate_post: yes
tls_server_cert: {certificate}
tls_server_key: {key}
lmtpsocket: {folder}/var/socket/lmtp
idlesocket: {folder}/var/socket/idle
notifysocket: {folder}/var/socket/notify
"""

SERVICES = """
START {{
  recover cmd="{imapd_folder}/ctl_cyrusdb -C {folder}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{imapd_folder}/imapd -C {folder}/imapd.conf" listen="127.0.0.1:{plain_port}"
  imaps cmd="{imapd_folder}/imapd -s -C {folder}/imapd.conf" listen="127.0.0.1:{imaps_port}"
}}
EVENTS {{
}}
DAEMON {{
  idled cmd="{imapd_folder}/idled -C {folder}/imapd.conf"
}}
"""


def find_root():
    """The folder below which usr/lib/cyrus is, or None."""
    for root in (os.environ.get("GIMAP4D_CYRUS", ""), "/"):
        if root and os.path.exists(os.path.join(root, "usr/lib/cyrus/bin/imapd")):
            return root
    return None


def server_user():
    """Who runs it: whoever asks, but never root."""
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid())
    for name in ("cyrus", "dovecot", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("Cyrus does not run as root, and there is no other user")


class PasswordChecker:
    """saslauthd's protocol: four counted words in (user, password, …), one out."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(path)
        os.chmod(path, 0o777)
        self._socket.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self._socket.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                words = []
                while len(words) < 4:
                    words.append(stream.read(struct.unpack(">H", stream.read(2))[0]).decode())
                answer = b"OK" if USERS.get(words[0]) == words[1] else b"NO"
                connection.sendall(struct.pack(">H", len(answer)) + answer)


class PrivateCyrus:
    """The server with its users, mails and certificate."""

    def __init__(self, root, mails=()):
        self._root = root
        self._mails = mails
        self._process = None
        self._checker = None
        self.folder = None

    def start(self):
        wrapper.adopt_orphans()
        self.folder = wrapper.new_folder("gimap4d-cyrus-")
        os.chmod(self.folder, 0o755)
        user = server_user()
        try:
            self._certificates = Certificates(self.folder)
            certificate, key = self._certificates.new("server")
            self.plain_port, self.imaps_port = free_port(), free_port()
            values = {
                "folder": self.folder, "user": user.pw_name, "group": group_name(user),
                "certificate": certificate, "key": key, "plain_port": self.plain_port,
                "imaps_port": self.imaps_port,
                "imapd_folder": os.path.join(self._root, "usr/lib/cyrus/bin")}
            for name, text in (("imapd.conf", SETTINGS), ("cyrus.conf", SERVICES)):
                with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                    file.write(text.format(**values))
            for name in ("var/socket", "var/db", "var/proc", "spool"):
                os.makedirs(os.path.join(self.folder, name))
            self._checker = PasswordChecker(os.path.join(self.folder, "mux"))
            if os.getuid() == 0:
                for parent, folders, files in os.walk(self.folder):
                    for name in [parent] + files:
                        os.chown(os.path.join(parent, name), user.pw_uid, user.pw_gid)
            self._launch(user)
            self._fill()
        except BaseException:
            self.stop()
            raise

    def _launch(self, user):
        def become_server():
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(user.pw_gid)
                os.setuid(user.pw_uid)
            os.setsid()
            wrapper.die_with_parent()

        libraries = os.path.join(self._root, "usr/lib/x86_64-linux-gnu")
        with open(os.path.join(self.folder, "log"), "wb") as log:
            self._process = subprocess.Popen(
                [os.path.join(self._root, "usr/lib/cyrus/bin/master"),
                 "-C", os.path.join(self.folder, "imapd.conf"),
                 "-M", os.path.join(self.folder, "cyrus.conf"),
                 "-p", os.path.join(self.folder, "master.pid"), "-D"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "LD_LIBRARY_PATH": libraries},
                preexec_fn=become_server)
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                # The greeting: a port that is open says nothing of what is behind it.
                self._open_plain("alice").logout()
                return
            except (OSError, imaplib.IMAP4.error):
                time.sleep(0.02)
        raise RuntimeError("Cyrus does not start:\n" + self.read_log())

    def _open_plain(self, user):
        client = imaplib.IMAP4("127.0.0.1", self.plain_port, timeout=START_SECONDS)
        client.login(user, USERS[user])
        return client

    def _fill(self):
        client = self._open_plain("alice")
        for box, use, is_subscribed in BOXES:
            name = '"' + encode_name(box) + '"'
            client.create(name)
            if is_subscribed:
                client.subscribe(name)
        client.subscribe("INBOX")
        paths = [path for folder in self._mails
                 for path in sorted(pathlib.Path(folder).rglob("*.eml"))]
        for number, path in enumerate(paths):
            # It takes no NUL and no bare line feed, as the protocol demands.
            lines = path.read_bytes().replace(b"\0", b"").replace(b"\r\n", b"\n").split(b"\n")
            answer = client.append("INBOX", None, imaplib.Time2Internaldate(
                FIRST_DATE + number * DATE_STEP), b"\r\n".join(lines))
            # What it does not want for other reasons is not there: mails without a header.
            if answer[0] != "OK":
                print(f"# Cyrus refuses {path.name}: {answer[1][0].decode()}", file=sys.stderr)
        client.logout()

    def stop(self):
        if self._process is not None:
            group = self._process.pid
            try:
                os.killpg(group, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self._process.wait()
            wrapper.reap_group(group)
            self._process = None
        if self._checker is not None:
            self._checker.close()
        if self.folder:
            wrapper.remove_folder(self.folder)

    def read_log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def environment(self):
        users = list(USERS.items())
        return {f"GIMAP4D_TEST_{name}": str(value) for name, value in {
            "HOST": "localhost", "IMAPS_PORT": self.imaps_port, "STARTTLS_PORT": self.plain_port,
            "PLAIN_PORT": self.plain_port, "CA": self._certificates.authority,
            "USER": users[0][0], "PASSWORD": users[0][1],
            "USER2": users[1][0], "PASSWORD2": users[1][1], "SERVER": "Cyrus"}.items()}


def encode_name(text):
    """Modified UTF-7 (RFC 3501, 5.1.3), which is UTF-7 with & and a comma."""
    name = ""
    for part in re.split("([^\x20-\x7e]+)", text):
        if part and ord(part[0]) > 0x7e:
            shifted = part.encode("utf-7").decode().strip("+-").replace("/", ",")
            name += "&" + shifted + "-"
        else:
            name += part.replace("&", "&-")
    return name


def main(arguments):
    parser = argparse.ArgumentParser(prog="private-cyrus")
    parser.add_argument("--mails", metavar="FOLDER", action="append", default=[],
                        help="every *.eml in it, by name, into INBOX; may be given several times")
    parser.add_argument("program", nargs="+", metavar="PROGRAM")
    options = parser.parse_args(arguments)
    root = find_root()
    if root is None:
        return wrapper.skip("Cyrus is not installed; build-aux/cyrus tells how to have it")
    if shutil.which("openssl") is None:
        return wrapper.skip("openssl is not installed")
    cyrus = PrivateCyrus(root, options.mails)

    def start():
        cyrus.start()
        return cyrus.environment()

    return wrapper.run_program(start, cyrus.stop, options.program)
