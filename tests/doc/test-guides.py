#!/usr/bin/python3
"""The code of the manual's guides compiles, runs and prints what they say.

    test-guides.py SOURCE BUILD WORLD

guide_blocks.py tells how a page says what is to be done with a block. Programs run next to a
private Dovecot, which has the mails of tests/doc/mails, fresh for each; only host, user, password
and port are replaced. WORLD is the preloaded library of test-readme.py.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import ast
import configparser
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import time

sys.dont_write_bytecode = True
TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "lib"))

import guide_blocks  # noqa: E402
import private_dovecot  # noqa: E402
import tap  # noqa: E402
from guide_world import Goa, OAuth, Untrusted  # noqa: E402
from programs import C_COMMAND, C_WARNINGS, VALA_COMMAND, VALA_FLAGS, Installed, run  # noqa: E402

FRAGMENTS = TESTS / "doc" / "fragments"
SERVER_PORT = "8080"
PATIENCE_SECONDS = 20


# The mail server, with the same mails for each program.


class Mailbox:
    def __init__(self):
        self._dovecot = private_dovecot.PrivateDovecot(mails=str(TESTS / "doc" / "mails"))
        self._dovecot.start()
        home = pathlib.Path(self._dovecot.folder) / "home"
        self._maildir = home / "alice" / "Maildir"
        self._pristine = home / "pristine"
        self._copy(self._maildir, self._pristine)

    def reset(self):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._dovecot.find_pids("imap") and time.monotonic() < deadline:
            time.sleep(0.01)
        shutil.rmtree(self._maildir)
        self._copy(self._pristine, self._maildir)

    def _copy(self, source_folder, target):
        # With the owners, which shutil forgets.
        subprocess.run(["cp", "-a", source_folder, target], check=True)

    @property
    def imaps_port(self):
        return self._dovecot.imaps_port

    def environment(self):
        return self._dovecot.environment()

    def stop(self):
        self._dovecot.stop()


def replace_account(text, environment):
    for word, name in (("imap.example.com", "HOST"), ("somebody", "USER"), ("secret", "PASSWORD")):
        text = text.replace(f'"{word}"', f'"{environment["GIMAP4D_TEST_" + name]}"')
    return text


# What GLib calls has parameters that not every function needs.
C_FLAGS = f"{C_WARNINGS} -Wno-unused-parameter"


# One block.


def assert_prints(block, result):
    assert result.returncode == 0, f"{block.page}.xml:{block.line}: {result.stdout}{result.stderr}"
    if block.output is None:
        return
    printed, expected = result.stdout, block.output
    if not block.has_order:
        printed, expected = (sorted(text.splitlines()) for text in (printed, expected))
    assert printed == expected, (
        f"{block.page}.xml:{block.line} prints\n{result.stdout}and not\n{block.output}"
        f"{result.stderr}")


def run_here(block, folder, *command, **more):
    """Runs a program in the world that the block asks for."""
    mailbox.reset()
    environment = mailbox.environment()
    if block.condition in settings:
        environment.update(settings[block.condition].environment())
    environment["SSL_CERT_FILE"] = environment["GIMAP4D_TEST_CA"]
    return run(folder, *command, environment=installed.world(**environment), **more)


def prepare(block):
    """The text of a program, with what is the user's own in it."""
    text = replace_account(block.text, mailbox.environment())
    if block.condition in settings:
        settings[block.condition].start()
        text = settings[block.condition].replace(text)
    return text


def fill(block, declarations=()):
    """The fragment in its file, so that the compiler's complaints name the line of the page."""
    language = {"python": "py"}.get(block.language, block.language)
    name = "coroutine" if block.role == "coroutine" else "fragment"
    text = (FRAGMENTS / f"{name}.{language}").read_text(encoding="utf-8")
    declared = [*declarations, block] if block.role == "declarations" else declarations
    statements = "" if block.role == "declarations" else mark_line(block) + block.text
    mark, indent = find_mark(text, "FRAGMENT")
    text = text.replace(mark, textwrap.indent(statements, indent))
    mark, indent = find_mark(text, "DECLARATIONS")
    text = text.replace(mark, "".join(mark_line(item) + item.text for item in declared))
    return text.replace("FragmentNUMBER", "Fragment" + re.sub(r"\W", "_", block.name))


def find_mark(text, word):
    """A comment on a line of its own, and how far it is indented."""
    found = re.search(rf"^( *)(?:# |/\* ){word}(?: \*/)?\n", text, re.MULTILINE)
    return (found[0], found[1]) if found else ("\0", "")


