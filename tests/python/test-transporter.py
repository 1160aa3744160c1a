"""The transporter of Python against a real server.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import datetime
import os
import tempfile
import threading

import tap
from library import GImap4D, GLib, fails, need, new_transporter, raises, setting
from gi.repository import Gio, GObject

Code = GImap4D.ImapError
Flags = GImap4D.ImapFetchFlags


def subjects(mails):
    return [mail.subject for mail in mails]


def selected(box="INBOX", state=0, **options):
    transporter = new_transporter(**options)
    transporter.select_box(box, state)
    return transporter


def test_check_connection():
    transporter = new_transporter()
    status = transporter.check_connection()
    assert status.success and len(status.errors) == 0, status
    assert repr(transporter).endswith(f":{setting('IMAPS_PORT')} ready>")
    assert transporter.tls_protocol.startswith("TLS 1.")
    assert transporter.authentication_mode.startswith("SCRAM-SHA-256")
    assert "IMAP4REV1" in transporter.known_capabilities
    assert transporter.statistics["connections"] == 1
    transporter.close()
    assert not transporter.known_capabilities
    assert "IMAP4REV1" in transporter.get_capabilities()
    assert transporter.known_capabilities == transporter.get_capabilities()
    transporter.close()
    assert transporter.state == GImap4D.ImapTransporterState.CLOSED


def test_from_json():
    transporter = GImap4D.ImapTransporter.new_from_json({
        "host": setting("HOST"), "port": int(setting("PLAIN_PORT")), "user": setting("USER"),
        "password": setting("PASSWORD"), "acceptUnsecureConnection": True})
    assert transporter.check_connection().success
    assert transporter.tls_protocol is None


def test_boxes():
    transporter = new_transporter()
    names = {box.name for box in transporter.get_box_list()}
    assert {"INBOX", "Many", "Entwürfe", "日本語", "Archive"} <= names
    subscribed = {box.name for box in transporter.get_box_list(subscribed=True)}
    assert "INBOX" in subscribed and subscribed < names
    assert subscribed == {box.name for box in transporter.get_box_list(isSubscribed=True)}
    assert subscribed == {box.name for box in transporter.get_box_list(1)}
    facts = {box.name: box.info for box in transporter.get_box_list(with_status=True)}
    assert facts["Many"].mail_count == 30 and facts["Archive"] is None
    raises(TypeError, lambda: transporter.get_box_list(1, subscribed=True))
    assert transporter.get_delimiter() == "/"


def test_select():
    transporter = new_transporter()
    info = transporter.select_box("Many")
    assert info.name == "Many" and info.mail_count == 30 and not info.read_only
    for state in (1, GImap4D.ImapBoxState.READ_ONLY, "read-only"):
        assert transporter.select_box("Many", state).read_only
    assert transporter.selected_box == "Many"
    assert transporter.get_box_info().name == "Many"
    assert transporter.get_box_info("INBOX").mail_count == 3 and transporter.selected_box == "Many"


def test_search():
    transporter = selected("Many", 1)
    for found in (transporter.search_mails(), transporter.search_mails(""),
                  transporter.search_mails("ALL"), transporter.search_mails(criteria="ALL")):
        assert len(found) == 30 and "30" in found and found == GImap4D.ImapMessageSet("1:30")
    assert list(transporter.search_mails("UID 3:4")) == ["3", "4"]
    assert len(transporter.search_mails("SUBJECT nothing")) == 0
    assert str(transporter.num_to_id(2, 5)) == "2:5"


def test_last_mail():
    transporter = selected("Many")
    # Whatever the set: "*" is the last mail, and a range that begins behind it ends there.
    for ids in ("*", "100:*", "*:100"):
        assert [mail.id for mail in transporter.get_mails(ids, 4)] == ["30"], ids
    fails(Code.NOT_FOUND, lambda: transporter.get_mail("9999"), "9999", "Many")
    fails(Code.INVALID_ARGUMENT, lambda: transporter.get_mail_by_number(0), "localhost:")


def test_sets_as_arguments():
    transporter = selected("Many", 1)
    for ids, numbers in (("1:3,7", (1, 2, 3, 7)), (5, (5,)), ([1, "2"], (1, 2)), ("9", (9,)),
                         (range(3, 6), (3, 4, 5)), (GImap4D.ImapMessageSet("4"), (4,)),
                         (transporter.search_mails("UID 8"), (8,)), ([], ()),
                         (GImap4D.IMAP_ALL, range(1, 31))):
        mails = transporter.get_mails(ids)
        assert subjects(mails) == [f"Message {number}" for number in numbers], ids
        assert len(mails) == len(numbers) and mails.not_found == []
    mails = transporter.get_mails("29,40,31")
    assert subjects(mails) == ["Message 29"] and mails.not_found == ["31", "40"]


def test_two_numbers():
    transporter = selected("Many", 1)
    assert len(transporter.get_mails(1)) == 1
    assert len(transporter.get_mails(1, 20)) == 20
    assert len(transporter.get_mails(-1, 0)) == 30
    assert len(transporter.get_mails(1, 2, update_seen=False)) == 2
    assert len(transporter.get_mails(1, Flags.SUMMARY)) == 1
    assert len(transporter.get_mails_by_number(3, 4)) == 2
    assert transporter.get_mail_by_number(3).id == "3"


def test_options():
    """4D's defaults: bodies come along and mails become seen."""
    transporter = selected()
    ids = list(transporter.search_mails("ALL"))
    assert "$seen" not in transporter.get_mail(ids[0], update_seen=False).keywords
    assert "$seen" not in transporter.get_mail(ids[0], updateSeen=False).keywords
    assert "$seen" not in transporter.get_mail(ids[0], Flags.HEADERS).keywords
    assert "$seen" not in transporter.get_mails(ids[0], update_seen=False)[0].keywords
    transporter.get_mime_as_blob(ids[0], False)
    transporter.get_mime_as_blob(ids[0], updateSeen=False)
    assert len(transporter.search_mails("UNSEEN")) == 3
    mail = transporter.get_mail(int(ids[0]))
    assert mail.text_body and mail.subject == "mail 1"
    assert ids[0] not in transporter.search_mails("UNSEEN")
    transporter.get_mime_as_blob(ids[1])
    assert ids[1] not in transporter.search_mails("UNSEEN")
    transporter.get_mails(ids[2:])
    assert not transporter.search_mails("UNSEEN")


