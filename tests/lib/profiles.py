"""What other servers offer, and whether a client sent anything that was not offered.

Dovecot serves each extension that it knows, offered or not: a client that uses one by mistake
would not be found out. So it records what it is sent (rawlog), and this reads the records.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os
import re

# What the servers say after login, without what Dovecot cannot do.
PROFILES = {
    "imap4rev1": "IMAP4rev1",
    "gmail": "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID CHILDREN UIDPLUS ENABLE MOVE CONDSTORE "
             "ESEARCH LIST-EXTENDED LIST-STATUS LITERAL- SASL-IR",
    "exchange": "IMAP4rev1 UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+ SASL-IR",
    "yahoo": "IMAP4rev1 ID MOVE NAMESPACE UIDPLUS LITERAL+ UNSELECT SASL-IR",
    "icloud": "IMAP4rev1 CONDSTORE QRESYNC ENABLE BINARY CATENATE ESEARCH ESORT CONTEXT=SEARCH "
              "SEARCHRES SORT THREAD=ORDEREDSUBJECT THREAD=REFERENCES IDLE LIST-STATUS NAMESPACE "
              "ID UIDPLUS UNSELECT QUOTA SASL-IR",
    "qq": "IMAP4rev1 ID NAMESPACE",
}

# Command without its tag, strings blanked; one of the words has to be offered.
RULES = [(re.compile(pattern, re.ASCII | re.IGNORECASE), words.split()) for pattern, words in (
    (r"^(UID )?MOVE ", "MOVE IMAP4rev2"),
    (r"^UID EXPUNGE ", "UIDPLUS IMAP4rev2"),
    (r"^IDLE$", "IDLE IMAP4rev2"),
    (r"^ID ", "ID"),
    (r"^NAMESPACE$", "NAMESPACE IMAP4rev2"),
    (r"^ENABLE ", "ENABLE CONDSTORE IMAP4rev2"),
    (r"^ENABLE .*\bCONDSTORE\b", "CONDSTORE"),
    (r"^ENABLE .*\bQRESYNC\b", "QRESYNC"),
    (r"^ENABLE .*\bUTF8=ACCEPT\b", "UTF8=ACCEPT UTF8=ONLY"),
    (r"^ENABLE .*\bIMAP4rev2\b", "IMAP4rev2"),
    (r"^UNSELECT$", "UNSELECT IMAP4rev2"),
    (r"^(GETQUOTA|GETQUOTAROOT|SETQUOTA) ", "QUOTA"),
    (r"^(UID )?SORT ", "SORT"),
    (r"^(UID )?SORT .*\bDISPLAY", "SORT=DISPLAY"),
    (r"^(UID )?SORT RETURN\b", "ESORT"),
    (r"^(UID )?THREAD REFERENCES\b", "THREAD=REFERENCES"),
    (r"^(UID )?THREAD ORDEREDSUBJECT\b", "THREAD=ORDEREDSUBJECT"),
    (r"^COMPRESS ", "COMPRESS=DEFLATE"),
    (r"^XLIST ", "XLIST"),
    (r"^(NOTIFY) ", "NOTIFY"),
    (r"^(GETACL|SETACL|MYRIGHTS|LISTRIGHTS) ", "ACL"),
    (r"^(GETMETADATA|SETMETADATA) ", "METADATA METADATA-SERVER"),
    (r"^(UID )?SEARCH RETURN\b", "ESEARCH IMAP4rev2"),
    (r"^(UID )?SEARCH RETURN \([^)]*\bSAVE\b", "SEARCHRES IMAP4rev2"),
    (r"^(UID )?SEARCH\b.* (YOUNGER|OLDER) \d", "WITHIN"),
    (r"^(UID )?SEARCH\b.* FUZZY ", "SEARCH=FUZZY"),
    (r"^(UID )?SEARCH\b.* MODSEQ ", "CONDSTORE"),
    (r"^(UID )?SEARCH\b.* X-GM-", "X-GM-EXT-1"),
    (r"^LIST \(", "LIST-EXTENDED IMAP4rev2"),
    (r"^LIST\b.* RETURN \(", "LIST-EXTENDED IMAP4rev2"),
    (r"^LIST\b.* STATUS \(", "LIST-STATUS IMAP4rev2"),
    (r"^LIST\b.*\bSPECIAL-USE\b", "SPECIAL-USE IMAP4rev2"),
    (r"^(SELECT|EXAMINE)\b.*\(CONDSTORE\)", "CONDSTORE"),
    (r"^(SELECT|EXAMINE)\b.*\(QRESYNC\b", "QRESYNC"),
    (r"^(STATUS|LIST)\b.*\bHIGHESTMODSEQ\b", "CONDSTORE"),
    (r"^(STATUS|LIST)\b.*\([^)]*\bSIZE\b", "STATUS=SIZE IMAP4rev2"),
    (r"^(STATUS|LIST)\b.*\bMAILBOXID\b", "OBJECTID"),
    (r"^(UID )?FETCH\b.*\bMODSEQ\b", "CONDSTORE"),
    (r"^(UID )?FETCH\b.*\bCHANGEDSINCE\b", "CONDSTORE"),
    (r"^UID FETCH\b.*\bVANISHED\b", "QRESYNC"),
    (r"^(UID )?FETCH\b.*\bBINARY(\.PEEK|\.SIZE)?\[", "BINARY IMAP4rev2"),
    (r"^(UID )?FETCH\b.*\bPREVIEW\b", "PREVIEW"),
    (r"^(UID )?FETCH\b.*\bSAVEDATE\b", "SAVEDATE"),
    (r"^(UID )?FETCH\b.*\b(EMAILID|THREADID)\b", "OBJECTID"),
    (r"^(UID )?FETCH\b.*\bX-GM-", "X-GM-EXT-1"),
    (r"^(UID )?STORE\b.*\bUNCHANGEDSINCE\b", "CONDSTORE"),
    (r"^APPEND\b.*\bUTF8 \(", "UTF8=ACCEPT UTF8=ONLY"),
    (r"^APPEND\b.*\bCATENATE \(", "CATENATE"),
    (r"^APPEND\b.*~\{", "BINARY IMAP4rev2"),
    (r"^APPEND\b.*\{\d+\+?\}.*\{\d+\+?\}$", "MULTIAPPEND"),
)]

# The tags of the library begin like this; whoever else talks to the server takes others.
COMMAND = re.compile(r"^[A-Z]{4}\d+ ")
TIME = re.compile(rb"^\d+\.\d{6} ", re.MULTILINE)
LITERAL = re.compile(rb"\{(\d+)\+?\}$")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def read_commands(record):
    """The commands of a record; of a literal only its length is left."""
    octets = TIME.sub(b"", record)
    position = 0
    command = ""
    while position < len(octets):
        end = octets.find(b"\n", position)
        line = octets[position:end if end >= 0 else len(octets)].rstrip(b"\r")
        position = end + 1 if end >= 0 else len(octets)
        command += line.decode("utf-8", "replace")
        literal = LITERAL.search(line)
        if literal:
            position += int(literal[1])
            continue
        yield command
        command = ""


def find_violation(command, offered):
    """Why this command must not be sent to a server that offers only this, or None."""
    words = {word.upper() for word in offered}
    blank = STRING.sub('""', command)
    for size in re.findall(r"\{(\d+)\+\}", blank):
        if "LITERAL+" not in words and not ("LITERAL-" in words and int(size) <= 4096):
            return "a literal that does not wait"
    for pattern, needs in RULES:
        if pattern.search(blank) and not words.intersection(word.upper() for word in needs):
            return " or ".join(needs)
    return None


def find_violations(folder, offered):
    """Each kind once, as "command: what was not offered", and how many commands there were."""
    found = {}
    count = 0
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".in"):
            continue
        with open(os.path.join(folder, name), "rb") as file:
            record = file.read()
        for command in read_commands(record):
            if not COMMAND.match(command):
                continue
            count += 1
            needs = find_violation(command.partition(" ")[2], offered)
            if needs:
                found.setdefault(needs, command)
    return [f"not offered: {needs}: {command}" for needs, command in found.items()], count
