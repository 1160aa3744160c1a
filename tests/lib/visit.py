"""Visits a site as a browser would that follows every link, and says whether all was there.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import html.parser
import http.client
import re
import sys
import urllib.parse

import loopback

MOST_PAGES = 10000
SECONDS = 30


class _Links(html.parser.HTMLParser):
    """Collects what a page loads or leads to."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.found += [values[name] for name in ("href", "src") if values.get(name)]
        refresh = re.match(r"\d+;\s*url=(.*)", values.get("content") or "")
        if tag == "meta" and values.get("http-equiv") == "refresh" and refresh:
            self.found.append(refresh[1])


class _Visitor:
    """Keeps the connection and its cookies."""

    def __init__(self, netloc):
        self._connection = loopback.Connection(netloc, timeout=SECONDS)
        self._cookies = {}

    def fetch(self, path):
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        self._connection.request("GET", path, headers={"Cookie": cookies} if cookies else {})
        response = self._connection.getresponse()
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return response.status, response.headers, response.read()

    def close(self):
        self._connection.close()


def _links_of(headers, body, link):
    """The addresses that the answer from LINK names."""
    if "Location" in headers:
        found = [headers["Location"]]
    elif headers.get_content_type() == "text/html":
        page = _Links()
        page.feed(body.decode("utf-8"))
        found = page.found
    else:
        found = []
    return [urllib.parse.urldefrag(urllib.parse.urljoin(link, other)).url for other in found]


def _show_progress(count):
    if sys.stdout.isatty():
        print(f"\rFetching the pages: {count}", end="\x1b[K", flush=True)


def _visit_all(visitor, address):
    """Returns the number of answers, of their octets, and the lines about what went wrong."""
    base = urllib.parse.urljoin(address, "/")
    to_visit = [address]
    seen = {address}
    size = 0
    wrong = []
    while to_visit and len(seen) < MOST_PAGES:
        link = to_visit.pop()
        status, headers, body = visitor.fetch(link[len(base) - 1:])
        size += len(body)
        if status not in (200, 303):
            wrong.append(f"{link}: {status}")
        for found in _links_of(headers, body, link):
            if found.startswith(base) and found not in seen:
                seen.add(found)
                to_visit.append(found)
        _show_progress(len(seen) - len(to_visit))
    return len(seen), size, wrong


def visit(address):
    """Fetches everything of the site of ADDRESS, beginning there; prints the result, True when all
    was fine."""
    visitor = _Visitor(urllib.parse.urlsplit(address).netloc)
    try:
        count, size, wrong = _visit_all(visitor, address)
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        count, size, wrong = 0, 0, [f"{address}: {error!r}"]
    finally:
        visitor.close()
    if sys.stdout.isatty():
        print("\r", end="\x1b[K")
    for line in wrong:
        print(line)
    print(f"Fetched {count} pages and files, {size} bytes; {len(wrong)} were wrong.", flush=True)
    return not wrong