def test_blob():
    transporter = selected(state=1)
    blob = transporter.get_mime_as_blob("1")
    assert isinstance(blob, GLib.Bytes) and b"Subject: mail 1\r\n" in blob.get_data()
    assert GImap4D.Email.new_from_mime(blob).subject == "mail 1"
    assert transporter.get_mime_as_blob_by_number(1) .equal(blob)


def test_mails_are_a_sequence():
    mails = selected("Many", 1).get_mails("1:3")
    assert len(mails) == 3 and bool(mails) and [mail.id for mail in mails] == ["1", "2", "3"]
    assert mails[-1].id == "3" and mails[0].id == "1"
    raises(IndexError, lambda: mails[3])
    mail = mails[0]
    assert mail.received_at.tzinfo is not None and mail.received_at.year == 2024
    assert isinstance(mail, GImap4D.Email) and isinstance(mail, GObject.Object)


def test_with():
    with new_transporter() as transporter:
        assert transporter.check_connection().success
    assert transporter.state == GImap4D.ImapTransporterState.CLOSED

    def fail():
        with transporter:
            transporter.check_connection()
            raise KeyError("mine")
    raises(KeyError, fail, "mine")
    assert transporter.state == GImap4D.ImapTransporterState.CLOSED


def test_threads():
    """Calls release the interpreter, and one thread can cancel what another waits for."""
    transporter = selected("Many", 1)
    found = []
    threads = [threading.Thread(target=lambda: found.append(len(transporter.get_mails("1:10"))))
               for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [10] * 8
    cancellable = Gio.Cancellable()
    cancellable.cancel()
    problem = raises(GLib.Error, lambda: transporter.get_mails("1", cancellable=cancellable))
    assert problem.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED), problem
    assert len(transporter.get_mails("1")) == 1


def test_callbacks():
    transporter = selected("Many", 1)
    loop = GLib.MainLoop()
    results = []

    def done(source, result, *data):
        results.append((source.get_mails_finish(result), data))
        if len(results) == 3:
            loop.quit()

    transporter.get_mails_async("1:2", callback=done)
    transporter.get_mails_async("1:3", Flags.SUMMARY, None, done, "data")
    transporter.get_mails_async(1, 4, None, None, done, 1, 2)
    loop.run()
    assert sorted((len(mails), data) for mails, data in results) == [
        (2, ()), (3, ("data",)), (4, (1, 2))]


