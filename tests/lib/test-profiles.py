"""The records of what a server was sent are read as they should be.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os
import sys
import tempfile

sys.dont_write_bytecode = True

import profiles
import tap

# A command, and what a server has to offer for it; with nothing behind it IMAP4rev1 is enough.
COMMANDS = (
    ("UID MOVE 1:3 \"Trash\"", "MOVE"),
    ("UID EXPUNGE 1", "UIDPLUS"),
    ("EXPUNGE", ""),
    ("IDLE", "IDLE"),
    ("ID (\"name\" \"x\")", "ID"),
    ("UID SEARCH RETURN (ALL) UNSEEN", "ESEARCH"),
    ("UID SEARCH CHARSET UTF-8 SUBJECT \"MODSEQ 1 RETURN (\"", ""),
    ("UID SEARCH YOUNGER 60", "WITHIN"),
    ("LIST \"\" \"*\"", ""),
    ("LIST \"\" \"*\" RETURN (SUBSCRIBED)", "LIST-EXTENDED"),
    ("STATUS \"INBOX\" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN RECENT)", ""),
    ("STATUS \"SIZE (SIZE\" (MESSAGES SIZE)", "STATUS=SIZE"),
    ("STATUS \"INBOX\" (HIGHESTMODSEQ)", "CONDSTORE"),
    ("SELECT \"INBOX\" (QRESYNC (1 2))", "QRESYNC"),
    ("UID FETCH 1:* (UID FLAGS RFC822.SIZE BODY.PEEK[])", ""),
    ("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 3)", "CONDSTORE"),
    ("UID FETCH 1 BINARY.PEEK[1]", "BINARY"),
    ("UID SORT (DATE) UTF-8 ALL", "SORT"),
    ("UID THREAD REFERENCES UTF-8 ALL", "THREAD=REFERENCES"),
    ("GETQUOTAROOT \"INBOX\"", "QUOTA"),
    ("COMPRESS DEFLATE", "COMPRESS=DEFLATE"),
    ("APPEND \"INBOX\" (\\Seen) {10}", ""),
    ("APPEND \"INBOX\" {10+}", "LITERAL+"),
)


def test_rules():
    for command, needs in COMMANDS:
        assert (profiles.find_violation(command, ["IMAP4rev1"]) is None) == (not needs), command
        assert profiles.find_violation(command, ["imap4REV1", needs]) is None, command


def test_short_literals():
    for size, is_allowed in ((4096, True), (4097, False)):
        command = f"APPEND x {{{size}+}}"
        assert (profiles.find_violation(command, ["LITERAL-"]) is None) == is_allowed, size


def test_records():
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "1.in"), "wb") as file:
            file.write(b"1795952739.275901 ABCD1 APPEND box {26}\r\n"
                       b"1795952739.275901 ABCD9 UID MOVE 1 x\r\n"
                       b"1795952739.275902 tail\r\n"
                       b"1795952739.275902 \r\n"
                       b"1795952740.000000 ABCD2 NOOP\r\n"
                       b"1795952740.000000 p3 UID MOVE 1 Trash\r\n"
                       b"1795952740.000000 ABCD4 UID EXPUNGE 1\r\n")
        found, count = profiles.find_violations(folder, ["IMAP4rev1", "MOVE"])
    assert count == 3, count
    assert found == ["not offered: UIDPLUS or IMAP4rev2: ABCD4 UID EXPUNGE 1"], found


tap.run({
    "rules": test_rules,
    "short literals": test_short_literals,
    "records": test_records,
})
