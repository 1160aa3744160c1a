#!/usr/bin/python3
"""The form of the sources: licence lines, layout, no blanks at line ends, nothing left to do.

    test-style.py SOURCE

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import tap  # noqa: E402

FOLDERS = (".ci", "build-aux", "doc", "gimap4d", "introspection", "po", "tests")
SUFFIXES = (".c", ".h", ".in", ".py", ".vala", ".css", ".html", ".js", ".supp", "")
LICENCE = ("SPDX-License-Identifier: LGPL-2.1-or-later",
           "SPDX-FileCopyrightText: The gimap4d authors")

# Their form belongs to others: mails, the lists of gettext and gtk-doc, and what they are made of.
DATA = re.compile(r"^tests/data/|^tests/lib/mails/|^tests/fuzz/.*corpus|/__pycache__/")
WITHOUT_LICENCE = re.compile(r"^po/(LINGUAS|POTFILES\.in)$|\.xml\.in$|\.(supp|vala|css|html|js)$")
LONGEST_LINE = 100


def list_files():
    """Sources, as texts; anything binary has no place among them."""
    files = {}
    for path in [*source.glob("*"), *(p for f in FOLDERS for p in (source / f).rglob("*"))]:
        name = str(path.relative_to(source))
        if path.is_file() and path.suffix in SUFFIXES + (".build", ".md") and not DATA.search(name):
            files[name] = path.read_text(encoding="utf-8")
    assert len(files) > 100, sorted(files)
    return files


def assert_nothing(places):
    assert not places, "\n".join(places)


def find_lines(pattern, names=lambda name: True):
    for name, text in files.items():
        if names(name):
            for number, line in enumerate(text.splitlines(), 1):
                if re.search(pattern, line):
                    yield f"{name}:{number}: {line}"


def is_source(name):
    return ("/" in name and not WITHOUT_LICENCE.search(name)
            and not name.endswith((".md", ".build", ".css")))


def test_licence():
    sources = [name for name in files if is_source(name)]
    assert len(sources) > 100, sources
    assert_nothing([f"{name}: {line}" for name in sources for line in LICENCE
                    if line not in files[name][:2000]])


def test_line_ends():
    assert_nothing(list(find_lines(r"\s$|\t(?!.*\\t)", lambda name: name != "LICENSE")))
    assert_nothing([f"{name}: no newline at the end, or more" for name, text in files.items()
                    if text and not re.search(r"(?:[^\n]|^)\n\Z", text)])


def test_pages():
    """Lines of pages, where no formatter takes care of them; tables cannot be broken."""
    assert_nothing([line for line in find_lines(rf"^.{{{LONGEST_LINE + 1},}}$",
                                                lambda name: name.endswith(".md"))
                    if not re.search(r"^\S+ \|", line)])


def test_nothing_left_to_do():
    # The one exception reads a word of TAP.
    assert_nothing(list(find_lines(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b",
                                   lambda name: name != "build-aux/count-tests")))


def test_layout():
    if not shutil.which("clang-format"):
        raise tap.Skip("clang-format is not installed (build-aux/packages debug)")
    names = [name for name in files if name.endswith((".c", ".h"))]
    result = subprocess.run(["clang-format", "--dry-run", "-Werror", *names], cwd=source,
                            text=True, stderr=subprocess.PIPE)
    assert result.returncode == 0, result.stderr


source = pathlib.Path(sys.argv[1])
files = list_files()
tap.run({
    "licence": test_licence,
    "line ends": test_line_ends,
    "pages": test_pages,
    "nothing is left to do": test_nothing_left_to_do,
    "clang-format": test_layout,
})
