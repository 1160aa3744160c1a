"""Programs of the documentation, compiled and run as if the library were installed.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os
import shutil
import subprocess

import tap

LONGEST_RUN_SECONDS = 100
# What a reader is told to type, and what shows that there is nothing to complain about.
C_COMMAND = "cc {name}.c -o {name} $(pkg-config --cflags --libs gimap4d-1.0)"
C_WARNINGS = "-Wall -Wextra -Werror"
VALA_COMMAND = "valac --pkg gimap4d-1.0 {name}.vala -o {name}"
VALA_FLAGS = "--vapidir=. -X -w"


class Installed:
    """The library of a build folder, found as an installed one is; or, without one, the installed."""

    def __init__(self, source, build, world=None):
        self._source = source
        self._build = build
        self._world = world

    def environment(self, **more):
        if self._build is None:
            return dict(os.environ, PYTHONDONTWRITEBYTECODE="1", G_DEBUG="", **more)
        return dict(
            os.environ,
            PKG_CONFIG_PATH=str(self._build / "meson-uninstalled"),
            C_INCLUDE_PATH=f"{self._source}:{self._build}",
            LIBRARY_PATH=str(self._build / "gimap4d"),
            LD_LIBRARY_PATH=str(self._build / "gimap4d"),
            GI_TYPELIB_PATH=str(self._build / "introspection"),
            PYTHONPATH=str(self._source / "introspection"),
            PYTHONDONTWRITEBYTECODE="1",
            # g_error () of a program that is told of an error is no crash to keep.
            G_DEBUG="", **more)

    def world(self, **more):
        """The environment of a program whose mail server is the private one."""
        return self.environment(LD_PRELOAD=str(self._world), **more)

    def call(self, folder, line):
        """Runs a line of the shell that has to succeed silently, as a compiler does."""
        compiler = line.split()[0]
        if not shutil.which(compiler):
            raise tap.Skip(f"{compiler} is not installed")
        result = run(folder, "sh", "-c", line, environment=self.environment())
        assert result.returncode == 0, result.stdout + result.stderr

    def bring_vapi(self, folder):
        """Both files are beside each other only once they are installed."""
        if self._build is not None:
            for path in ("introspection/gimap4d-1.0.vapi", "meson-private/gimap4d-1.0.deps"):
                shutil.copy(self._build / path, folder)

    def compile_c(self, folder, line):
        self.call(folder, f"{line} {C_WARNINGS}")

    def compile_vala(self, folder, line):
        self.bring_vapi(folder)
        self.call(folder, f"{line} {VALA_FLAGS}")


def run(folder, *command, environment, text=None):
    return subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True,
                          input=text, timeout=LONGEST_RUN_SECONDS)
