"""What changes mail, and mail as streams, from Python against a real server.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import asyncio
import base64
import datetime
import email
import hashlib
import re

import tap
from library import Gio, GImap4D, GLib, fails, need, new_transporter, offers, raises, setting
from relay import Relay

Code = GImap4D.ImapError
SEEN = "$seen"


def keywords(transporter, ids):
    """By id, as a second connection sees them."""
    with new_transporter() as other:
        other.select_box(transporter.selected_box, "read-only")
        return {mail.id: set(mail.keywords) for mail in other.get_mails(ids, 4)}


def fresh_box(name, count=0):
    transporter = new_transporter()
    assert transporter.create_box(name)
    for number in range(1, count + 1):
        text = f"Subject: mail {number}\r\n\r\nbody {number}\r\n"
        transporter.append_mime(text.encode(), name)
    transporter.select_box(name)
    return transporter


def test_boxes():
    transporter = new_transporter()
    assert transporter.create_box("Été/2025")
    fails(Code.NO, lambda: transporter.create_box("Été/2025"), "Été/2025")
    assert transporter.rename_box("Été/2025", "Été/Fête")
    assert transporter.subscribe("Été/Fête")
    assert "Été/Fête" in {box.name for box in transporter.get_box_list(subscribed=True)}
    assert transporter.unsubscribe("Été/Fête")
    assert "Été/Fête" not in {box.name for box in transporter.get_box_list(subscribed=True)}
    assert transporter.delete_box("Été/Fête")
    fails(Code.NONEXISTENT, lambda: transporter.delete_box("Été/Fête"), "Été/Fête")
    fails(Code.NO, lambda: transporter.delete_box("INBOX"), "INBOX")
    fails(Code.INVALID_ARGUMENT, lambda: transporter.create_box("a\nb"), "A")
    assert transporter.check_connection().success


def test_flags():
    transporter = fresh_box("Flags", 4)
    assert transporter.add_flags("1:2", [SEEN, "work"])
    assert transporter.add_flags([3], {"$flagged": True, SEEN: False})
    assert keywords(transporter, "1:4") == {"1": {SEEN, "work"}, "2": {SEEN, "work"},
                                            "3": {"$flagged"}, "4": set()}
    assert transporter.remove_flags(GImap4D.IMAP_ALL, ["work"])
    assert transporter.remove_flags(2, [SEEN])
    assert keywords(transporter, "1:4") == {"1": {SEEN}, "2": set(), "3": {"$flagged"}, "4": set()}
    raises(TypeError, lambda: transporter.add_flags(1, SEEN))
    for wrong in ("", "a b", "a(b", "\\Seen", "é"):
        fails(Code.INVALID_ARGUMENT, lambda: transporter.add_flags(1, [wrong]))
    transporter.select_box("Flags", 1)
    fails(Code.READ_ONLY, lambda: transporter.add_flags(1, [SEEN]), "Flags")


def test_append():
    transporter = fresh_box("Append")
    when = datetime.datetime(2024, 2, 5, 9, 8, 7, tzinfo=datetime.timezone.utc)
    made = GImap4D.Email(subject="Grüße aus Zürich", text_body="Schöne Grüße\n",
                         to="Somebody <somebody@example.org>")
    made.keywords = ["$draft", "travel"]
    made.received_at = when
    ids = transporter.append(made)
    mail = transporter.get_mail(ids[0], update_seen=False)
    assert mail.subject == made.subject and mail.text_body.strip() == made.text_body.strip()
    assert set(mail.keywords) == {"$draft", "travel"} and mail.received_at == when
    assert [person.email for person in mail.to] == ["somebody@example.org"]

    ids = transporter.append_mime(b"Subject: bare\n\nfeeds\n", "Append", [SEEN], when)
    raw = transporter.get_mime_as_blob(ids[0], False).get_data()
    assert raw == b"Subject: bare\r\n\r\nfeeds\r\n", raw
    assert transporter.get_mail(ids[0]).received_at == when
    ids = transporter.append_mime(b"Subject: bare\r\n\r\n", None, [])
    assert keywords(transporter, ids) == {ids[0]: set()}
    fails(Code.INVALID_ARGUMENT, lambda: transporter.append_mime(b""))
    fails(Code.TRYCREATE, lambda: transporter.append_mime(b"A: b\r\n\r\n", "Nowhere"), "Nowhere")


def test_append_stream():
    transporter = fresh_box("Appended")
    raw = large_mail(hashlib.sha512(b"seed").digest() * 40_000)
    when = datetime.datetime(2024, 2, 5, 9, 8, 7, tzinfo=datetime.timezone.utc)
    for size in (200, len(raw)):
        stream = Gio.MemoryInputStream.new_from_bytes(GLib.Bytes(raw[:size]))
        ids = transporter.append_stream(stream, size, None, ["$flagged"], when)
        assert transporter.get_mime_as_blob(ids[0], False).get_data() == raw[:size]
        assert keywords(transporter, ids) == {ids[0]: {"$flagged"}}
        assert transporter.get_mail(ids[0], 4).received_at == when

    # From one connection to another, without holding the mail.
    with new_transporter() as other:
        other.create_box("Elsewhere")
        copied = other.append_stream(transporter.open_mime(ids[0], False), len(raw), "Elsewhere")
        other.select_box("Elsewhere")
        assert other.get_mime_as_blob(copied[0], False).get_data() == raw
    fails(Code.INVALID_ARGUMENT, lambda: transporter.append_stream(
        transporter.open_part(ids[0], "2"), 10), "same connection")

    # Half a mail is none.
    count = transporter.get_box_info().mail_count
    stream = Gio.MemoryInputStream.new_from_bytes(GLib.Bytes(raw[:-1]))
    fails(Code.INVALID_ARGUMENT, lambda: transporter.append_stream(stream, len(raw)), "ended after")
    assert transporter.get_box_info().mail_count == count
    stream = Gio.MemoryInputStream.new_from_bytes(GLib.Bytes(raw))
    fails(Code.TRYCREATE, lambda: transporter.append_stream(stream, len(raw), "Nowhere"), "Nowhere")
    # Refused before it was sent: only the beginning is read.
    assert stream.tell() < len(raw) // 2


def test_copy_and_move():
    need("UIDPLUS")
    transporter = fresh_box("From", 5)
    transporter.create_box("To")
    copied = transporter.copy([1, 3], "To")
    assert len(copied) == 2
    moved = transporter.move("4:5", "To")
    assert len(moved) == 2
    assert list(transporter.search_mails()) == ["1", "2", "3"]
    # Ids of another box are never taken for those of this one.
    fails(Code.INVALID_ARGUMENT, lambda: transporter.get_mails(moved), "To", "From")
    transporter.select_box("To")
    assert [mail.subject for mail in transporter.get_mails(moved)] == ["mail 4", "mail 5"]
    assert [mail.subject for mail in transporter.get_mails(copied)] == ["mail 1", "mail 3"]
    fails(Code.TRYCREATE, lambda: transporter.copy(moved, "Nowhere"), "Nowhere")


def test_untold_ids():
    """A server without UIDPLUS: what it would have told is found by other ways."""
    if offers("UIDPLUS"):
        raise tap.Skip("the server has UIDPLUS")
    told = []

    def keep_silent(line):
        code = re.search(rb" \[(APPENDUID|COPYUID) \d+ ([0-9:,]+ )?([0-9:,]+)\]", line)
        if code:
            told.append(code[3].decode())
            line = line.replace(code[0], b"")
        return line

    relay = Relay(0, ("127.0.0.1", int(setting("PLAIN_PORT"))), keep_silent)
    transporter = new_transporter(host="127.0.0.1", port=relay.port, tls_mode="starttls",
                                  accept_unsecure_connection=True)
    transporter.create_box("Silent")
    transporter.create_box("Other")
    transporter.select_box("Silent")
    mail = b"Message-ID: <1@silent.example>\r\nSubject: x\r\n\r\nx\r\n"
    for box in (None, None, "Other", "Other", "Silent"):
        assert transporter.append_mime(mail, box).to_string() == told[-1], told
    large = mail + b"y" * 70 + b"\r\n" * 200_000
    for box in (None, "Other"):
        stream = Gio.MemoryInputStream.new_from_bytes(GLib.Bytes(large))
        assert transporter.append_stream(stream, len(large), box).to_string() == told[-1], told
    copied = transporter.copy("1:3", "Other")
    assert copied.to_string() == told[-1] and len(copied) == 3, told
    # One of them is not there: the server does not say so, and nothing is told.
    assert not transporter.copy([2, 1000], "Other") and len(told) == 9, told
    # Without a Message-ID there is nothing to search for here; elsewhere it is counted.
    assert not transporter.append_mime(b"Subject: y\r\n\r\n")
    assert transporter.append_mime(b"Subject: y\r\n\r\n", "Other").to_string() == told[-1]
    assert len(told) == 11
    transporter.close()
    relay.close()


def test_delete():
    need("UIDPLUS")
    transporter = fresh_box("Delete", 5)
    with new_transporter() as other:
        other.select_box("Delete")
        other.delete(2)
    assert transporter.delete("3:4")
    assert transporter.expunge_ids([3])
    # Only that one: neither our other one, nor what somebody else has flagged.
    assert list(transporter.search_mails()) == ["1", "2", "4", "5"]
    assert transporter.expunge()
    assert list(transporter.search_mails()) == ["1", "5"]
    # Nothing goes by itself when the box is left.
    transporter.delete(5)
    transporter.select_box("INBOX")
    assert transporter.get_box_info("Delete").mail_count == 2


def test_expunge_on_leave():
    need("UIDPLUS")
    fresh_box("Leave", 6)
    transporter = new_transporter(expunge_on_leave=True)
    assert transporter.expunge_on_leave
    transporter.select_box("Leave")
    with new_transporter() as other:
        other.select_box("Leave")
        other.delete(2)
    transporter.delete([3, 4])
    transporter.remove_flags([4], ["$deleted"])
    transporter.select_box("INBOX")
    # Ours goes; what we took back, and what somebody else has flagged, stays.
    transporter.select_box("Leave")
    assert list(transporter.search_mails()) == ["1", "2", "4", "5", "6"]
    # All: what was flagged before, or comes afterwards, is not of them.
    transporter.delete(GImap4D.IMAP_ALL)
    with new_transporter() as other:
        late = other.append_mime(b"Subject: late\r\n\r\n", "Leave", ["$deleted"])
    transporter.close()
    transporter.select_box("Leave")
    assert list(transporter.search_mails()) == ["2", *late]
    transporter.close()


def test_stay_on_leave():
    """Where mails cannot be removed one by one they stay, and the program is told."""
    if offers("UIDPLUS"):
        raise tap.Skip("the server has UIDPLUS")
    fresh_box("Stay", 3)
    transporter = new_transporter(expunge_on_leave=True)
    alerts = []
    transporter.connect("alert", lambda _transporter, text: alerts.append(text))
    transporter.select_box("Stay")
    transporter.delete([2])
    transporter.select_box("INBOX")
    while not alerts:
        GLib.MainContext.default().iteration(True)
    assert "Stay" in alerts[0], alerts
    transporter.select_box("Stay")
    assert list(transporter.search_mails()) == ["1", "2", "3"]
    transporter.close()


def large_mail(content):
    lines = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return (b"Subject: large\r\nMIME-Version: 1.0\r\n"
            b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
            b"--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
            b"--x\r\nContent-Type: application/octet-stream\r\n"
            b"Content-Disposition: attachment; filename=large.bin\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n" + lines + b"--x--\r\n")


def read_all(stream):
    pieces = []
    while piece := stream.read_bytes(100_000, None).get_data():
        pieces.append(piece)
    return b"".join(pieces)


def test_streams():
    transporter = fresh_box("Streams")
    content = b"".join(hashlib.sha256(str(n).encode()).digest() for n in range(120_000))
    raw = large_mail(content)
    mail_id = transporter.append_mime(raw)[0]
    assert read_all(transporter.open_mime(mail_id, False)) == raw
    assert keywords(transporter, mail_id) == {mail_id: set()}
    before = transporter.dup_statistics()["octets-received"]
    assert read_all(transporter.open_part(mail_id, "2")) == content
    received = transporter.dup_statistics()["octets-received"] - before
    # Where the server decodes it a quarter is saved; the mail has it as it was.
    assert (received < 1.01 * len(content)) == offers("BINARY"), (received, len(content))
    assert read_all(transporter.open_mime(mail_id, True)) == raw
    assert keywords(transporter, mail_id) == {mail_id: {SEEN}}

    # Other calls go in between; an attachment that was not fetched comes the same way.
    stream = transporter.open_mime(mail_id, False)
    beginning = stream.read_bytes(10, None).get_data()
    attachment = transporter.get_mail(mail_id, 4).attachments[0]
    assert attachment.name == "large.bin"
    assert attachment.get_content().get_data() == content
    assert beginning + read_all(stream) == raw

    fails(Code.NOT_FOUND, lambda: transporter.open_mime("4000000000", False))
    fails(Code.NOT_FOUND, lambda: transporter.open_part(mail_id, "9"))
    fails(Code.INVALID_ARGUMENT, lambda: transporter.open_part(mail_id, "2] x"))
    stream = transporter.open_mime(mail_id, False)
    stream.read_bytes(10, None)
    transporter.select_box("INBOX")
    fails(Code.INVALID_ARGUMENT, lambda: read_all(stream), "Streams")


def test_fetch_mails():
    transporter = fresh_box("Each", 30)
    subjects = [f"mail {number}" for number in range(1, 31)]
    taken = []
    assert transporter.fetch_mails(GImap4D.IMAP_ALL, lambda mail: taken.append(mail.subject))
    assert taken == subjects
    assert keywords(transporter, "30") == {"30": {SEEN}}

    # False ends it, nothing does not.
    taken.clear()
    assert transporter.fetch_mails("1:30", with_body=False, func=lambda mail:
                                   taken.append(mail.id) or len(taken) < 3)
    assert taken == ["1", "2", "3"]

    # What is raised is raised, and what would wait for the call itself is refused.
    raises(ZeroDivisionError, lambda: transporter.fetch_mails([1], lambda mail: 1 / 0))
    problem = raises(GLib.Error, lambda: transporter.fetch_mails(
        [1], lambda mail: transporter.get_mail(2)), "asynchronous")
    assert problem.matches(Gio.io_error_quark(), Gio.IOErrorEnum.PENDING)
    raises(TypeError, lambda: transporter.fetch_mails([1], None))
    assert transporter.fetch_mails([4000], lambda mail: 1 / 0)

    # Asynchronously, in the main context of the caller.
    loop = GLib.MainLoop()
    results = []

    def done(source, result, word):
        try:
            results.append((word, source.fetch_mails_finish(result)))
        except ZeroDivisionError as caught:
            results.append((word, caught))
        loop.quit()

    taken.clear()
    transporter.fetch_mails_async("1:30", lambda mail: taken.append(mail.subject), 4, None, done,
                                  "word")
    loop.run()
    assert taken == subjects and results == [("word", True)], results
    transporter.fetch_mails_async("1:30", lambda mail: 1 / 0, callback=lambda *_: done(*_, "x"))
    loop.run()
    assert isinstance(results[1][1], ZeroDivisionError)


def test_octets():
    """What no line can carry needs BINARY, there and back."""
    transporter = fresh_box("Octets")
    head = (b"Subject: octets\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\n"
            b"Content-Transfer-Encoding: binary\r\n\r\n")

    def append_stream(raw):
        stream = Gio.MemoryInputStream.new_from_bytes(GLib.Bytes(raw))
        return transporter.append_stream(stream, len(raw))

    # Early, and where only the header can tell of it before.
    for content in (bytes(range(256)) * 20, b"\xff" * 300_000 + bytes(range(256))):
        for append in (transporter.append_mime, append_stream):
            if offers("BINARY"):
                ids = append(head + content)
                assert read_all(transporter.open_part(ids[0], "1")) == content, len(content)
            else:
                fails(Code.INVALID_ARGUMENT, lambda: append(head + content), "BINARY")
    assert transporter.get_box_info().mail_count == (4 if offers("BINARY") else 0)

    # Base64 that ends too early: Dovecot hangs up when it is to decode that.
    short = head.replace(b"binary", b"base64") + b"QUJDR"
    mail_id = transporter.append_mime(short)[0]
    assert read_all(transporter.open_part(mail_id, "1")) == b"ABC"


def test_await():
    need("UIDPLUS")
    async def change():
        async with new_transporter() as transporter:
            await transporter.create_box_async("Await")
            ids = await transporter.append_mime_async(b"Subject: one\r\n\r\n1\r\n", "Await")
            stream = Gio.MemoryInputStream.new_from_bytes(GLib.Bytes(b"x: y\r\n" * 100_000))
            assert await transporter.append_stream_async(stream, 600_000, "INBOX")
            await transporter.select_box_async("Await")
            taken = []
            assert await transporter.fetch_mails_async(ids, lambda mail: taken.append(mail.subject))
            assert taken == ["one"]
            try:
                await transporter.fetch_mails_async(ids, lambda mail: {}["no such key"])
                assert False
            except KeyError:
                pass
            assert await transporter.remove_flags_async(ids, [SEEN])
            assert await transporter.add_flags_async(ids, [SEEN])
            stream = await transporter.open_mime_async(ids[0], False)
            message = email.message_from_bytes(read_all(stream))
            assert message["Subject"] == "one"
            part = await transporter.open_part_async(ids[0], "1")
            assert read_all(part) == b"1\r\n"
            assert len(await transporter.move_async(ids, "INBOX")) == 1
            assert await transporter.delete_box_async("Await")
    asyncio.run(change())


tap.run({
    "boxes": test_boxes,
    "flags": test_flags,
    "append": test_append,
    "append stream": test_append_stream,
    "copy and move": test_copy_and_move,
    "untold ids": test_untold_ids,
    "delete": test_delete,
    "expunge on leave": test_expunge_on_leave,
    "stay on leave": test_stay_on_leave,
    "fetch mails": test_fetch_mails,
    "streams": test_streams,
    "octets": test_octets,
    "await": test_await,
})
