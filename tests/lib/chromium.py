"""Drives a headless Chromium over its debugging pipe, with nothing but Python.

    with Chromium() as browser:
        browser.open("http://127.0.0.1:8000/")
        browser.text("h1")

Messages are those of the Chrome DevTools Protocol: JSON, each ended by a NUL, written to the
browser's descriptor 3 and read from its descriptor 4.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import base64
import fcntl
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import tempfile
import time

import wrapper

SECONDS = 60

# No sandbox: it needs privileges that a container does not give. Nothing but the test is visited.
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
         "--no-first-run", "--no-default-browser-check", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-extensions",
         "--disable-breakpad", "--no-proxy-server", "--remote-debugging-pipe")


def find_chromium():
    return shutil.which("chromium") or shutil.which("chromium-browser")


def _reap_crash_reporters():
    """They leave the browser's group; we adopted them when it ended."""
    for word in pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        name = pathlib.Path(f"/proc/{word}/comm").read_text(errors="replace")
        if name.startswith("chrome_crashpad"):
            os.kill(int(word), signal.SIGKILL)
            os.waitpid(int(word), 0)


class BrowserError(Exception):
    """The browser did not do what it was told."""


class Chromium:
    """One browser with one page, in a temporary folder that goes away with it."""

    def __init__(self, *, width=1280, height=900):
        self._size = (width, height)
        self._count = 0
        self._events = []
        self._pending = b""
        self._session = None
        self._process = None

    def __enter__(self):
        self._folder = tempfile.mkdtemp(prefix="gimap4d-chromium-")
        self.downloads = pathlib.Path(self._folder, "downloads")
        self.downloads.mkdir()
        try:
            self._start()
            self._open_page()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def _start(self):
        # High numbers, so that neither is 3 or 4 when those are set in the child.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in os.pipe() + os.pipe()]
        their_input, self._output, self._input, their_output = ends

        def prepare():
            os.dup2(their_input, 3)
            os.dup2(their_output, 4)
            os.setsid()
            wrapper.die_with_parent(signal.SIGKILL)

        wrapper.adopt_orphans()
        environment = {**os.environ, "HOME": self._folder, "TMPDIR": self._folder,
                       "XDG_CONFIG_HOME": self._folder, "XDG_CACHE_HOME": self._folder,
                       "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
        self._process = subprocess.Popen(
            [find_chromium(), *FLAGS, f"--user-data-dir={self._folder}/profile", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment, pass_fds=(3, 4), preexec_fn=prepare)
        os.close(their_input)
        os.close(their_output)

    def close(self):
        if self._process:
            os.close(self._output)
            os.close(self._input)
            group = self._process.pid
            try:
                os.killpg(group, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self._process.wait()
            self._process = None
            wrapper.reap_group(group)
            _reap_crash_reporters()
        shutil.rmtree(self._folder, ignore_errors=True)

    # The protocol.

    def _read(self, deadline):
        while b"\0" not in self._pending:
            ready, _, _ = select.select([self._input], [], [], deadline - time.monotonic())
            data = os.read(self._input, 1 << 16) if ready else b""
            if not data:
                raise BrowserError("the browser says nothing any more")
            self._pending += data
        message, _, self._pending = self._pending.partition(b"\0")
        return json.loads(message)

    def call(self, method, **parameters):
        """Sends a command to the page (of the browser: Browser.… and Target.…); its result."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        if self._session and not method.startswith(("Browser.", "Target.")):
            message["sessionId"] = self._session
        os.write(self._output, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + SECONDS
        while True:
            answer = self._read(deadline)
            if "id" not in answer:
                self._events.append(answer)
            elif answer["id"] == self._count:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def wait_for(self, name, accepts=lambda parameters: True):
        """The parameters of the next event NAME, also of one that has come already."""
        deadline = time.monotonic() + SECONDS
        while True:
            for event in self._events:
                if event["method"] == name and accepts(event["params"]):
                    self._events.remove(event)
                    return event["params"]
            event = self._read(deadline)
            if "id" not in event:
                self._events.append(event)

    def events(self, name):
        """What has come of the event NAME."""
        return [event["params"] for event in self._events if event["method"] == name]

    # A page.

    def _open_page(self):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target,
                                  flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.resize(*self._size)
        self.call("Browser.setDownloadBehavior", behavior="allow", eventsEnabled=True,
                  downloadPath=str(self.downloads))

    def resize(self, width, height, *, is_dark=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}])

    def forget_events(self):
        self._events.clear()

    def open(self, address):
        self.forget_events()
        result = self.call("Page.navigate", url=address)
        if result.get("errorText"):
            raise BrowserError(f"{address}: {result['errorText']}")
        self.wait_for("Page.loadEventFired")

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise BrowserError(f"{expression}: {result['exceptionDetails']['text']}")
        return result["result"].get("value")

    def texts(self, selector):
        return self.evaluate(f"Array.from (document.querySelectorAll ({json.dumps(selector)}), "
                             "element => element.innerText.trim ())")

    def text(self, selector):
        return self.texts(selector)[0]

    def click(self, selector):
        """Clicks in the middle of what SELECTOR finds first, as a mouse does."""
        place = self.evaluate(
            f"(element => {{ element.scrollIntoView ({{ block: 'center' }});"
            "const box = element.getClientRects ()[0];"
            "return [box.x + box.width / 2, box.y + box.height / 2]; })"
            f" (document.querySelector ({json.dumps(selector)}))")
        self.forget_events()
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1],
                      button="left", clickCount=1)

    def follow(self, selector):
        """Clicks a link and waits for its page."""
        self.click(selector)
        self.wait_for("Page.loadEventFired")

    def download(self, selector):
        """Clicks a link that is a download; the path of the file."""
        self.click(selector)
        start = self.wait_for("Browser.downloadWillBegin")
        end = self.wait_for("Browser.downloadProgress",
                            lambda progress: progress["guid"] == start["guid"] and
                            progress["state"] != "inProgress")
        if end["state"] != "completed":
            raise BrowserError(f"the download of {selector} was {end['state']}")
        return self.downloads / start["suggestedFilename"]

    def screenshot(self, path):
        picture = self.call("Page.captureScreenshot", format="png")["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(picture))
