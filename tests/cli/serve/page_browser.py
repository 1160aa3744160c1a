"""A Chromium that also looks into the frame with the HTML of a mail.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import json

import chromium


class Browser(chromium.Chromium):
    """With the frame of the page, which has no scripts of its own, in reach of the test."""

    def _call_frame(self, method, **parameters):
        """Sends a command to the frame, be it in a process of its own or in that of the page."""
        page = self._session
        targets = [target for target in self.call("Target.getTargets")["targetInfos"]
                   if target["type"] == "iframe"]
        try:
            if targets:
                self._session = self.call("Target.attachToTarget", flatten=True,
                                          targetId=targets[0]["targetId"])["sessionId"]
            else:
                frames = self.call("Page.getFrameTree")["frameTree"]["childFrames"]
                parameters["contextId"] = self.call(
                    "Page.createIsolatedWorld", frameId=frames[0]["frame"]["id"])[
                        "executionContextId"]
            return self.call(method, **parameters)
        finally:
            if targets and self._session != page:
                frame, self._session = self._session, page
                self.call("Target.detachFromTarget", sessionId=frame)

    def evaluate_in_frame(self, expression):
        """The value; None while the frame is not there yet."""
        try:
            result = self._call_frame("Runtime.evaluate", expression=expression,
                                      returnByValue=True)
        except (KeyError, chromium.BrowserError):
            return None
        return result["result"].get("value")

    def click_in_frame(self, selector):
        inner = self.evaluate_in_frame(
            "(element => { element.scrollIntoView(); const box = element.getBoundingClientRect();"
            "return [box.x + box.width / 2, box.y + box.height / 2]; })"
            f"(document.querySelector({json.dumps(selector)}))")
        outer = self.evaluate(
            "(frame => { frame.scrollIntoView(); const box = frame.getBoundingClientRect();"
            "return [box.x + frame.clientLeft, box.y + frame.clientTop]; })"
            "(document.querySelector('iframe'))")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=inner[0] + outer[0],
                      y=inner[1] + outer[1], button="left", clickCount=1)