def mark_line(block):
    return f'#line {block.line} "{block.page}.xml"\n' if block.language == "c" else ""


def check_python(block, folder):
    compile(block.text, block.title, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if block.condition == "imapclient":
        need_module("imapclient")
    text = block.text if block.role == "program" else fill(block)
    block.text = text
    (folder / "program.py").write_text(prepare(block), encoding="utf-8")
    assert_prints(block, run_here(block, folder, sys.executable, "program.py"))


def need_module(name):
    if run(".", sys.executable, "-c", f"import {name}", environment=dict(os.environ)).returncode:
        raise tap.Skip(f"the module {name} of Python is not installed")


def compile_c(folder, name):
    installed.call(folder, f"{C_COMMAND.format(name=name)} {C_FLAGS}")


def check_c(block, folder):
    (folder / "program.c").write_text(prepare(block), encoding="utf-8")
    compile_c(folder, "program")
    assert_prints(block, run_here(block, folder, "./program"))


def check_vala(block, folder):
    (folder / "program.vala").write_text(prepare(block), encoding="utf-8")
    installed.compile_vala(folder, VALA_COMMAND.format(name="program"))
    assert_prints(block, run_here(block, folder, "./program"))


def check_meson(block, folder):
    """The file builds each of its programs."""
    (folder / "meson.build").write_text(block.text, encoding="utf-8")
    sources = re.findall(r"'([\w-]+\.c)'", block.text)
    assert sources, block.text
    for name in sources:
        (folder / name).write_text(
            "#include <gimap4d/gimap4d.h>\n"
            "int main (void) { return G_IS_OBJECT (g_imap_transporter_new (NULL, NULL, NULL)) "
            "? 0 : 1; }\n", encoding="utf-8")
    for command in (("meson", "setup", "build"), ("ninja", "-C", "build")):
        result = run(folder, *command, environment=installed.environment())
        assert result.returncode == 0, result.stdout + result.stderr


def check_command(block, folder):
    assert_prints(block, run(folder, "sh", "-n", environment=dict(os.environ), text=block.text))


def check_data(block, folder):
    if block.id:
        # The programs behind it may read it under this name.
        (folder / block.id).write_text(block.text, encoding="utf-8")
    if block.language == "json":
        json.loads(block.text)
    elif block.language == "yaml":
        need_module("yaml")
        result = run(folder, sys.executable, "-c",
                     "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)",
                     environment=dict(os.environ), text=block.text)
        assert result.returncode == 0, result.stderr
        if block.id == "flatpak-modules":
            check_modules(json.loads(result.stdout))
    elif block.language == "ini":
        configparser.ConfigParser(interpolation=None).read_string(block.text)
    else:
        check_caddy(block, folder)


# What flatpak-manifest(5) knows of modules and sources; a wrong key is ignored there.
MODULE_KEYS = {"name", "buildsystem", "config-opts", "sources", "cleanup", "builddir"}
SOURCE_KEYS = {"archive": {"type", "url", "sha256"}, "git": {"type", "url", "tag", "commit"}}


def check_modules(modules):
    for module in modules:
        assert module.keys() <= MODULE_KEYS and module["name"] and module["sources"], module
        assert module.get("buildsystem", "autotools") in ("autotools", "meson"), module
        for item in module["sources"]:
            assert item.keys() <= SOURCE_KEYS[item["type"]], item
            assert len(item.get("sha256", 64 * "0")) == 64, item
        assert all(re.match("[-/*]", option)
                   for option in module.get("config-opts", []) + module["cleanup"]), module


def check_caddy(block, folder):
    assert block.language == "conf", block.title
    caddy = shutil.which("caddy")
    if not caddy:
        raise tap.Skip("caddy is not installed")
    (folder / "Caddyfile").write_text(block.text, encoding="utf-8")
    result = run(folder, caddy, "adapt", "--adapter", "caddyfile", "--config", "Caddyfile",
                 environment=dict(os.environ, HOME=str(folder)))
    assert result.returncode == 0, result.stderr


def check_elsewhere(block, folder):
    assert block.id, f"{block.title} has no id"
    tests = [path for path in TESTS.rglob("*.py") if path.parent != FRAGMENTS.parent]
    assert any(block.id in path.read_text(encoding="utf-8") for path in tests), (
        f"no test names {block.id}")


# A server, and what it is asked.


class Serving:
    """The server of a page, until the next one or the end of the page."""

    def __init__(self):
        self._process = None
        self._port = None

    def start(self, block, folder):
        self.stop()
        self._port = str(private_dovecot.free_port())
        block.text = block.text.replace(SERVER_PORT, self._port)
        if block.language == "c":
            (folder / "server.c").write_text(prepare(block), encoding="utf-8")
            compile_c(folder, "server")
            command = ["./server"]
        else:
            (folder / "server.py").write_text(prepare(block), encoding="utf-8")
            command = [sys.executable, "server.py"]
        mailbox.reset()
        self._process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.DEVNULL, text=True,
            env=installed.world(**mailbox.environment()), stderr=open(folder / "said", "w"))
        self._wait(folder)

    def _wait(self, folder):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", int(self._port)), 1).close()
                return
            except OSError:
                time.sleep(0.01)
        raise AssertionError("the server does not serve: " + (folder / "said").read_text())

    def ask(self, block, folder):
        assert self._process, f"{block.title} asks no server"
        text = block.text.replace(SERVER_PORT, self._port)
        result = run(folder, "sh", "-ec", text, environment=dict(os.environ))
        result.stdout = result.stdout.replace("\r\n", "\n")
        if result.stdout and not result.stdout.endswith("\n"):
            result.stdout += "\n"
        assert_prints(block, result)

    def stop(self):
        if self._process:
            self._process.terminate()
            self._process.wait(PATIENCE_SECONDS)
            self._process = None


