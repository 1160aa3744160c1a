"""build-aux/demo: what it prints, what it serves, and that nothing is left of it.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import http.client
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import urllib.parse

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import demo_program  # noqa: E402
import tap  # noqa: E402
import wrapper  # noqa: E402
from demo_program import Demo, attachments_of_corpus  # noqa: E402

PDF = demo_program.SOURCE / "doc" / "examples" / "testFile.pdf"


def fetch(address, path, **headers):
    """Status, headers and body of one request."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(address).netloc, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def find_mail(address, subject):
    """The path of the page of a mail."""
    for page in range(1, 9):
        _, _, body = fetch(address, f"/box/INBOX?page={page}")
        for path, found in re.findall(
                r'<a href="(/box/INBOX/\d+)">.*?class="subject"><bdi>(.*?)</bdi>', body.decode()):
            if found == subject:
                return path
    raise AssertionError(f"there is no mail {subject}")


def check_nothing_left(demo):
    assert demo.left_processes() == 0
    assert demo.left_files() == [], demo.left_files()


def test_once():
    with Demo("--once") as demo:
        code = demo.wait()
        output = demo.output
        assert code == 0, output
        assert re.search(r"^Status of alice on localhost:\d+: success", output, re.M), output
        count = len(demo_program.MAILS)
        assert re.search(rf"^  INBOX +{count} mails$", output, re.M), output
        assert re.search(r"^  日本語 +0 mails$", output, re.M), output
        assert "Счёт за январь" in output, output
        assert re.search(r"^The mailbox is at http://127\.0\.0\.1:\d+/$", output, re.M), output
        found = re.search(r"^Fetched (\d+) pages and files, \d+ bytes; 0 were wrong\.$", output, re.M)
        assert found and int(found[1]) > count, output
        check_nothing_left(demo)


def test_interrupt():
    """A terminal sends its signal to the whole group, and the script tells its child once more."""
    for number, to_group in ((signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGINT, True),
                             (signal.SIGINT, True), (signal.SIGINT, True), (signal.SIGHUP, True)):
        with Demo() as demo:
            address = demo.wait_for_address()
            assert fetch(address, "/box/INBOX")[0] == 200
            demo.signal(number, to_group=to_group)
            assert demo.wait() == 0, demo.output
            assert "Stopped." in demo.output and "Traceback" not in demo.output, demo.output
            check_nothing_left(demo)


def test_interrupt_while_starting():
    with Demo() as demo:
        demo.output += demo.read_line()
        demo.signal(signal.SIGINT, to_group=True)
        assert demo.wait() == 0, demo.output
        assert "Traceback" not in demo.output, demo.output
        check_nothing_left(demo)


def test_port_in_use():
    with Demo() as first:
        port = urllib.parse.urlsplit(first.wait_for_address()).port
        with Demo("--port", str(port)) as second:
            assert second.wait() == 1, second.output
            assert "Traceback" not in second.output, second.output
            assert second.left_files() == [], second.left_files()


def test_get_file():
    with Demo() as demo, tempfile.NamedTemporaryFile() as file:
        address = demo.wait_for_address()
        headers = subprocess.run(
            ["curl", "--silent", "--show-error", "--noproxy", "*", "--dump-header", "-",
             "--output", file.name, address + "rest/$catalog/getFile"],
            check=True, stdout=subprocess.PIPE, text=True).stdout
        assert headers.startswith("HTTP/1.1 200"), headers
        assert re.search(r"^content-type: application/pdf\r?$", headers, re.I | re.M), headers
        assert pathlib.Path(file.name).read_bytes() == PDF.read_bytes()


def test_attachments():
    with Demo() as demo:
        address = demo.wait_for_address()
        for name, subject in (("mixed-pdf.eml", "Your invoice"), ("rfc2231-names.eml", "Names"),
                              ("related-cid.eml", "Picture inside"),
                              ("05-invoice-russian.eml", "Счёт за январь"),
                              ("14-three-files.eml", "Minutes and pictures for the report")):
            path = find_mail(address, subject)
            bodies = [body for _, _, body in every_attachment(address, path)]
            for content in attachments_of_corpus(name).values():
                assert content in bodies, (name, len(content))


def attachment_of(address, path, number):
    """The UIDVALIDITY of the box is in the links."""
    _, _, body = fetch(address, find_mail(address, "Your invoice"))
    uid_validity = re.search(rb"/attachment/([0-9]+)-0", body)[1].decode()
    return f"{path}/attachment/{uid_validity}-{number}"


def every_attachment(address, path):
    number = 0
    while True:
        answer = fetch(address, attachment_of(address, path, number))
        if answer[0] == 404:
            return
        assert answer[0] == 200, answer
        yield answer
        number += 1


def test_attachment_headers():
    with Demo() as demo:
        address = demo.wait_for_address()
        path = attachment_of(address, find_mail(address, "Your invoice"), 0)
        status, headers, _ = fetch(address, path)
        assert status == 200
        assert headers.get_content_type() == "application/pdf"
        assert headers.get_content_disposition() == "attachment"
        assert headers.get_filename() == "invoice-2026-017.pdf"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("sandbox")
        status, _, body = fetch(address, path, **{"If-None-Match": headers["ETag"]})
        assert status == 304 and body == b""
        status, _, _ = fetch(address, path, **{"If-None-Match": '"another"'})
        assert status == 200


def test_hostile_mail():
    with Demo() as demo:
        address = demo.wait_for_address()
        path = find_mail(address, "Only HTML")
        _, headers, body = fetch(address, path)
        assert re.findall(b"<script[^>]*>", body) == [b'<script src="/mailbox.js" defer>'], body
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert re.search(rb'<iframe sandbox="(?!.*allow-scripts)(?!.*allow-same-origin)[^"]*"', body)
        _, headers, body = fetch(address, path + "/html")
        assert b"&lt;world&gt;" in body
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("sandbox") and "default-src 'none'" in policy
        assert "allow-scripts" not in policy and "allow-same-origin" not in policy


def test_nothing_there():
    with Demo() as demo:
        address = demo.wait_for_address()
        for path in ("/nothing", "/box", "/box/Nowhere", "/box/INBOX/0", "/box/INBOX/4294967295",
                     "/box/INBOX/99999999999", "/box/INBOX/x", "/box/INBOX/1%0d%0aA", "/box/INBOX/-1",
                     "/box/INBOX?page=0", "/box/INBOX?page=999999999", "/box/INBOX?page=",
                     "/box/INBOX/1/attachment/99", "/box/INBOX/1/other", "/box/%22%3Cu%3E"):
            status, _, body = fetch(address, path)
            assert status == 404, (path, status)
            assert b"<h1>Not here</h1>" in body and b"<u>" not in body, body
        assert fetch(address, "/box/INBOX")[0] == 200


def test_options():
    result = subprocess.run([demo_program.PROGRAM, "--help"], stdout=subprocess.PIPE, text=True)
    assert result.returncode == 0 and "--once" in result.stdout
    result = subprocess.run([demo_program.PROGRAM, "--nonsense"], stderr=subprocess.PIPE)
    assert result.returncode == 2


missing = demo_program.what_is_missing()
if missing:
    sys.exit(wrapper.skip(missing))
tap.run({
    "once": test_once,
    "stops at once": test_interrupt,
    "stops while it starts": test_interrupt_while_starting,
    "port in use": test_port_in_use,
    "getFile by curl": test_get_file,
    "attachments": test_attachments,
    "headers of an attachment": test_attachment_headers,
    "hostile mail": test_hostile_mail,
    "what is not there": test_nothing_there,
    "options": test_options,
})
