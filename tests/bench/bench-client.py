#!/usr/bin/python3
"""One workload from Python, once, as bench-client does it in C.

    bench-client.py library WORKLOAD --port PORT --box NAME

The workload "python-list" gets a summary of all mails, "python-read" reads subject, sender and date of
each besides.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import argparse
import json
import re
import resource
import time

import gi

gi.require_version("GImap4D", "1.0")

from gi.repository import GImap4D  # noqa: E402


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak():
    with open("/proc/self/status", encoding="ascii") as lines:
        return int(re.search(r"VmHWM:\s+(\d+)", lines.read())[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind")
    parser.add_argument("workload")
    parser.add_argument("--port", type=int)
    parser.add_argument("--box")
    parser.add_argument("--journal")
    options = parser.parse_args()

    transporter = GImap4D.ImapTransporter(
        host="127.0.0.1", port=options.port, user="alice", password="wonder land",
        tls_mode="starttls", accept_unsecure_connection=True, authentication_mode="PLAIN")
    transporter.select_box(options.box)
    before = transporter.props.statistics["octets-received"]
    used, start = cpu(), time.monotonic()
    mails = transporter.get_mails_by_number(0, 0, GImap4D.ImapFetchFlags.SUMMARY)
    content = 0
    if options.workload == "python-read":
        for mail in mails:
            content += len(mail.subject) + len(mail.from_[0].email) + mail.send_at.year
    print(json.dumps({
        "mails": len(mails.list), "content": content,
        "octets": transporter.props.statistics["octets-received"] - before, "cpu": cpu() - used,
        "wall": time.monotonic() - start, "kib": peak()}))


main()
