#!/usr/bin/python3
"""The tables of the manual say what the library does: error codes, defaults, limits, commands.

    test-promises.py SOURCE BUILD

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import json
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import tap  # noqa: E402

import gi  # noqa: E402

gi.require_version("GImap4D", "1.0")
from gi.repository import GImap4D  # noqa: E402

UNITS = {"": 1, "KiB": 2**10, "MiB": 2**20, "ms": 1, "s": 1000, "min": 60000}
C = "{http://www.gtk.org/introspection/c/1.0}"
CORE = "{http://www.gtk.org/introspection/core/1.0}"


def text_of(element):
    return " ".join("".join(element.itertext()).split())


def read_table(page, name):
    """The rows below the head, as texts."""
    path = source / "doc" / "reference" / "guides" / f"{page}.xml"
    tables = [table for table in xml.etree.ElementTree.parse(path).iter("informaltable")
              if table.get("id") == name]
    assert len(tables) == 1, f"{path.name} has {len(tables)} tables {name}"
    rows = [[text_of(entry) for entry in row.iter("entry")] for row in tables[0].iter("row")]
    assert len(rows) > 1, f"the table {name} is empty"
    return rows[1:]


def parse_amount(text):
    """A number with a unit; times become milliseconds."""
    number, unit = re.fullmatch(r"([\d,]+)(?: (\w+))?", text).groups(default="")
    return int(number.replace(",", "")) * UNITS[unit]


def assert_codes(table, enumeration):
    expected = [member.get(C + "identifier") for member in gir.iter(CORE + "member")
                if member.get(C + "identifier").startswith(enumeration)]
    assert expected, enumeration
    told = [enumeration + row[0] for row in table]
    assert sorted(told) == sorted(expected), (
        f"missing: {set(expected) - set(told)}, too much: {set(told) - set(expected)}")
    for row in table:
        assert all(row), f"{row[0]} has an empty cell"


def test_imap_errors():
    assert_codes(read_table("errors", "imap-errors"), "G_IMAP_ERROR_")


def test_rest_errors():
    """With the status that the documentation of the code promises."""
    table = read_table("errors", "rest-errors")
    assert_codes(table, "G_REST_SERVER_ERROR_")
    header = (source / "gimap4d" / "http" / "g-rest-error.h").read_text(encoding="utf-8")
    for code, status, _ in table:
        assert f"@G_REST_SERVER_ERROR_{code}: " in header, code
        promised = re.search(rf"@G_REST_SERVER_ERROR_{code}: .*: status (\d+)", header)[1]
        assert status == promised, f"{code} is {promised}, not {status}"


def test_outgoing_errors():
    assert_codes(read_table("errors", "outgoing-errors"), "G_OUTGOING_MESSAGE_ERROR_")


def test_all_domains():
    """No enumeration of errors is without its table."""
    told = {"GImapError", "GRestServerError", "GOutgoingMessageError"}
    domains = {item.get(C + "type") for item in gir.iter(CORE + "enumeration")
               if item.get("{http://www.gtk.org/introspection/glib/1.0}error-domain")}
    assert domains == told, domains


def test_properties():
    for name, told, _ in read_table("promises", "limits-properties"):
        owner, _, name = name.partition(":")
        pspec = getattr(GImap4D, owner[1:]).find_property(name)
        unit = 1000 if told.endswith(" s") else 1
        assert pspec.default_value * unit == parse_amount(told), (
            f"{owner}:{name} is {pspec.default_value} by default, not {told}")


def read_limits():
    """The numbers of gimap4d-limits.h by their names."""
    limits = {}
    text = (source / "gimap4d" / "base" / "gimap4d-limits.h").read_text(encoding="utf-8")
    for name, value in re.findall(r"^#define (\w+) (.+)$", text, re.MULTILINE):
        value = re.sub(r"\(gsize\)|(?<=\d)u\b", "", value)
        limits[name] = eval(value, {}, limits)
    assert limits["IMAP_MIB"] == 2**20
    return limits


def test_limits():
    limits = read_limits()
    rows = [row for row in read_table("promises", "limits-fixed") if len(row) == 3]
    assert len(rows) > 30, rows
    for _, told, name in rows:
        assert name in limits, f"there is no {name}"
        unit = 1000 if name.endswith("_S") else 1
        assert limits[name] * unit == parse_amount(told), f"{name} is {limits[name]}, not {told}"


def test_commands():
    """Each suite and each program that a promise names is there."""
    listed = subprocess.run(["meson", "introspect", "--tests", build], check=True, text=True,
                            capture_output=True).stdout
    suites = {suite.rpartition(":")[2] for test in json.loads(listed) for suite in test["suite"]}
    found = [command for row in read_table("promises", "promises-table")
             for command in row[2].split(", ")]
    for command in found:
        words = command.split()
        if words[0] == "meson":
            assert words[:5] == ["meson", "test", "-C", "build", "--suite"], command
            assert words[5] in suites, f"there is no suite {words[5]}"
        else:
            usage = (source / words[0]).read_text(encoding="utf-8")
            assert words[1] in usage or (source / "tests" / "fuzz" / f"fuzz-{words[1]}.c").exists(), (
                f"{words[0]} knows no {words[1]}")


def read_names():
    """Functions, constants and Class:property of C; the classes of Python."""
    names = {member.get(C + "identifier") for member in gir.iter()} - {None}
    for owner in gir.iter(CORE + "class"):
        names.update(f"{owner.get(C + 'type')}:{item.get('name')}"
                     for item in owner.iter(CORE + "property"))
    return names


OWNERS = {
    "transporter": GImap4D.ImapTransporter, "status": GImap4D.ImapStatus,
    "notifier": GImap4D.ImapNotifier, "mail": GImap4D.Email,
    "attachment": GImap4D.MailAttachment, "message": GImap4D.OutgoingMessage,
    "server": GImap4D.RestServer, "request": GImap4D.IncomingMessage,
    "session": GImap4D.RestSession, "ImapTransporter": GImap4D.ImapTransporter,
    "Email": GImap4D.Email, "MailAttachment": GImap4D.MailAttachment, "GImap4D": GImap4D,
}
# The table, what "…_" stands for in it, and whose functions of Python stand there without an owner.
TABLES_OF_4D = (
    ("server", "g_imap_transporter", "GImap4D"),
    ("transporter", "g_imap_transporter", "transporter"),
    ("email", None, "mail"),
    ("outgoing", "g_outgoing_message", "message"),
    ("rest", None, "server"),
)


def test_from_4d():
    """Whatever the tables for who comes from 4D name is there, in C and in Python."""
    names = read_names()
    count = 0
    for table, prefix, default_owner in TABLES_OF_4D:
        for _, c, python, _ in read_table("from-4d", f"from-4d-{table}-table"):
            c = c.replace("…_", f"{prefix}_")
            for name in re.findall(r"\b(?:g_\w+|G_\w+|G[A-Z]\w+:[\w-]+)", c):
                assert name in names, f"there is no {name}"
                count += 1
            for owner, name in re.findall(r"(?:\b(\w+)\.)?\b(\w+)\(", python):
                owner = owner or default_owner
                assert hasattr(OWNERS[owner], name), f"{owner} has no {name}"
                count += 1
    for name, c, _, _ in read_table("from-4d", "from-4d-server-table")[1:]:
        assert GImap4D.ImapTransporter.find_property(c), f"{name}: there is no property {c}"
    assert count > 100, count


def test_packages():
    control = (source / "debian" / "control").read_text(encoding="utf-8")
    told = [row[0] for row in read_table("use-it", "debian-packages")]
    assert told == re.findall(r"^Package: (\S+)$", control, re.MULTILINE), told


def list_guides():
    return sorted((source / "doc" / "reference" / "guides").glob("*.xml"))


def test_files():
    """Files of the project that the guides name are there."""
    folders = tuple(path.name + "/" for path in source.iterdir() if path.is_dir())
    count = 0
    for page in list_guides():
        for element in xml.etree.ElementTree.parse(page).iter():
            name = element.get("fileref") if element.tag == "imagedata" else (
                text_of(element).split()[0] if element.tag == "filename" else None)
            if element.tag == "imagedata":
                assert (page.parent / name).exists(), f"{page.name}: there is no {name}"
            elif name and (name.startswith(folders) or name.endswith(".md")):
                assert (source / name).exists(), f"{page.name}: there is no {name}"
                count += 1
    assert count > 10, count


def test_all_are_there():
    """Each guide is a chapter of the manual."""
    book = (source / "doc" / "reference" / "gimap4d-docs.xml").read_text(encoding="utf-8")
    for page in list_guides():
        assert f'href="{page.name}"' in book, f"{page.name} is in no chapter"


source, build = (pathlib.Path(path).resolve() for path in sys.argv[1:])
gir = xml.etree.ElementTree.parse(build / "introspection" / "GImap4D-1.0.gir").getroot()
tap.run({
    "codes of IMAP": test_imap_errors,
    "codes of HTTP": test_rest_errors,
    "codes of messages": test_outgoing_errors,
    "all domains": test_all_domains,
    "defaults of properties": test_properties,
    "fixed limits": test_limits,
    "commands": test_commands,
    "names for who comes from 4D": test_from_4d,
    "Debian packages": test_packages,
    "files": test_files,
    "all guides": test_all_are_there,
})
