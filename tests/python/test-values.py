"""Values in and out without a server: attributes, construction, sets, mails, outgoing messages.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import datetime
import inspect
import pathlib
import tempfile

import gi
import tap
from library import GImap4D, fails, raises
from gi.repository import Gio, GLib, GObject, Json

Transporter = GImap4D.ImapTransporter
Set = GImap4D.ImapMessageSet
Code = GImap4D.ImapError
# A picture of one pixel.
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00"
                    "000000010001000002024401003b")


def test_construction():
    for transporter in (
            Transporter(host="a.example", port=143, user="u", password="p", connection_timeout=7,
                        accept_unsecure_connection=True, check_connection_delay=8,
                        log_file="l", authentication_mode="PLAIN"),
            Transporter(host="a.example", port=143, user="u", password="p", connectionTimeOut=7,
                        acceptUnsecureConnection=True, checkConnectionDelay=8,
                        logFile="l", authenticationMode="PLAIN"),
            Transporter.new_from_json({
                "host": "a.example", "port": 143, "user": "u", "password": "p",
                "connectionTimeOut": 7, "acceptUnsecureConnection": True,
                "checkConnectionDelay": 8, "logFile": "l", "authenticationMode": "PLAIN"})):
        assert transporter.host == "a.example" and transporter.port == 143
        assert transporter.user == "u" and transporter.connection_timeout == 7
        assert transporter.accept_unsecure_connection is True
        assert transporter.check_connection_delay == 8 and transporter.log_file == "l"
        assert transporter.authentication_mode == "PLAIN"
    assert Transporter.new("a.example", "u", "p").port == 993
    assert Transporter(host="x", tls_mode=1).tls_mode == GImap4D.ImapTlsMode.IMPLICIT
    assert Transporter(host="x", tls_mode="starttls").tls_mode == GImap4D.ImapTlsMode.STARTTLS
    for token in ("token", {"access_token": "token"}, {"token": {"access_token": "token"}}):
        Transporter(host="x", accessTokenOAuth2=token)


def test_refused_construction():
    for wanted, options in (
            (ValueError, {"port": 0}), (ValueError, {"port": 70000}), (ValueError, {"port": -1}),
            (TypeError, {"port": "993"}), (TypeError, {"port": True}), (TypeError, {"port": 99.3}),
            (ValueError, {"connection_timeout": 0}), (ValueError, {"connection_timeout": 2**31}),
            (TypeError, {"host": 5}), (TypeError, {"host": b"x"}), (ValueError, {"host": "a\0b"}),
            (ValueError, {"password": "a\0b"}), (TypeError, {"password": 1}),
            (TypeError, {"accept_unsecure_connection": "false"}),
            (ValueError, {"tls_mode": "none"}),
            (ValueError, {"tls_mode": 17}), (TypeError, {"tls_database": "file"}),
            (TypeError, {"state": 1}), (TypeError, {"hots": "x"})):
        raises(wanted, lambda: Transporter(**options), *options)
    raises(TypeError, lambda: Transporter(connection_timeout=1, connectionTimeOut=2), "twice")
    raises(TypeError, lambda: Transporter("host"))
    raises(TypeError, lambda: GImap4D.ImapBox(), "library")
    fails(Code.INVALID_ARGUMENT, lambda: Transporter.new_from_json({"port": "x"}), "port")
    fails(Code.INVALID_ARGUMENT, lambda: Transporter.new_from_json([1]))
    raises(ValueError, lambda: Transporter.new("a\0b"), "host")


def test_attributes():
    transporter = Transporter(host="x", user="u")
    for name in ("port", "host", "state", "selected_box"):
        raises(AttributeError, lambda: setattr(transporter, name, getattr(transporter, name)), name)
    for name in ("hots", "close", "Port"):
        raises(AttributeError, lambda: setattr(transporter, name, 1), name)
    raises(AttributeError, lambda: transporter.hots, "hots")
    raises(AttributeError, lambda: setattr(transporter, "password", "x"))
    email = GImap4D.Email()
    email.subject = "a"
    assert email.subject == email.get_subject() == "a"
    email.subject = None
    assert email.subject is None
    raises(ValueError, lambda: setattr(email, "subject", "a\0b"), "subject")
    raises(AttributeError, lambda: setattr(email, "size", 1), "size")
    raises(AttributeError, lambda: setattr(email, "text", "x"))


def test_every_property_is_an_attribute():
    for name in dir(GImap4D):
        cls = getattr(GImap4D, name)
        if isinstance(cls, type) and issubclass(cls, GObject.Object):
            for pspec in cls.list_properties():
                assert isinstance(getattr(cls, pspec.name.replace("-", "_")), property), pspec
                assert pspec.blurb, pspec


def test_secrets():
    canary = "canary-4711"
    for options in ({"password": canary}, {"access_token_oauth2": canary},
                    {"accessTokenOAuth2": {"access_token": canary}}):
        transporter = Transporter(host="imap.example.com", user="somebody", **options)
        assert repr(transporter) == "<GImap4D.ImapTransporter somebody@imap.example.com:993 closed>"
        texts = [repr(transporter), str(transporter), repr(vars(transporter))]
        for name in dir(transporter):
            if hasattr(transporter, name):
                texts.append(repr(getattr(transporter, name)))
        for pspec in transporter.list_properties():
            if pspec.flags & GObject.ParamFlags.READABLE:
                texts.append(repr(transporter.get_property(pspec.name)))
        assert not any(canary in text for text in texts)
    raises(AttributeError, lambda: transporter.password, "never")
    raises(AttributeError, lambda: transporter.access_token_oauth2, "never")
    raises(TypeError, lambda: transporter.get_property("password"))


def test_repr_is_one_line():
    assert repr(GImap4D.Email(subject="a\nb\x1b[1m", id="5")) == r"<GImap4D.Email 5 a\nb\x1b[1m>"
    assert repr(GImap4D.Email()) == "<GImap4D.Email>"
    header = GImap4D.EmailHeader(name="X-Token", value="secret")
    assert repr(header) == "<GImap4D.EmailHeader X-Token>"


def test_signatures():
    assert str(inspect.signature(Transporter.get_mails)) == (
        "(self, /, ids, flags=None, cancellable=None, *, update_seen=None, with_body=None)")
    assert str(inspect.signature(Transporter.search_mails)) == (
        "(self, /, criteria='', cancellable=None)")
    assert Transporter.get_mails.__doc__
    raises(TypeError, lambda: Transporter(host="x").select_box(), "select_box", "name")
    raises(TypeError, lambda: Transporter(host="x").select_box("a", flag=1), "flag")


def test_arguments():
    transporter = Transporter(host="x")
    raises(ValueError, lambda: transporter.select_box("a\0b"), "name")
    raises(TypeError, lambda: transporter.select_box(b"a"), "name")
    raises(TypeError, lambda: transporter.select_box("a", 1.5), "state")
    raises(ValueError, lambda: transporter.select_box("a", 9))
    raises(TypeError, lambda: transporter.get_mail(True), "id")
    raises(ValueError, lambda: transporter.get_mail(0), "id")
    raises(TypeError, lambda: transporter.get_mails(None))
    raises(TypeError, lambda: transporter.get_mails(b"12"), "ids")
    raises(TypeError, lambda: transporter.get_mails(1.5), "ids")
    raises(TypeError, lambda: transporter.get_mails("1", update_seen="no"), "update_seen")
    raises(TypeError, lambda: transporter.get_mails("1", 3, with_body=True), "with_body")
    raises(ValueError, lambda: transporter.num_to_id(2**63, 1), "start")
    raises(TypeError, lambda: transporter.num_to_id("1", 2), "start")
    raises(TypeError, lambda: transporter.num_to_id(1.0, 2), "start")


def test_sets_are_made():
    for given, text in (
            ("1:3,7", "1:3,7"), ("3,1,2", "1:3"), (5, "5"), ([1, "2", 9], "1:2,9"), ((4,), "4"),
            (["1:3", 9], "1:3,9"), (range(2, 6), "2:5"), (range(1, 6, 2), "1,3,5"), ([], ""),
            ({7, 8}, "7:8"), ((str(i) for i in (1, 2)), "1:2"), (2**32 - 1, "4294967295")):
        assert str(Set(given)) == text, given
    for given in (True, None, 1.5, b"12", bytearray(b"1"), [None], [True], [1.5], [b"1"], object()):
        raises(TypeError, lambda: Set(given))
    for given in (0, -1, 2**32, [0], range(0, 4), "1\0", range(1, 2**33)):
        raises(ValueError, lambda: Set(given))
    for given in ("", "x", "1:", ["x"], ["1 2"], "0"):
        fails(Code.INVALID_ARGUMENT, lambda: Set(given))


def test_sets_behave():
    ids = Set("1:3,7")
    assert len(ids) == 4 and list(ids) == ["1", "2", "3", "7"] and bool(ids)
    assert "7" in ids and 7 in ids and "4" not in ids and 4 not in ids
    assert True not in ids and None not in ids and "x" not in ids
    assert ids[0] == "1" and ids[-1] == "7" and ids[1:3] == ["2", "3"]
    raises(IndexError, lambda: ids[4])
    assert ids == Set([7, 3, 2, 1]) and ids != Set("1") and ids != "1:3,7"
    assert hash(ids) == hash(Set([7, 3, 2, 1])) and {ids: 1}[Set("1:3,7")] == 1
    assert str(ids | 4) == "1:4,7" and str(ids | "9:10") == "1:3,7,9:10"
    assert str(ids - [2, 7]) == "1,3"
    assert repr(ids) == "<GImap4D.ImapMessageSet 1:3,7>"
    assert ids.to_strv() == list(ids)
    empty = Set()
    assert len(empty) == 0 and list(empty) == [] and not empty and str(empty) == ""


def test_open_sets():
    for ids in (GImap4D.IMAP_ALL, Set("100:*")):
        assert ids and ids.is_open() and "4294967295" in ids
        raises(TypeError, lambda: len(ids), "open")
        raises(TypeError, lambda: list(ids), "open")
        raises(TypeError, lambda: ids.to_strv(), "open")
        raises(TypeError, lambda: ids[0], "open")
    assert GImap4D.IMAP_ALL == Set.new_all() and "1" in GImap4D.IMAP_ALL


def test_large_set():
    """Larger than what the library lists as texts: walked without a list."""
    ids = Set(range(1, 2**32))
    assert len(ids) == 2**32 - 1 and ids[-1] == "4294967295"
    walk = iter(ids)
    assert [next(walk) for _ in range(3)] == ["1", "2", "3"]


def addresses(model):
    return [(address.name, address.email) for address in model]


def test_email():
    sent = datetime.datetime(2024, 2, 29, 12, 30, 5, 123456,
                             datetime.timezone(datetime.timedelta(hours=-3, minutes=-30)))
    email = GImap4D.Email(
        subject="Grüße", to="Somebody <a@b.example>, c@d.example", from_={"email": "e@f.example"},
        cc=["x@y.example", {"name": "Z", "email": "z@y.example"},
            GImap4D.EmailAddress(name="Q", email="q@y.example")],
        text_body="text", htmlBody="<p>", keywords={"$seen": True, "$draft": False},
        references=["a@b", "c@d"], send_at=sent)
    assert addresses(email.to) == [("Somebody", "a@b.example"), (None, "c@d.example")]
    assert addresses(email.from_) == [(None, "e@f.example")]
    assert addresses(email.cc) == [
        (None, "x@y.example"), ("Z", "z@y.example"), ("Q", "q@y.example")]
    assert email.subject == "Grüße" and email.text_body == "text" and email.html_body == "<p>"
    assert email.keywords == ["$seen"] and email.references == ["a@b", "c@d"]
    assert email.send_at == sent and email.send_at.utcoffset() == sent.utcoffset()
    assert email.get_send_at() == sent
    email.from_ = "New <n@e.example>"
    assert addresses(email.get_from()) == [("New", "n@e.example")]
    email.headers = [{"name": "X-One", "value": "1"}]
    assert [(header.name, header.value) for header in email.headers] == [("X-One", "1")]
    fails(Code.INVALID_ARGUMENT, lambda: setattr(email, "to", "a@b\r\nBcc: c@d"), "line break")
    assert addresses(email.to) == [("Somebody", "a@b.example"), (None, "c@d.example")]
    raises(TypeError, lambda: setattr(email, "to", 5))
    raises(TypeError, lambda: setattr(email, "to", [5]))
    raises(TypeError, lambda: setattr(email, "keywords", "abc"), "keywords")
    raises(TypeError, lambda: setattr(email, "references", [1]), "references")
    raises(TypeError, lambda: setattr(email, "send_at", "2024-01-01"), "send_at")
    naive = datetime.datetime(2024, 1, 1)
    email.send_at = naive
    assert email.send_at == naive.astimezone()
    email.send_at = None
    assert email.send_at is None


def test_email_and_json():
    email = GImap4D.Email(subject="s", to="a@b.example", text_body="t")
    shape = email.to_json()
    assert isinstance(shape, dict) and shape["subject"] == "s", shape
    assert GImap4D.Email.new_from_json(shape).to_json()["to"] == shape["to"]
    mime = email.to_mime()
    assert isinstance(mime, GLib.Bytes) and b"Subject: s\r\n" in mime.get_data()


def test_email_from_mime():
    mime = (b"From: =?utf-8?q?J=C3=B6rg?= <j@e.example>\r\nSubject: s\r\n"
            b"Date: Thu, 29 Feb 2024 12:00:00 +0100\r\n\r\nbody\r\n")
    for given in (mime, bytearray(mime), memoryview(mime), GLib.Bytes.new(mime)):
        email = GImap4D.Email.new_from_mime(given)
        assert addresses(email.from_) == [("Jörg", "j@e.example")]
        assert email.send_at.isoformat() == "2024-02-29T12:00:00+01:00"
    raises(TypeError, lambda: GImap4D.Email.new_from_mime("text"), "mime")


def test_attachments():
    attachment = GImap4D.MailAttachment.new_from_bytes(b"\0\1", "a.bin")
    assert attachment.name == "a.bin" and attachment.size == 2
    assert attachment.get_content().get_data() == b"\0\1"
    assert repr(attachment).startswith("<GImap4D.MailAttachment a.bin")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "b.txt"
        path.write_text("text")
        for made in (GImap4D.MailAttachment.new_from_path(path),
                     GImap4D.MailAttachment.new_from_path(str(path)),
                     GImap4D.MailAttachment.new_from_file(path)):
            assert made.name == "b.txt" and made.get_content().get_data() == b"text"
    email = GImap4D.Email(attachments=[attachment])
    assert list(email.attachments) == [attachment]


def test_wrong_items():
    """No part of a mail is left out without a word."""
    email = GImap4D.Email(subject="x")
    for name in ("attachments", "headers", "to"):
        listed = Gio.ListStore.new(GObject.Object)
        listed.append(Gio.Cancellable())
        for wrong in ([Gio.File.new_for_path("/etc/hosts")], [5], listed):
            raises(TypeError, lambda name=name, wrong=wrong: setattr(email, name, wrong), name)
            raises(TypeError, lambda name=name, wrong=wrong: GImap4D.Email(**{name: wrong}), name)
    listed = Gio.ListStore.new(GObject.Object)
    listed.append(GImap4D.EmailHeader(name="X-A", value="b"))
    email.headers = listed
    assert [header.value for header in email.headers if header.name == "X-A"] == ["b"]


def test_bodies():
    message = GImap4D.OutgoingMessage()
    assert message.status == 200 and message.body is None and message.content_length == 0
    node = Json.from_string('{"a": [1, null, "é"]}')
    shape = {"a": [1, None, "é", 2.5, 2**40]}
    for body, kind, read in (
            ("é", "text/plain", "é"), ("", "text/plain", ""),
            (b"\0\1", "application/octet-stream", b"\0\1"),
            (bytearray(b"ab"), "application/octet-stream", b"ab"),
            (memoryview(b"ab"), "application/octet-stream", b"ab"),
            (GLib.Bytes.new(b"x"), "application/octet-stream", b"x"),
            (shape, "application/json", shape),
            ([], "application/json", []), ((1, 2), "application/json", [1, 2]),
            (node, "application/json", {"a": [1, None, "é"]})):
        message.set_body(body)
        assert message.headers["Content-Type"].startswith(kind), (body, message.headers)
        assert message.body == read and message.get_body() == read, (body, message.body)
    message.set_body(Gio.BytesIcon.new(GLib.Bytes.new(GIF)))
    assert message.get_header("content-type") == "image/gif"
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "page.html"
        path.write_text("<p>")
        message.set_body(path)
        assert message.get_header("Content-Type").startswith("text/html")
        assert message.content_length == 3


def test_picture():
    try:
        gi.require_version("GdkPixbuf", "2.0")
        from gi.repository import GdkPixbuf
    except (ImportError, ValueError):
        raise tap.Skip("there is no GdkPixbuf") from None
    message = GImap4D.OutgoingMessage()
    pixbuf = GdkPixbuf.Pixbuf.new(GdkPixbuf.Colorspace.RGB, False, 8, 2, 2)
    message.set_body(pixbuf)
    assert message.get_header("Content-Type") == "image/png" and message.body == pixbuf


def test_refused_bodies():
    message = GImap4D.OutgoingMessage()
    message.set_body("old")
    for body in (5, 2**31, 2**63, True, 1.5, object(), {1, 2}, print, Gio.Cancellable()):
        problem = raises(GLib.Error, lambda: message.set_body(body))
        assert problem.matches(GImap4D.OutgoingMessageError.quark(),
                               GImap4D.OutgoingMessageError.UNSUPPORTED_BODY), problem
        raises(TypeError, lambda: setattr(message, "body", body), "body")
    for wanted, body in ((TypeError, None), (ValueError, "a\0b"), (ValueError, {"a": "b\0"}),
                         (ValueError, {"a": float("nan")}), (ValueError, [2**63]),
                         (TypeError, {"a": object()}), (OverflowError, 2**64)):
        raises(wanted, lambda: message.set_body(body))
    raises(ValueError, lambda: setattr(message, "body", "a\0b"))
    deep = []
    for _ in range(100000):
        deep = [deep]
    raises(ValueError, lambda: message.set_body(deep), "deeply")
    assert message.body == "old" and message.get_header("Content-Type").startswith("text/plain")
    message.set_body({"a": "\\u0000"})
    assert message.body == {"a": "\\u0000"}


def test_assigned_body():
    message = GImap4D.OutgoingMessage()
    message.set_header("Content-Type", "text/x-own")
    for body in ("text", b"bytes", {"a": 1}, [1]):
        message.body = body
        assert message.body == body and message.get_header("Content-Type") == "text/x-own"
    message.body = None
    assert message.body is None


def test_headers_and_status():
    message = GImap4D.OutgoingMessage()
    for key, value in ((1, 2), ("a", 2), (1, "b"), (b"a", "b"), (None, "b"), ("a", None)):
        raises(TypeError, lambda: message.set_header(key, value))
    raises(ValueError, lambda: message.set_header("a", "b\0c"), "value")
    raises(GLib.Error, lambda: message.set_header("a", "b\r\nc"))
    raises(GLib.Error, lambda: message.set_header("Content-Length", "5"))
    for status in ("x", True, 1.5, None, "200"):
        raises(TypeError, lambda: message.set_status(status))
    raises(ValueError, lambda: message.set_status(2**31), "status")
    for status in (199, 600, -1):
        raises(GLib.Error, lambda: message.set_status(status))
    assert message.status == 200 and message.headers == {}
    raises(AttributeError, lambda: setattr(message, "status", 404))
    raises(AttributeError, lambda: setattr(message, "headers", {}))
    message.set_status(404)
    message.set_header("X-A", "b")
    assert message.status == 404 and message.headers == {"X-A": "b"}
    message.set_json({"a": 1})
    message.set_bytes(b"x")
    assert message.body == b"x"


tap.run({
    "construction": test_construction,
    "refused construction": test_refused_construction,
    "attributes": test_attributes,
    "every property is an attribute": test_every_property_is_an_attribute,
    "secrets": test_secrets,
    "repr is one line": test_repr_is_one_line,
    "signatures": test_signatures,
    "arguments": test_arguments,
    "sets are made": test_sets_are_made,
    "sets behave": test_sets_behave,
    "open sets": test_open_sets,
    "a large set": test_large_set,
    "email": test_email,
    "email and JSON": test_email_and_json,
    "email from MIME": test_email_from_mime,
    "attachments": test_attachments,
    "wrong items": test_wrong_items,
    "bodies": test_bodies,
    "a picture as body": test_picture,
    "refused bodies": test_refused_bodies,
    "assigned body": test_assigned_body,
    "headers and status": test_headers_and_status,
})