def test_fire_and_forget():
    transporter = selected("Many", 1)
    assert transporter.get_mails_async("1:2") is None
    assert transporter.check_connection().success


def test_signals():
    transporter = new_transporter(tls_database=None)
    seen = []

    def accept(_transporter, certificate, errors):
        seen.append((certificate, errors))
        return True

    transporter.connect("accept-certificate", accept)
    assert transporter.check_connection().success and len(seen) == 1
    assert seen[0][1] & Gio.TlsCertificateFlags.UNKNOWN_CA


def test_secrets():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "log")
        for options in ({}, {"authentication_mode": "PLAIN"}, {"authentication_mode": "LOGIN"},
                        {"authentication_mode": "CRAM-MD5"}, {"password": "canary-4711"},
                        {"password": "canary-4711", "authentication_mode": "PLAIN"}):
            transporter = new_transporter(log_file=path, **options)
            status = transporter.check_connection()
            assert status.success == ("password" not in options), (options, status)
            texts = [repr(transporter), repr(status), status.status_text]
            texts += [repr(getattr(transporter, name, None)) for name in dir(transporter)]
            with open(path, encoding="utf-8") as log:
                texts.append(log.read())
            for secret in ("canary-4711", setting("PASSWORD"), "Y2FuYXJ5", "d29uZGVyIGxhbmQ"):
                assert not any(secret in text for text in texts), (options, secret)
            assert "AUTHENTICATE" in texts[-1] or "LOGIN" in texts[-1]
        assert os.stat(path).st_mode & 0o777 == 0o600


def test_changes():
    need("UIDPLUS")
    transporter = new_transporter()
    assert transporter.create_box("Python")
    mime = b"Subject: appended\r\n\r\nbody\r\n"
    first = transporter.append_mime(mime, "Python", ["$seen"])
    date = datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    second = transporter.append_mime(bytearray(mime), "Python", None, date)
    assert isinstance(first, GImap4D.ImapMessageSet) and len(first) == len(second) == 1
    transporter.select_box("Python")
    mail = transporter.get_mail(second[0], update_seen=False)
    assert mail.subject == "appended" and mail.received_at == date
    assert transporter.get_mail(first[0]).keywords == ["$seen"]

    transporter.add_flags(second, {"$flagged": True, "$draft": False})
    transporter.add_flags("1:2", ["mine"])
    assert set(transporter.get_mail(2, update_seen=False).keywords) == {"$flagged", "mine"}
    transporter.remove_flags(GImap4D.IMAP_ALL, ("mine", "$flagged"))
    assert transporter.get_mail(2, update_seen=False).keywords == []
    for keywords in ("$seen", b"x", 5, [5], None):
        raises(TypeError, lambda: transporter.add_flags(1, keywords), "keywords")
    raises(ValueError, lambda: transporter.add_flags(1, ["a\0b"]), "keywords")

    assert len(transporter.copy([1, "2"], "Trash")) == 2
    assert len(transporter.move(2, "Trash")) == 1
    assert transporter.delete("1") and transporter.expunge()
    assert len(transporter.search_mails()) == 0
    assert transporter.get_box_info("Trash").mail_count == 3
    transporter.select_box("INBOX")
    assert transporter.rename_box("Python", "Snake") and transporter.delete_box("Snake")


def test_streams():
    transporter = selected("Many", 1)
    stream = transporter.open_mime(7)
    assert b"Message 7" in stream.read_bytes(4096).get_data()
    stream.close()


def test_errors():
    transporter = new_transporter()
    problem = fails(Code.NO, lambda: transporter.select_box("missing"), "missing",
                    f"localhost:{setting('IMAPS_PORT')}")
    assert problem.domain == "g-imap-error-quark"
    assert transporter.check_connection().success


tap.run({
    "check connection": test_check_connection,
    "from JSON": test_from_json,
    "boxes": test_boxes,
    "select": test_select,
    "search": test_search,
    "the last mail": test_last_mail,
    "sets as arguments": test_sets_as_arguments,
    "two numbers": test_two_numbers,
    "options": test_options,
    "blob": test_blob,
    "mails are a sequence": test_mails_are_a_sequence,
    "with": test_with,
    "threads": test_threads,
    "callbacks": test_callbacks,
    "fire and forget": test_fire_and_forget,
    "signals": test_signals,
    "secrets": test_secrets,
    "changes": test_changes,
    "streams": test_streams,
    "errors": test_errors,
})
