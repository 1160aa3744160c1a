"""Visits a site as a browser would that follows every link, and says whether all was there.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import html.parser
import http.client
import sys
import urllib.parse

MOST_PAGES = 10000
SECONDS = 30


class _Links(html.parser.HTMLParser):
    """Collects what a page loads or leads to."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found += [value for name, value in attributes if name in ("href", "src") and value]


def _fetch(connection, path):
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.headers, response.read()


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


def _visit_all(connection, address):
    """Returns the number of answers, of their octets, and the lines about what went wrong."""
    to_visit = [address]
    seen = {address}
    size = 0
    wrong = []
    while to_visit and len(seen) < MOST_PAGES:
        link = to_visit.pop()
        status, headers, body = _fetch(connection, link[len(address) - 1:])
        size += len(body)
        if status not in (200, 303):
            wrong.append(f"{link}: {status}")
        for found in _links_of(headers, body, link):
            if found.startswith(address) and found not in seen:
                seen.add(found)
                to_visit.append(found)
        _show_progress(len(seen) - len(to_visit))
    return len(seen), size, wrong


def visit(address):
    """Fetches everything below ADDRESS; prints the result, True when all was fine."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(address).netloc, timeout=SECONDS)
    try:
        count, size, wrong = _visit_all(connection, address)
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        count, size, wrong = 0, 0, [f"{address}: {error!r}"]
    finally:
        connection.close()
    if sys.stdout.isatty():
        print("\r", end="\x1b[K")
    for line in wrong:
        print(line)
    print(f"Fetched {count} pages and files, {size} bytes; {len(wrong)} were wrong.", flush=True)
    return not wrong
