"""Two servers behind nginx and HAProxy, with the configurations of the manual: one is killed.

    test-behind-proxy.py SOURCE

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import base64
import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

import certificates
import tap

SERVER = pathlib.Path(__file__).resolve().parent / "counting_server.py"
NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
HAPROXY = shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
PATIENCE = 20


def snippet(name):
    """A configuration as it stands in the manual."""
    page = xml.etree.ElementTree.parse(source / "doc/reference/behind-a-proxy.xml")
    found = [item.text for item in page.iter("programlisting") if item.get("id") == name]
    assert len(found) == 1, name
    return found[0]


def replaced(text, *pairs):
    for old, new in pairs:
        assert old in text, f"the manual has no “{old}” any more"
        text = text.replace(old, new)
    return text


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [item.getsockname()[1] for item in sockets]
    for item in sockets:
        item.close()
    return ports


class Process:
    """A program that is gone when the test is."""

    def __init__(self, *command, **options):
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Stage:
    """A folder, two servers, and the proxy in front of them."""

    def __init__(self, start_proxy):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gimap4d-proxy-"))
        self.running = []
        try:
            made = certificates.Certificates(self.folder)
            made.new("mail", host="mail.example.com")
            self.authority = made.authority
            (self.folder / "both.pem").write_text(
                (self.folder / "mail.pem").read_text() + (self.folder / "mail.key").read_text())
            keys = self.folder / "session-keys"
            keys.write_text(base64.b64encode(os.urandom(32)).decode() + "\n")
            keys.chmod(0o600)
            self.port, *self.ports = free_ports(3)
            self.servers = [self.start_server(port) for port in self.ports]
            start_proxy(self)
            wait_for_port(self.port)
        except BaseException:
            self.close()
            raise

    def start_server(self, port):
        server = self.start(sys.executable, SERVER, port, self.folder / "session-keys")
        wait_for_port(port)
        return server

    def start(self, *command):
        process = Process(*map(str, command), stderr=(self.folder / "errors").open("ab"))
        self.running.append(process)
        return process

    def close(self):
        for process in reversed(self.running):
            process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def wait_for_port(port):
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def start_nginx(stage):
    site = replaced(
        snippet("nginx-configuration"),
        ("127.0.0.1:8044", f"127.0.0.1:{stage.ports[0]}"),
        ("127.0.0.1:8045", f"127.0.0.1:{stage.ports[1]}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{stage.port} ssl"),
        ("/etc/ssl/mail.example.com.pem", f"{stage.folder}/mail.pem"),
        ("/etc/ssl/private/mail.example.com.key", f"{stage.folder}/mail.key"))
    folders = "\n".join(f"{kind}_temp_path {stage.folder}/{kind};" for kind in (
        "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;\n" if os.geteuid() == 0 else ""
    configuration = stage.folder / "nginx.conf"
    configuration.write_text(
        f"{user}daemon off;\nmaster_process off;\npid {stage.folder}/nginx.pid;\n"
        f"error_log {stage.folder}/nginx.log;\nevents {{ }}\n"
        f"http {{\naccess_log off;\n{folders}\n{site}\n}}\n")
    stage.start(NGINX, "-p", stage.folder, "-c", configuration, "-e", stage.folder / "nginx.log")


def start_haproxy(stage):
    configuration = stage.folder / "haproxy.cfg"
    configuration.write_text(replaced(
        snippet("haproxy-configuration"),
        ("127.0.0.1:8044", f"127.0.0.1:{stage.ports[0]}"),
        ("127.0.0.1:8045", f"127.0.0.1:{stage.ports[1]}"),
        ("bind :443 ssl", f"bind 127.0.0.1:{stage.port} ssl"),
        ("/etc/haproxy/mail.example.com.pem", f"{stage.folder}/both.pem")))
    stage.start(HAPROXY, "-db", "-f", configuration)


class Browser:
    """One that keeps its cookies."""

    def __init__(self, stage):
        context = ssl.create_default_context(cafile=stage.authority)
        # Not the address of the proxy, which is trusted.
        self._raw = socket.create_connection(("127.0.0.1", stage.port), PATIENCE, ("127.0.0.2", 0))
        self._connection = http.client.HTTPSConnection("mail.example.com", context=context)
        self._connection.sock = context.wrap_socket(self._raw, server_hostname="mail.example.com")
        self.cookies = {}

    def ask(self, path, verb="GET", **headers):
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._connection.request(verb, path, headers=headers)
        answer = self._connection.getresponse()
        self.flags = answer.headers.get_all("Set-Cookie") or []
        for line in self.flags:
            name, value = line.split(";")[0].split("=", 1)
            self.cookies[name] = value
        return answer


def check_sessions(start_proxy):
    with Stage(start_proxy) as stage:
        browser = Browser(stage)
        served = []
        for number in range(1, 61):
            if number == 31:
                stage.servers[0].stop(signal.SIGKILL)
            answer = browser.ask("/count")
            text = answer.read().decode()
            assert answer.status == 200, (number, answer.status, text)
            count, process = text.split()
            assert int(count) == number, f"request {number} is the {count}. of its session"
            served.append(int(process))
            if number == 1:
                assert all("; Secure" in line and "HttpOnly" in line and "SameSite=Strict" in line
                           for line in browser.flags) and len(browser.flags) == 2, browser.flags
        pids = [server.process.pid for server in stage.servers]
        assert set(served[:30]) == set(pids), "only one server was asked"
        assert set(served[30:]) == {pids[1]}, served

        # It comes back, and knows the session, which it has never had in memory.
        stage.servers[0] = stage.start_server(stage.ports[0])
        end = time.monotonic() + PATIENCE
        number = 60
        while served[-1] == pids[1]:
            number += 1
            count, process = browser.ask("/count").read().decode().split()
            assert int(count) == number, (number, count)
            served.append(int(process))
            assert time.monotonic() < end, "the server that came back is not asked"
            time.sleep(0.02)


def check_facts(start_proxy):
    with Stage(start_proxy) as stage:
        browser = Browser(stage)
        address, is_secure = browser.ask(
            "/who", **{"X-Forwarded-For": "203.0.113.9"}).read().decode().split()
        assert (address, is_secure) == ("127.0.0.2", "True"), (address, is_secure)
        answer = browser.ask("/metrics")
        assert answer.status == 404, answer.read()
        answer.read()
        direct = http.client.HTTPConnection("127.0.0.1", stage.ports[0])
        direct.request("GET", "/metrics", headers={"Host": "mail.example.com"})
        text = direct.getresponse().read().decode()
        assert re.search(r'^gimap4d_http_requests_total\{project="Counting",status="2xx"\} \d+$',
                         text, re.MULTILINE), text
        direct.request("GET", "/who", headers={"Host": "other.example.com"})
        assert direct.getresponse().status == 421

        for origin, status in (("https://mail.example.com", 200), ("https://evil.example", 403)):
            answer = browser.ask("/rest/$catalog/touch", "POST", Origin=origin)
            assert answer.status == status, (origin, answer.status, answer.read())
            answer.read()


def check_events(start_proxy):
    """They come one by one, not when the proxy has collected enough of them."""
    with Stage(start_proxy) as stage:
        answer = Browser(stage).ask("/events")
        assert answer.status == 200 and answer.headers["Content-Type"] == "text/event-stream"
        lines = [answer.readline() for _ in range(3)]
        assert lines == [b"id: 1\n", b"data: here\n", b"\n"], lines


def with_proxy(check, program, name, start_proxy):
    def test():
        if not program:
            raise tap.Skip(f"{name} is not installed")
        check(start_proxy)
    return test


source = pathlib.Path(sys.argv[1])
tests = {}
for _name, _program, _start in (("nginx", NGINX, start_nginx), ("haproxy", HAPROXY, start_haproxy)):
    for _check in (check_sessions, check_facts, check_events):
        tests[f"{_name}: {_check.__name__[6:]}"] = with_proxy(_check, _program, _name, _start)
tap.run(tests)
