#!/usr/bin/python3
"""The reference manual is complete, and gtk-doc has nothing to say against it.

`ninja -C build manual` comes before; build-aux/test does it. gtk-doc only prints its warnings, so
its steps run again here, in a copy of what the build made.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import tap  # noqa: E402

MODULE = "gimap4d"
MAIN_FILE = "gimap4d-docs.xml"

# Manuals that Debian does not have in gtk-doc's form, and an annotation younger than gtk-doc.
TOLERATED = re.compile(r'no link for: "(Soup|Json)|unknown annotation "get-property')


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", type=pathlib.Path, help="the folder doc/reference")
    parser.add_argument("--build", type=pathlib.Path, help="the same folder of the build")
    parser.add_argument("--library", type=pathlib.Path, help="what the manual is about")
    for step in ("scan", "mkdb", "fixxref"):
        parser.add_argument(f"--{step}", action="append", help=f"an argument of gtkdoc-{step}")
    return parser.parse_args()


def is_built(options):
    """Whether gtk-doc has asked the library, as it is now, for its properties and signals."""
    index = options.build / "html" / "index.html"
    return index.exists() and index.stat().st_mtime >= options.library.stat().st_mtime


def run(folder, *command):
    """Returns what the command said."""
    result = subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)
    assert result.returncode == 0, f"{command[0]}: {result.stdout}"
    return result.stdout


def make_manual(options, folder):
    shutil.copytree(options.build, folder)
    for pattern in (f"{MODULE}*", "*.xml", "guides/*"):
        for path in options.source.glob(pattern):
            shutil.copy(path, folder)
    html = folder / "html"
    shutil.rmtree(html)
    html.mkdir()

    module = f"--module={MODULE}"
    return "\n".join((
        run(folder, "gtkdoc-scan", module, *options.scan),
        run(folder, "gtkdoc-mkdb", module, "--output-format=xml", "--xml-mode",
            f"--main-sgml-file={MAIN_FILE}", *options.mkdb),
        run(html, "gtkdoc-mkhtml", f"--path={options.source}:{folder}", MODULE, f"../{MAIN_FILE}"),
        run(folder, "gtkdoc-fixxref", module, "--module-dir=html", *options.fixxref)))


def read_symbols(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("<")}


def read_links(path):
    return set(re.findall(r'linkend="([^"]+)"', path.read_text(encoding="utf-8")))


def assert_nothing(names, complaint):
    assert not names, "\n".join([complaint] + sorted(names))


def test_all_symbols_have_a_place():
    assert_nothing(declared - placed, f"These are not in {MODULE}-sections.txt:")


def test_all_places_have_a_symbol():
    assert_nothing(placed - declared, f"These are in {MODULE}-sections.txt and in no header:")


def test_all_types_are_asked():
    """What is missing in the list of types is shown without properties and signals."""
    scanned = manual.parent / "types"
    scanned.mkdir()
    run(scanned, "gtkdoc-scan", f"--module={MODULE}", "--rebuild-types", *options.scan)
    asked = read_symbols(manual / f"{MODULE}.types")
    types = {name for name in read_symbols(scanned / f"{MODULE}.types")
             if name.replace("_get_type", "") not in enumerations}
    assert types, "no type was found"
    assert_nothing(types - asked, f"These are not in {MODULE}.types:")


def test_everything_is_documented():
    lines = (manual / f"{MODULE}-undocumented.txt").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("100%"), "\n".join(lines)


def test_nothing_is_left_over():
    for kind in ("undeclared", "unused"):
        assert_nothing(read_symbols(manual / f"{MODULE}-{kind}.txt"), f"{kind} symbols:")


def test_everything_says_since_when():
    pages = {link for link in read_links(manual / "xml/api-index-full.xml")
             if not link.startswith(f"{MODULE}-")}
    dated = read_links(manual / "xml/api-index-1.0.xml")
    assert dated, "the index of 1.0 is empty"
    assert_nothing(pages - dated, "These have no \"Since\":")


def test_no_warnings():
    warnings = [line for line in said.splitlines()
                if re.search("warning|error", line, re.IGNORECASE) and not TOLERATED.search(line)]
    assert_nothing(warnings, "gtk-doc says:")


def test_check():
    run(manual, "env", f"DOC_MODULE={MODULE}", f"DOC_MAIN_SGML_FILE={MAIN_FILE}", "gtkdoc-check")


options = parse_arguments()
if not is_built(options):
    print("1..0 # SKIP the manual is older than the library: ninja -C build manual")
    sys.exit(0)
with tempfile.TemporaryDirectory() as parent:
    manual = pathlib.Path(parent) / "manual"
    said = make_manual(options, manual)
    declared = read_symbols(manual / f"{MODULE}-decl-list.txt")
    placed = read_symbols(manual / f"{MODULE}-sections.txt")
    enumerations = {name.replace("G_TYPE_", "g_").lower() for name in declared
                    if name.startswith("G_TYPE_")
                    and name.replace("G_TYPE_", "g_").lower() + "_get_type" in declared}
    tap.run({
        "every symbol has a place": test_all_symbols_have_a_place,
        "every place has a symbol": test_all_places_have_a_symbol,
        "every type is asked for its properties": test_all_types_are_asked,
        "everything is documented": test_everything_is_documented,
        "nothing is left over": test_nothing_is_left_over,
        "everything says since when": test_everything_says_since_when,
        "gtk-doc warns of nothing": test_no_warnings,
        "gtkdoc-check": test_check,
    })
