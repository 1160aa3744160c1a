#!/usr/bin/python3
"""A file includes what doc/internals.md allows its folder, and nothing else.

    test-layers.py SOURCE

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import tap  # noqa: E402

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
LIBRARIES = {
    "GIO": r"gio/|glib-object\.h|gobject/",
    "GLib": r"glib\.h|glib/",
    "GMime": r"gmime/",
    "JSON": r"json-glib/",
    "libsoup": r"libsoup/",
}

# They belong to no folder: the umbrella, and what the build makes of all enumerations.
GENERATED = ("gimap4d-enum-types.h", "gimap4d/gimap4d-enum-types.h")


def read_rules():
    """From the table: folder → (what it may include of ours, libraries)."""
    text = (source / "doc/internals.md").read_text(encoding="utf-8")
    section = re.search(r"^## Who may include whom\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)[1]
    rules = {}
    for folder, ours, libraries in re.findall(r"^\| `(.*?)` \| (.*?) \| (.*?) \|$", section,
                                              re.MULTILINE):
        rules[folder] = re.findall("`(.*?)`", ours), libraries.split(", ")
    return rules


def list_files():
    files = sorted((source / "gimap4d").rglob("*.[ch]"))
    assert len(files) > 50, files
    return [path for path in files if path.parent != source / "gimap4d"]


def folder_of(path):
    return f"{path.parent.relative_to(source / 'gimap4d')}/"


def list_includes(path):
    return INCLUDE.findall(path.read_text(encoding="utf-8"))


def test_folders():
    folders = {folder_of(path) for path in list_files()}
    assert folders == set(rules), f"the table and the tree differ: {folders ^ set(rules)}"


def test_layers():
    wrong = []
    for path in list_files():
        folder = folder_of(path)
        allowed, _ = rules[folder]
        for include in list_includes(path):
            if not include.startswith("gimap4d/") or include in GENERATED:
                continue
            target = include.removeprefix("gimap4d/")
            target_folder = target[:target.rfind("/") + 1]
            if target_folder != folder and not {target, target_folder} & set(allowed):
                wrong.append(f"{path.relative_to(source)} includes {include}")
    assert not wrong, "\n".join(wrong)


def test_own_includes_have_their_path():
    """Otherwise the layer of a header could not be seen."""
    for path in list_files():
        for include in list_includes(path):
            if not include.startswith("gimap4d/") and "/" not in include:
                assert not (path.parent / include).exists(), f"{path}: {include}"


def test_libraries():
    wrong = []
    for path in list_files():
        _, allowed = rules[folder_of(path)]
        for include in list_includes(path):
            for library, pattern in LIBRARIES.items():
                if re.match(pattern, include) and library not in allowed:
                    wrong.append(f"{path.relative_to(source)} includes {include}")
    assert not wrong, "\n".join(wrong)


def test_public_headers():
    for path in list_files():
        if not re.fullmatch(r"g-.*\.h", path.name):
            continue
        for include in list_includes(path):
            name = include.rsplit("/", 1)[-1]
            assert not include.startswith("gmime/"), f"{path.name} includes {include}"
            assert (not include.startswith("gimap4d/") or name.startswith("g-")
                    or name == "gimap4d-version.h"), f"{path.name} includes {include}"


source = pathlib.Path(sys.argv[1])
rules = read_rules()
tap.run({
    "every folder has its row": test_folders,
    "layers": test_layers,
    "includes have their path": test_own_includes_have_their_path,
    "libraries": test_libraries,
    "public headers": test_public_headers,
})
