#!/usr/bin/python3
"""The pages name nothing that is not there: files, functions, constants, classes, properties.

    test-pages.py SOURCE GIR

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import pathlib
import re
import sys
import xml.etree.ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import tap  # noqa: E402

C = "{http://www.gtk.org/introspection/c/1.0}"
CORE = "{http://www.gtk.org/introspection/core/1.0}"
OUR_NAMES = re.compile(
    r"\b(?:g_[a-z0-9_]+(?= \(\))|G_(?:IMAP(?!4D)|REST|OUTGOING)_[A-Z0-9_]+|"
    r"G(?:Imap(?!4D)|Rest|Email|Mail|Incoming|Outgoing)\w+)")
FOLDERS = ("build-aux/", "doc/", "gimap4d/", "introspection/", "po/", "tests/")


def list_pages():
    pages = sorted(source.glob("*.md")) + sorted((source / "doc").glob("*.md"))
    assert len(pages) > 2, pages
    return [(page, page.read_text(encoding="utf-8")) for page in pages]


def list_quoted(text):
    """What stands in code, but not the blocks, which are compiled or run."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S))


def read_names():
    root = xml.etree.ElementTree.parse(gir).getroot()
    names = set()
    for element in root.iter():
        names.update(value for name, value in element.attrib.items()
                     if name in (C + "type", C + "identifier"))
    properties = {element.get("name") for element in root.iter(CORE + "property")}
    assert "g_imap_transporter_new" in names and "mail-count" in properties
    return names, properties


def test_links():
    for page, text in list_pages():
        for link in re.findall(r"\]\(([^)#]+)\)", text):
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.name}: there is no {link}"


def test_paths():
    for page, text in list_pages():
        for quoted in list_quoted(text):
            path = quoted.split()[0]
            if path.startswith(FOLDERS) and not re.search("[*…]", path):
                assert (source / path).exists(), f"{page.name}: there is no {path}"


def test_names():
    names, _ = read_names()
    for page, text in list_pages():
        for quoted in list_quoted(text):
            for name in OUR_NAMES.findall(quoted):
                assert name in names, f"{page.name}: there is no {name}"


def test_table():
    """Properties in the right column of the README's table."""
    _, properties = read_names()
    rows = re.findall(r"^\| .* \| (.*) \|$", (source / "README.md").read_text(encoding="utf-8"),
                      re.MULTILINE)
    assert len(rows) > 20, rows
    for row in rows:
        for name in re.findall(r"`([a-z][a-z0-9-]+)`", row):
            assert name in properties or name == "server", f"README.md: there is no property {name}"


source, gir = pathlib.Path(sys.argv[1]), sys.argv[2]
tap.run({
    "links": test_links,
    "paths": test_paths,
    "names": test_names,
    "the table of the README": test_table,
})
