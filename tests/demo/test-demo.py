"""build-aux/demo: what it prints, what it serves, and that nothing is left of it.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import chromium  # noqa: E402
import demo_program  # noqa: E402
import loopback  # noqa: E402
import tap  # noqa: E402
import wrapper  # noqa: E402
from demo_program import Demo, mail_of_corpus  # noqa: E402

PDF = demo_program.SOURCE / "doc" / "examples" / "testFile.pdf"


def fetch(address, path, **headers):
    """Status, headers and body of one request."""
    connection = loopback.Connection(urllib.parse.urlsplit(address).netloc, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


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
        assert re.search(r"^The mailbox is at http://\w{16}\.localhost:\d+/\?token=\w+$", output,
                         re.M), output
        found = re.search(r"^Fetched (\d+) pages and files, \d+ bytes; 0 were wrong\.$", output, re.M)
        assert found and int(found[1]) > count, output
        check_nothing_left(demo)


def test_interrupt():
    """A terminal sends its signal to the whole group, and the script tells its child once more."""
    for number, to_group in ((signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGINT, True),
                             (signal.SIGINT, True), (signal.SIGINT, True), (signal.SIGHUP, True)):
        with Demo() as demo:
            address = demo.wait_for_address()
            # Without the token the door is shut, and there is one.
            assert fetch(address, "/box/INBOX")[0] == 403
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
        demo.wait_for_address()
        address = re.search(r"^The PDF is at (\S+)$", demo.output, re.M)[1]
        headers = subprocess.run(
            ["curl", "--silent", "--show-error", "--noproxy", "*", "--dump-header", "-",
             "--output", file.name, address],
            check=True, stdout=subprocess.PIPE, text=True).stdout
        assert headers.startswith("HTTP/1.1 200"), headers
        assert re.search(r"^content-type: application/pdf\r?$", headers, re.I | re.M), headers
        assert pathlib.Path(file.name).read_bytes() == PDF.read_bytes()


def test_browser():
    """The address opens the list in a browser; the mails are there, the newest first."""
    if not chromium.find_chromium():
        raise tap.Skip("Chromium is not installed")
    with Demo() as demo, chromium.Chromium() as browser:
        browser.open(demo.wait_for_address())
        deadline = time.monotonic() + demo_program.SECONDS
        while not browser.texts(".mails li"):
            assert time.monotonic() < deadline, browser.texts("body")
            time.sleep(0.05)
        subjects = browser.texts(".mails .what")
        browser.follow("a[rel=next]")
        subjects += browser.texts(".mails .what")
        assert len(subjects) == len(demo_program.MAILS), subjects
        names = [path.name for path in demo_program.MAILS]
        subjects.reverse()
        for name in ("ascii-plain.eml", "mixed-pdf.eml", "hebrew.eml", "07-appointment-arabic.eml"):
            assert subjects[names.index(name)] == mail_of_corpus(name)["Subject"], name


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
    "in a browser": test_browser,
    "options": test_options,
})
