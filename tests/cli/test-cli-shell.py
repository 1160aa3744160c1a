"""The man page tells all there is, and bash, zsh and fish complete it.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os
import pathlib
import re
import shutil
import subprocess

import tap
from command import PROGRAM, SECONDS, Terminal, environment, path, write_file

SOURCE = pathlib.Path(os.environ["GIMAP4D_TEST_SOURCE"]) / "gimap4d" / "cli"
PAGE = SOURCE / "gimap4d.1"
SHELL = SOURCE / "shell"
HERE = environment(PATH=f"{os.path.dirname(PROGRAM)}:{os.environ['PATH']}")


def need(program):
    if not shutil.which(program):
        raise tap.Skip(f"{program} is not installed (build-aux/packages test)")


def complete(*words):
    text = subprocess.run([PROGRAM, "--complete", *words], capture_output=True, text=True,
                          check=True).stdout
    return [line.split("\t")[0] for line in text.splitlines()]


def test_page_is_sound():
    if shutil.which("mandoc"):
        done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", PAGE], capture_output=True,
                              text=True)
        assert done.returncode == 0 and not done.stdout, done.stdout
    elif shutil.which("groff"):
        done = subprocess.run(["groff", "-mandoc", "-Tutf8", "-ww", "-z", PAGE],
                              capture_output=True, text=True)
        assert done.returncode == 0 and not done.stderr, done.stderr
    else:
        raise tap.Skip("neither mandoc nor groff is installed (build-aux/packages test)")


def test_page_is_complete():
    """Each command, and below it each of its options; no other."""
    text = PAGE.read_text(encoding="utf-8")
    body = text[text.index(".Sh COMMANDS"):]
    common = set(re.findall(r"Fl -([a-z-]+)", body[body.index(".Sh OPTIONS OF ALL COMMANDS"):
                                                   body.index(".Sh ENVIRONMENT")]))
    sections = re.split(r"^\.It Cm (\w+) ", body[:body.index(".Sh OPTIONS")], flags=re.M)
    told = dict(zip(sections[1::2], sections[2::2]))
    assert list(told) == complete(), (list(told), complete())
    for command, section in told.items():
        there = {option[2:] for option in complete(command)}
        page = set(re.findall(r"^\.It.*$", section, re.M))
        options = set(re.findall(r"Fl -([a-z-]+)", " ".join(page)))
        assert options | common - {"help"} == there, (command, options ^ (there - common))


def test_help_is_complete():
    for command in complete():
        done = subprocess.run([PROGRAM, command, "--help"], capture_output=True, text=True)
        for option in complete(command):
            assert re.search(rf"{option}\b", done.stdout), (command, option)


def run_bash(words, current):
    script = f"""
    set -u
    source {SHELL / 'gimap4d.bash'}
    complete -p gimap4d >/dev/null || exit 1
    COMP_WORDS=({' '.join(words)} '{current}') COMP_CWORD={len(words)}
    _gimap4d {words[0]} '{current}' '{words[-1]}'
    printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True,
                          env=HERE, cwd=path(""), timeout=SECONDS)
    assert done.returncode == 0 and not done.stderr, done
    return done.stdout.split()


def test_bash():
    need("bash")
    write_file("some-file", "")
    assert run_bash(["gimap4d"], "") == ["--help", "--version", *complete()]
    assert run_bash(["gimap4d"], "se") == ["search", "serve"]
    assert run_bash(["gimap4d", "get"], "--sa") == ["--save-attachments", "--save-password"]
    assert run_bash(["gimap4d", "get", "--ca-file"], "some") == ["some-file"]
    assert run_bash(["gimap4d", "get", "--part"], "") == []
    assert run_bash(["gimap4d", "fetch", "imaps://x@y/"], "some-") == ["some-file"]
    assert run_bash(["gimap4d", "nothing"], "--") == []


def run_fish(line):
    done = subprocess.run(["fish", "--no-config", "-c",
                           f"source {SHELL / 'gimap4d.fish'}; complete -C '{line}'"],
                          capture_output=True, text=True, cwd=path(""), timeout=SECONDS,
                          env={**HERE, "HOME": path("")})
    assert done.returncode == 0 and not done.stderr, done
    return [found.split("\t")[0] for found in done.stdout.splitlines()]


def test_fish():
    need("fish")
    write_file("some-file", "")
    assert sorted(run_fish("gimap4d ")) == sorted(complete())
    assert sorted(run_fish("gimap4d se")) == ["search", "serve"]
    assert sorted(run_fish("gimap4d get --sa")) == ["--save-attachments", "--save-password"]
    assert run_fish("gimap4d fetch imaps://x@y/ some-f") == ["some-file"]


def run_zsh(line, pattern):
    """Typed on a terminal, as nothing else runs its completion; waits for what is not typed."""
    home = path("zsh")
    os.makedirs(home, exist_ok=True)
    pathlib.Path(home, ".zshrc").write_text(
        f"PS1='%% '\nfpath=({SHELL} $fpath)\nautoload -Uz compinit && compinit -u -D\n"
        "unsetopt beep list_beep\nzstyle ':completion:*' list-prompt ''\nprint ready\n")
    terminal = Terminal(["zsh", "-o", "no_global_rcs", "-i"], columns=200,
                        env={**HERE, "ZDOTDIR": home, "HOME": home})
    terminal.wait_for(rb"ready\r\n.*% ")
    terminal.type(line + "\t")
    text = terminal.wait_for(pattern)
    terminal.process.kill()
    terminal.end()
    return text


def test_zsh():
    need("zsh")
    run_zsh("gimap4d wat", rb"ch")
    text = run_zsh("gimap4d se\t", rb"(?s)search.*serve")
    assert b"List the mails of a box" in text, text
    run_zsh("gimap4d get imaps://x@y/ --save-att", rb"achments")
    write_file("zsh-some-file", "")
    run_zsh(f"gimap4d get --ca-file={path('zsh-some')}", rb"-file")


tap.run({
    "the man page is sound": test_page_is_sound,
    "the man page is complete": test_page_is_complete,
    "the help is complete": test_help_is_complete,
    "bash": test_bash,
    "fish": test_fish,
    "zsh": test_zsh,
})
