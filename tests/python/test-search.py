"""Searches as Python writes them, against a real server.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import asyncio
import datetime

import tap
from library import GImap4D, GLib, new_transporter, raises

Search = GImap4D.ImapSearch
UTC = datetime.timezone.utc
MIDNIGHT = datetime.datetime(2024, 3, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=9)))


def selected():
    transporter = new_transporter()
    transporter.select_box("Moments")
    return transporter


def make_mails():
    """Six mails, an hour before midnight of a zone, half an hour, and so on."""
    transporter = new_transporter()
    transporter.create_box("Moments")
    for number in range(6):
        date = MIDNIGHT + datetime.timedelta(minutes=30 * (number - 2))
        sent = date.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
        transporter.append_mime(
            f"From: Zoë <zoe@a.example>\r\nSubject: {'odd' if number % 2 else 'even'} {6 - number}"
            f"\r\nDate: {sent}\r\nMessage-ID: <{number}@a.example>\r\n"
            f"In-Reply-To: <{number - 2}@a.example>\r\n\r\nüber {number}\r\n".encode(),
            "Moments", ["$seen"] if number < 2 else ["work"], date)


def test_options():
    transporter = selected()
    for search, expected in (
            (Search(), "1 2 3 4 5 6"),
            (Search(subject="odd"), "2 4 6"),
            (Search(from_="zoe", seen=True), "1 2"),
            (Search(seen=False, subject="even"), "3 5"),
            (Search(since=MIDNIGHT), "3 4 5 6"),
            (Search(before=MIDNIGHT.astimezone(UTC)), "1 2"),
            (Search(on=MIDNIGHT), "3 4 5 6"),
            (Search(sent_since=MIDNIGHT, sent_before=MIDNIGHT + datetime.timedelta(minutes=31)),
             "3 4"),
            (Search(keyword="work", subject=["odd", "1"]), "6"),
            (Search(keyword=["$seen", "work"]), ""),
            (Search(header=("Message-ID", "3@a")), "4"),
            (Search(ids="2:3", larger=10, smaller=10000), "2 3"),
            (Search(ids=[5, "6"]), "5 6"),
            (Search(older=60), "1 2 3 4 5 6"),
            (Search(body="über"), "1 2 3 4 5 6"),
            (Search.parse("OR SUBJECT odd SEEN"), "1 2 4 6")):
        assert " ".join(transporter.search(search)) == expected, search
    assert list(transporter.search(subject="odd", since=MIDNIGHT)) == ["4", "6"]
    assert list(transporter.search("SUBJECT odd", seen=True)) == ["2"]
    assert list(transporter.search("UNSEEN SUBJECT odd")) == ["4", "6"]
    assert len(transporter.search()) == 6


def test_operators():
    transporter = selected()
    odd, seen = Search(subject="odd"), Search(seen=True)
    assert list(transporter.search(odd & seen)) == ["2"]
    assert list(transporter.search(odd | seen)) == ["1", "2", "4", "6"]
    assert list(transporter.search(~(odd | seen))) == ["3", "5"]
    assert list(transporter.search(odd & ~Search(since=MIDNIGHT))) == ["2"]
    assert repr(odd & seen) == '<GImap4D.ImapSearch SUBJECT "odd" SEEN>'


def test_refused():
    transporter = selected()
    raises(TypeError, lambda: Search(nonsense="x"))
    raises(TypeError, lambda: Search(from_=1))
    raises(TypeError, lambda: Search(seen="no"))
    raises(TypeError, lambda: Search(since="2024-01-01"))
    raises(TypeError, lambda: transporter.search(7))
    raises(ValueError, lambda: Search(from_="a\0b"))
    raises(GLib.Error, lambda: Search.parse("(SEEN"))
    for search in (Search(from_="a\r\nb"), Search(keyword="a b")):
        raises(GLib.Error, lambda search=search: transporter.search(search))
    assert len(transporter.search()) == 6


def test_await():
    async def run():
        transporter = selected()
        assert list(await transporter.search_async(Search(subject="odd"))) == ["2", "4", "6"]
        assert list(await transporter.search_async(subject="odd", seen=True)) == ["2"]
        assert list(await transporter.search_async("SEEN")) == ["1", "2"]
        assert await transporter.sort_async("REVERSE SIZE ARRIVAL", "SEEN") == ["1", "2"]
        assert show(await transporter.thread_async()) == "(1(3(5)))(2(4(6)))"
        assert [quota.root for quota in await transporter.get_quota_async()] in (
            [], ["User quota"], ["User quota"] * 2)
        await transporter.close_async()

    asyncio.run(run())


def show(threads):
    return "".join(f"({thread.id}{show(thread.children or ())})" for thread in threads)


def test_order():
    transporter = selected()
    assert transporter.sort("reverse arrival") == ["6", "5", "4", "3", "2", "1"]
    assert transporter.sort("SUBJECT") == ["5", "3", "1", "6", "4", "2"]
    assert transporter.sort("subject", Search(subject="odd")) == ["6", "4", "2"]
    assert transporter.sort("REVERSE DATE", "SUBJECT odd") == ["6", "4", "2"]
    raises(GLib.Error, lambda: transporter.sort("nonsense"))
    ids = transporter.sort("REVERSE DATE")
    assert [mail.id for mail in transporter.get_mails(ids[:2], 0)] == ["5", "6"]
    assert show(transporter.thread()) == "(1(3(5)))(2(4(6)))"
    assert show(transporter.thread("references", "NOT UID 3")) == "(1)(2(4(6)))(5)"
    assert show(transporter.thread("ordered-subject", Search(ids="1:3"))) == "(1)(2)(3)"
    first = transporter.thread()[0]
    assert first.dup_ids() == ["1", "3", "5"] and repr(first) == "<GImap4D.ImapThread 1>"


def test_quota():
    transporter = selected()
    if "QUOTA" not in transporter.known_capabilities:
        raises(GLib.Error, lambda: transporter.get_quota())
        return
    for quota in transporter.get_quota("INBOX"):
        assert quota.resource in ("STORAGE", "MESSAGE"), quota
        assert quota.root == "User quota" and quota.usage >= 0, quota


make_mails()
tap.run({
    "options of a search": test_options,
    "operators": test_operators,
    "what is refused": test_refused,
    "order and threads": test_order,
    "quota": test_quota,
    "await": test_await,
})
