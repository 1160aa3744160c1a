#!/usr/bin/python3
"""The private Dovecot offers what live tests rely on; run by the wrapper itself.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import imaplib
import os
import re
import ssl
import sys

sys.dont_write_bytecode = True

import private_dovecot  # noqa: E402
import tap  # noqa: E402

MANY = 10000


def setting(name):
    return os.environ["GIMAP4D_TEST_" + name]


def port(name):
    return int(setting(name + "_PORT"))


def tls_context():
    return ssl.create_default_context(cafile=setting("CA"))


def connect_plain():
    return imaplib.IMAP4("localhost", port("PLAIN"), timeout=10)


def login():
    client = connect_plain()
    client.login(setting("USER"), setting("PASSWORD"))
    return client


def quoted(box):
    """A box name in modified UTF-7, which is UTF-7 with & and a comma."""
    def shift(run):
        return run[0].encode("utf-7").decode().replace("+", "&").replace("/", ",")
    return '"' + re.sub("[^ -~]+", shift, box.replace("&", "&-")) + '"'


def test_implicit_tls():
    client = imaplib.IMAP4_SSL("localhost", port("IMAPS"), ssl_context=tls_context(), timeout=10)
    assert client.login(setting("USER"), setting("PASSWORD"))[0] == "OK"
    client.logout()


def test_starttls():
    client = imaplib.IMAP4("localhost", port("STARTTLS"), timeout=10)
    assert "STARTTLS" in client.capabilities and "LOGINDISABLED" in client.capabilities
    client.starttls(tls_context())
    assert client.login(setting("USER"), setting("PASSWORD"))[0] == "OK"
    client.logout()


def test_plain_connection():
    client = connect_plain()
    assert "STARTTLS" not in client.capabilities and "LOGINDISABLED" not in client.capabilities
    assert client.login(setting("USER"), setting("PASSWORD"))[0] == "OK"
    client.logout()


def test_second_user():
    client = connect_plain()
    secret = f"\0{setting('USER2')}\0{setting('PASSWORD2')}".encode()
    assert client.authenticate("PLAIN", lambda _: secret)[0] == "OK"
    client.logout()


def test_mechanisms():
    client = connect_plain()
    for mechanism in private_dovecot.MECHANISMS:
        assert "AUTH=" + mechanism.upper() in client.capabilities, mechanism
    assert client.login_cram_md5(setting("USER"), setting("PASSWORD"))[0] == "OK"
    client.logout()


def test_wrong_password():
    client = connect_plain()
    try:
        client.login(setting("USER"), "wrong")
    except imaplib.IMAP4.error:
        return
    raise AssertionError("a wrong password was accepted")


def test_bad_certificates():
    reasons = {"EXPIRED": "expired", "OTHER_NAME": "mismatch", "OTHER_CA": "unable to get"}
    for name, reason in reasons.items():
        try:
            imaplib.IMAP4_SSL("localhost", port(name), ssl_context=tls_context(), timeout=10)
        except ssl.SSLCertVerificationError as problem:
            assert reason in str(problem), (name, problem)
        else:
            raise AssertionError(f"{name} was accepted")


def listed(lines):
    """Attributes by name as it is quoted on the wire."""
    return {match[2]: match[1] for match in
            (re.match(r'\((.*?)\) "/" (.*)', line.decode()) for line in lines)}


def test_boxes():
    client = login()
    boxes = {name.strip('"'): attributes for name, attributes in listed(client.list()[1]).items()}
    subscribed = {name.strip('"') for name in listed(client.lsub()[1])}
    for box, special_use, is_subscribed in private_dovecot.BOXES:
        name = quoted(box).strip('"')
        assert name in boxes, (name, boxes)
        assert not special_use or "\\" + special_use in boxes[name], (name, boxes[name])
        assert (name in subscribed) == is_subscribed, (name, subscribed)
        assert client.select(quoted(box), readonly=True)[0] == "OK", name
    assert "\\Noselect" in boxes["Archive"], boxes["Archive"]
    client.logout()


def test_mails_in_order():
    client = login()
    assert client.select("INBOX")[1] == [b"3"]
    dates = []
    for number in ("1", "2", "3"):
        answer = client.fetch(number, "(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
        assert f"Subject: mail {number}".encode() in answer[0][1], answer
        dates.append(imaplib.Internaldate2tuple(answer[0][0] + answer[1]))
    assert dates == sorted(set(dates)), dates
    client.logout()


def test_many():
    client = login()
    assert client.select("Many")[1] == [str(MANY).encode()]
    for number in (1, 2, MANY // 2, MANY):
        answer = client.fetch(str(number), "(UID BODY.PEEK[TEXT])")[1]
        assert answer[0][1] == f"Message {number}\r\n".encode(), answer
        assert f"UID {number} ".encode() in answer[0][0], answer
    client.logout()


def test_writable():
    client = login()
    mail = private_dovecot.small_mail("appended")
    assert client.append("Sent", None, None, mail)[0] == "OK"
    client.select("Sent")
    assert client.store("1", "+FLAGS", r"(\Seen custom)")[0] == "OK"
    assert client.copy("1", "Trash")[0] == "OK"
    assert client.create('"new box"')[0] == "OK"
    client.logout()


def test_control_sessions():
    client = login()
    pids = private_dovecot.control("pids")
    assert pids, "a logged-in client has a process"
    assert set(private_dovecot.control("stop")) == set(pids)
    assert set(private_dovecot.control("continue")) == set(pids)
    assert client.noop()[0] == "OK"
    private_dovecot.control("kill")
    try:
        client.noop()
    except (imaplib.IMAP4.abort, OSError):
        return
    raise AssertionError("the session outlived its process")


def test_control_delivery():
    client = login()
    client.select("Trash")
    before = int(client.status("Trash", "(MESSAGES)")[1][0].split()[-1].rstrip(b")"))
    private_dovecot.control("deliver Trash\tfresh mail")
    assert client.select("Trash")[1] == [str(before + 1).encode()]
    client.logout()


def test_control_restart():
    client = login()
    client.select("Many", readonly=True)
    old = client.response("UIDVALIDITY")[1]
    private_dovecot.control("down")
    try:
        connect_plain()
    except OSError:
        pass
    else:
        raise AssertionError("the server is down and answers")
    private_dovecot.control("up")
    private_dovecot.control("renumber Many")
    client = login()
    client.select("Many", readonly=True)
    assert client.response("UIDVALIDITY")[1] != old, old
    client.logout()


def test_control_quota():
    mail = private_dovecot.small_mail("large") + b"x" * 100000
    private_dovecot.control(f"limit {setting('USER')}\t50")
    client = login()
    answer = client.append("Trash", None, None, mail)
    assert answer[0] == "NO" and b"OVERQUOTA" in answer[1][0], answer
    client.logout()
    private_dovecot.control(f"limit {setting('USER')}\t0")
    client = login()
    assert client.append("Trash", None, None, mail)[0] == "OK"
    client.logout()


def test_control_rights():
    private_dovecot.control("grant Junk\tlr")
    client = login()
    try:
        client.select("Junk")
    except imaplib.IMAP4.readonly:
        pass
    else:
        raise AssertionError("the box is writable")
    client.shutdown()
    client = login()
    assert client.append("Junk", None, None, private_dovecot.small_mail("no"))[0] == "NO"
    client.logout()
    private_dovecot.control("grant Junk\tlrwstipekxa")
    client = login()
    assert client.append("Junk", None, None, private_dovecot.small_mail("yes"))[0] == "OK"
    client.logout()


def test_control_refuses():
    try:
        private_dovecot.control("dance")
    except RuntimeError as problem:
        assert "no command dance" in str(problem)
    else:
        raise AssertionError("an unknown command was accepted")


tap.run({
    "implicit TLS": test_implicit_tls,
    "STARTTLS": test_starttls,
    "plain connection": test_plain_connection,
    "second user": test_second_user,
    "mechanisms": test_mechanisms,
    "wrong password": test_wrong_password,
    "bad certificates": test_bad_certificates,
    "boxes": test_boxes,
    "mails in order": test_mails_in_order,
    "many mails": test_many,
    "writable": test_writable,
    "control: sessions": test_control_sessions,
    "control: delivery": test_control_delivery,
    "control: restart": test_control_restart,
    "control: quota": test_control_quota,
    "control: rights": test_control_rights,
    "control: refuses": test_control_refuses,
})
