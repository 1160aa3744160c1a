#!/usr/bin/python3
"""Every sentence for people can be translated, and is: nothing missing, fuzzy or broken.

    test-translations.py SOURCE

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import tap  # noqa: E402

XGETTEXT = ("xgettext", "--from-code=UTF-8", "--keyword=_", "--keyword=N_",
            "--keyword=gimap4d_ngettext:1,2")
CALL = re.compile(r"(?<!\w)(?:N?_|gimap4d_ngettext) \(")

# A text that goes on with a macro: xgettext would take its beginning for the whole.
CUT = re.compile(r'(?<!\w)N?_ \((?:\s*"(?:[^"\\\n]|\\.)*")+\s*[A-Za-z]\w*')


def run(*command):
    """Returns what the command said on standard error."""
    result = subprocess.run(command, cwd=source, text=True, capture_output=True)
    assert result.returncode == 0, f"{command[0]}: {result.stderr}"
    return result.stderr


def read_list(path):
    lines = (source / path).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def list_files_with_texts():
    for path in sorted((source / "gimap4d").rglob("*.c")):
        if path.name != "gimap4d-i18n.c" and CALL.search(path.read_text(encoding="utf-8")):
            yield str(path.relative_to(source))


def list_catalogues():
    return [f"po/{language}.po" for language in read_list("po/LINGUAS")]


def make_template(folder):
    template = f"{folder}/new.pot"
    said = run(*XGETTEXT, f"--output={template}", *read_list("po/POTFILES.in"))
    assert not said, said
    return template


def test_list_of_files():
    listed, found = read_list("po/POTFILES.in"), list(list_files_with_texts())
    assert found, "no file has a text"
    assert listed == found, (f"po/POTFILES.in lacks {sorted(set(found) - set(listed))}, has "
                             f"{sorted(set(listed) - set(found))} too many, or is not sorted")


def test_texts_are_whole():
    for name in list_files_with_texts():
        found = CUT.search((source / name).read_text(encoding="utf-8"))
        assert not found, f"{name}: a macro stands in a text: {found.group()}"


def test_files_of_languages():
    names = sorted(f"po/{path.name}" for path in (source / "po").glob("*.po"))
    assert names == sorted(list_catalogues()), f"po/LINGUAS does not list {names}"


def test_catalogues_are_valid():
    for catalogue in list_catalogues():
        said = run("msgfmt", "--check", "--statistics", "--output-file=/dev/null", catalogue)
        assert re.fullmatch(r"\d+ translated messages\.\n", said), f"{catalogue}: {said}"


def test_catalogues_are_complete():
    with tempfile.TemporaryDirectory() as folder:
        template = make_template(folder)
        for catalogue in list_catalogues():
            run("msgcmp", catalogue, template)


def test_fixed_words():
    """Programs look for these words of 4D."""
    with tempfile.TemporaryDirectory() as folder:
        template = pathlib.Path(make_template(folder)).read_text(encoding="utf-8")
    texts = [template, *((source / name).read_text(encoding="utf-8") for name in list_catalogues())]
    assert not [text for text in texts if "Cannot find singleton" in text]


def test_french_spaces():
    """French has a space, which no line breaks at, before : ; ! ? » and after «."""
    text = (source / "po/fr.po").read_text(encoding="utf-8")
    for translation in re.findall(r'^msgstr ((?:"[^\n]*"\n)+)', text, re.MULTILINE)[1:]:
        translation = re.sub(r'"\n"', "", translation)
        found = re.search(r"[^\S\N{NO-BREAK SPACE}][:;!?»]|«(?!\N{NO-BREAK SPACE})|\w[;!?»]|\w: ",
                          translation)
        assert not found, f"{translation}: {found.group()}"


source = pathlib.Path(sys.argv[1])
tap.run({
    "all files with texts are listed": test_list_of_files,
    "no macro stands in a text": test_texts_are_whole,
    "all languages are listed": test_files_of_languages,
    "the catalogues are valid": test_catalogues_are_valid,
    "the catalogues are complete": test_catalogues_are_complete,
    "4D's words are not translated": test_fixed_words,
    "French has its spaces": test_french_spaces,
})
