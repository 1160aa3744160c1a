"""The code blocks of the manual's guides, and what is said of each.

A block is a <programlisting> of DocBook. `language` says what it is written in and `role` what the
test does with it (LANGUAGES below); a block that says neither is refused. `condition` names a
setting of the test other than the usual one. A <screen role="output"> right after a block is what
it prints, to the letter, with condition="any-order" line by line in any order.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import dataclasses
import xml.etree.ElementTree

# What can be done with a block, by its language.
#   program       a file of its own: compiled, and run when it can be
#   fragment      statements, put into tests/doc/fragments/ where the file says so
#   declarations  functions, put into the same file in front of the other statements
#   coroutine     statements of Python with `await`
#   server        a program that serves on port 8080, asked by the blocks `ask` behind it
#   ask           lines of the shell that ask the server before
#   command       lines of the shell whose syntax is checked
#   data          a file that is parsed
#   elsewhere     run by another test, which names the block's id
#   foreign       code for another system, which cannot run here: nothing is checked
LANGUAGES = {
    "c": {"program", "fragment", "declarations", "server"},
    "vala": {"program", "fragment", "declarations"},
    "python": {"program", "fragment", "coroutine", "server"},
    "sh": {"ask", "command"},
    "meson": {"program"},
    "json": {"data"},
    "yaml": {"data"},
    "ini": {"data"},
    "systemd": {"data"},
    "conf": {"elsewhere", "data"},
    "4d": {"foreign"},
}
CONDITIONS = {None, "oauth", "goa", "imapclient", "untrusted"}


@dataclasses.dataclass
class Block:
    page: str
    number: int
    language: str
    role: str
    condition: str
    id: str
    text: str
    line: int
    output: str = None
    has_order: bool = True

    @property
    def name(self):
        return f"{self.page}-{self.number}"

    @property
    def title(self):
        return f"{self.page} {self.number}: {self.language} {self.role}"


def _code_of(element):
    """The code in an element; what stands in an <informalexample> gets gtk-doc's links to C."""
    code = element[0] if element.tag == "informalexample" and len(element) == 1 else element
    return code if code.tag in ("programlisting", "screen") else None


def read_page(path):
    """The blocks of one page, in their order."""
    source = path.read_text(encoding="utf-8")
    tree = xml.etree.ElementTree.fromstring(source)
    blocks = []
    for parent in tree.iter():
        before = None
        for element in () if parent.tag == "informalexample" else parent:
            element = _code_of(element)
            if element is None:
                before = None
                continue
            assert not len(element), f"{path.name}: a block with elements in it"
            if element.tag == "screen":
                _take_output(path, before, element)
                before = None
                continue
            before = _read_block(path, source, element, len(blocks) + 1)
            blocks.append(before)
    return blocks


def _take_output(path, before, element):
    if element.get("role") == "shown":
        return
    assert element.get("role") == "output", f"{path.name}: a <screen> that is nobody's output"
    assert before is not None and before.output is None, f"{path.name}: output of nothing"
    before.has_order = element.get("condition") != "any-order"
    before.output = element.text.strip("\n") + "\n"


def _read_block(path, source, element, number):
    block = Block(path.stem, number, element.get("language"), element.get("role"),
                  element.get("condition"), element.get("id"), element.text.lstrip("\n"), 0)
    found = source.find(f"<![CDATA[{element.text}]]>")
    assert found >= 0, f"{path.name}: block {number} is no single CDATA section"
    block.line = source.count("\n", 0, found) + 2
    assert block.role in LANGUAGES.get(block.language, ()), (
        f"{path.name}:{block.line}: nobody knows what to do with {block.language} {block.role}")
    assert block.condition in CONDITIONS, f"{path.name}:{block.line}: {block.condition}"
    return block