# Pieces that are compiled together.


def assert_fragments_compile(language, command):
    with tempfile.TemporaryDirectory() as parent:
        folder = pathlib.Path(parent)
        count = 0
        for page in pages.values():
            declared = []
            for block in page:
                if block.language != language or block.role not in ("fragment", "declarations"):
                    continue
                (folder / f"{block.name}.{language}").write_text(
                    fill(block, declared), encoding="utf-8")
                count += 1
                if block.role == "declarations":
                    declared.append(block)
        assert count, f"no guide has a fragment of {language}"
        if language == "vala":
            installed.bring_vapi(folder)
        installed.call(folder, command)


def test_c_fragments():
    assert_fragments_compile("c", f"cc -fsyntax-only {C_FLAGS} -Wno-unused-function "
                             "$(pkg-config --cflags gimap4d-1.0) *.c")


def test_vala_fragments():
    assert_fragments_compile("vala", f"valac --pkg gimap4d-1.0 -C {VALA_FLAGS} *.vala")


CHECKS = {
    ("c", "program"): check_c,
    ("vala", "program"): check_vala,
    ("python", "program"): check_python,
    ("python", "fragment"): check_python,
    ("python", "coroutine"): check_python,
    ("meson", "program"): check_meson,
    ("sh", "command"): check_command,
    ("conf", "elsewhere"): check_elsewhere,
}


def add_block(tests, block, folder):
    if (block.role in ("fragment", "declarations") and block.language != "python") or (
            block.role == "foreign"):
        return
    if block.role in ("server", "ask"):
        check = serving.start if block.role == "server" else serving.ask
    else:
        check = check_data if block.role == "data" else CHECKS[block.language, block.role]
    tests[block.title] = lambda: check(block, folder)


def list_tests(parent):
    tests = {"C fragments": test_c_fragments, "Vala fragments": test_vala_fragments}
    for name, blocks in pages.items():
        folder = parent / name
        folder.mkdir()
        shutil.copy(source / "doc" / "examples" / "testFile.pdf", folder)
        for block in blocks:
            add_block(tests, block, folder)
    tests["the last server ends"] = serving.stop
    return tests


wanted = os.environ.get("GIMAP4D_TEST_GUIDE", "")
source, build, world = (pathlib.Path(path).resolve() for path in sys.argv[1:])
installed = Installed(source, build, world)
serving = Serving()
pages = {path.stem: guide_blocks.read_page(path)
         for path in sorted((source / "doc" / "reference").rglob("*.xml"))
         if path.name != "gimap4d-docs.xml" and wanted in path.name}
if not private_dovecot.find_dovecot():
    print("1..0 # SKIP Dovecot is not installed")
    sys.exit(0)
mailbox = Mailbox()
settings = {"oauth": OAuth(), "goa": Goa(), "untrusted": Untrusted(mailbox.imaps_port)}
try:
    with tempfile.TemporaryDirectory() as parent:
        tap.run(list_tests(pathlib.Path(parent)))
finally:
    serving.stop()
    for setting in settings.values():
        setting.stop()
    mailbox.stop()
