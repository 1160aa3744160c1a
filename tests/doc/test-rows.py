#!/usr/bin/python3
"""Each row of the table of hostile cases has a test that is named after it.

    test-rows.py SOURCE

A row is named by a file tests/hostile/ID-….script, by the name of a test case (a string of a test
with /ID-…, or the key of a Python test that begins with "ID "), or as open by a line "ID: why" of
tests/hostile/README.

What grows in a row has a pattern of tests/bench/linear-*.c, whose name begins with the row, or the
comment at the head of linear.c says why nothing does.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import tap  # noqa: E402

# The letter of a group and how many rows it has.
GROUPS = {"T": 27, "P": 34, "R": 23, "M": 16, "D": 22, "S": 8, "H": 30}
ROWS = [f"{letter}{number:02}" for letter, last in GROUPS.items() for number in range(1, last + 1)]

# Rows that only a kernel with more than ours could show.
MOST_OPEN = 8

# In a string, at its beginning or behind a slash or another row, and up to a separator.
IN_STRING = re.compile(r'[/"\'-]([TPRMDSHtprmdsh]\d\d)(?=[-/ "\'])')
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
PATTERN = re.compile(r'^  \{ "([TPRMDSH]\d\d)-[a-z0-9-]+",', re.MULTILINE)
NO_PATTERN = re.compile(r"^ \* ((?:[TPRMDSH]\d\d ?)+): \S", re.MULTILINE)
OPEN = re.compile(r"^([TPRMDSH]\d\d): (\S.*)$", re.MULTILINE)


def list_sources():
    for path in sorted((source / "tests").rglob("*")):
        if (path.suffix in (".c", ".py", ".vala") and path.name != "test-rows.py"
                and path.parent.name != "bench"):
            yield path
    yield from sorted((source / "tests").rglob("meson.build"))


def find_tested():
    tested = {path.name[:3] for path in (source / "tests/hostile").glob("*.script")}
    for path in list_sources():
        for string in STRING.findall(path.read_text(encoding="utf-8")):
            tested.update(row.upper() for row in IN_STRING.findall(string))
    return tested


def find_open():
    text = (source / "tests/hostile/README").read_text(encoding="utf-8")
    return dict(OPEN.findall(text))


def test_every_row_has_its_test():
    missing = [row for row in ROWS if row not in tested and row not in still_open]
    assert not missing, f"no test is named after {' '.join(missing)}"


def test_open_rows_are_open():
    done = [row for row in still_open if row in tested]
    assert not done, f"tests/hostile/README calls open what has its test: {' '.join(done)}"
    unknown = [row for row in still_open if row not in ROWS]
    assert not unknown, f"tests/hostile/README has rows that are none: {' '.join(unknown)}"


def test_few_rows_are_open():
    assert len(still_open) <= MOST_OPEN, f"{len(still_open)} rows are open"


def test_scripts_are_named_after_rows():
    wrong = [path.name for path in (source / "tests/hostile").glob("*.script")
             if path.name[:3] not in ROWS or path.name[3] != "-"]
    assert not wrong, f"these scripts have no row: {' '.join(wrong)}"


def test_every_row_that_grows_has_a_pattern():
    bench = source / "tests/bench"
    patterns = {row for path in bench.glob("linear-*.c")
                for row in PATTERN.findall(path.read_text(encoding="utf-8"))}
    still = {row for rows in NO_PATTERN.findall((bench / "linear.c").read_text(encoding="utf-8"))
             for row in rows.split()}
    assert len(patterns) > 60, f"only {len(patterns)} rows have a pattern"
    missing = [row for row in ROWS if row not in patterns | still]
    assert not missing, f"neither a pattern nor a reason why there is none: {' '.join(missing)}"
    assert not patterns & still, f"a pattern, and a reason why there is none: {patterns & still}"
    assert patterns | still <= set(ROWS), f"no rows: {(patterns | still) - set(ROWS)}"


source = pathlib.Path(sys.argv[1])
tested = find_tested()
still_open = find_open()
tap.run({
    "every row has its test": test_every_row_has_its_test,
    "open rows are open": test_open_rows_are_open,
    "few rows are open": test_few_rows_are_open,
    "scripts are named after rows": test_scripts_are_named_after_rows,
    "every row that grows has a pattern": test_every_row_that_grows_has_a_pattern,
})
