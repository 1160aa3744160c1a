#!/usr/bin/python3
"""The programs of the README compile and run as they stand there, next to a private Dovecot.

    test-readme.py SOURCE BUILD|installed WORLD

Only host, user and password are replaced. WORLD is the preloaded library that leads port 993 to
the private server and has the system trust its authority.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import tap  # noqa: E402
from programs import Installed, run  # noqa: E402

REPLACED = {"imap.example.com": "HOST", "somebody": "USER", "secret": "PASSWORD"}

# What the folder of mails holds, see tests/lib/mails.
PRINTED = "1 mail 1\n2 mail 2\n3 mail 3\n"


def list_blocks(language):
    text = (source / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def write_program(folder, language, name, replaced):
    programs = [block for block in list_blocks(language) if "imap.example.com" in block]
    assert len(programs) == 1, f"the README has {len(programs)} programs in {language}"
    text = programs[0]
    for word, value in replaced.items():
        assert text.count(f'"{word}"') == 1, f"{word} stands {text.count(word)} times in {language}"
        text = text.replace(f'"{word}"', f'"{value}"')
    (folder / name).write_text(text, encoding="utf-8")


def find_command(first_word):
    """The line of the README that compiles."""
    for block in list_blocks("sh"):
        for line in block.splitlines():
            if line.startswith(f"{first_word} "):
                return line
    raise AssertionError(f"the README does not tell how to call {first_word}")


def assert_prints_the_mails(folder, *command):
    result = run(folder, *command, environment=installed.world())
    assert result.returncode == 0, result.stderr
    assert result.stdout == PRINTED, result.stdout + result.stderr


def assert_tells_the_problem(folder, *command):
    result = run(folder, *command, environment=installed.world())
    assert result.returncode != 0 and not result.stdout, result.stdout
    assert "An error occurred: " in result.stderr, result.stderr


def check(language, name, command, compile_it=lambda folder: None):
    """Twice: with the right password and with another one."""
    values = {word: os.environ[f"GIMAP4D_TEST_{key}"] for word, key in REPLACED.items()}
    for password, verdict in ((values["secret"], assert_prints_the_mails),
                              ("wrong", assert_tells_the_problem)):
        with tempfile.TemporaryDirectory() as parent:
            folder = pathlib.Path(parent)
            write_program(folder, language, name, dict(values, secret=password))
            compile_it(folder)
            verdict(folder, *command)


def test_python():
    check("python", "mails.py", [sys.executable, "mails.py"])


def test_c():
    check("c", "mails.c", ["./mails"],
          lambda folder: installed.compile_c(folder, find_command("cc")))


def test_vala():
    check("vala", "mails.vala", ["./mails"],
          lambda folder: installed.compile_vala(folder, find_command("valac")))


def test_server():
    """The server answers what the README asks it."""
    programs = [block for block in list_blocks("python") if "RestServer" in block]
    asked = [line for block in list_blocks("sh") for line in block.splitlines()
             if line.startswith("curl ")]
    assert len(programs) == 1 and len(asked) == 3, (programs, asked)
    text = programs[0].replace("listen(8080)", "listen(0)\nprint(server.uris[0], flush=True)")
    server = subprocess.Popen([sys.executable, "-c", text], env=installed.environment(), text=True,
                              stdout=subprocess.PIPE)
    try:
        uri = server.stdout.readline().strip().rstrip("/")
        answers = []
        for line in asked:
            line = line.replace("http://localhost:8080", uri).replace("curl ", "curl -s ", 1)
            result = run(source, "sh", "-c", line, environment=dict(os.environ))
            assert result.returncode == 0, result.stderr
            answers.append(result.stdout)
    finally:
        server.terminate()
        server.wait(20)
        server.stdout.close()
    assert answers[0].startswith("Hello Ada, you are "), answers
    assert answers[1] == '{"result":3}', answers
    assert answers[2] == '{"README.md":%d}' % (source / "README.md").stat().st_size, answers


source, world = (pathlib.Path(sys.argv[number]).resolve() for number in (1, 3))
build = None if sys.argv[2] == "installed" else pathlib.Path(sys.argv[2])
installed = Installed(source, build, world)
tap.run({"Python": test_python, "C": test_c, "Vala": test_vala, "a server": test_server})
