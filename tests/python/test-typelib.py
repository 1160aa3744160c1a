#!/usr/bin/python3
"""Every public function of the IMAP half is called by a live test, against a real server.

    test-typelib.py --recorder LIBRARY --wrapper PROGRAM --run "[OPTION…] -- COMMAND…" [--run …]

Runs each of these behind the wrapper, once more, with an auditor of the dynamic linker that records
the functions that it really calls, in whatever language. What the typelib has and none of them calls
is an error; one call in C, Python or Vala is enough. A new live test is one more --run in
tests/python/meson.build.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import gi  # noqa: E402
import tap  # noqa: E402

gi.require_version("GIRepository", "2.0")

from gi.repository import GIRepository  # noqa: E402

NAMESPACE = "GImap4D", "1.0"
PREFIX = "g_imap_"
AT_ONCE = 2

# The bindings do these by themselves, and a program in C through macros.
NO_CALLS = re.compile("_quark$|_ref$|_unref$|_free$|_copy$")


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--recorder", required=True)
    parser.add_argument("--wrapper", required=True)
    parser.add_argument("--run", action="append", required=True)
    return parser.parse_args()


def get_methods(info):
    kind = info.get_type()
    if kind == GIRepository.InfoType.OBJECT:
        count, get = GIRepository.object_info_get_n_methods, GIRepository.object_info_get_method
    elif kind in (GIRepository.InfoType.STRUCT, GIRepository.InfoType.BOXED):
        count, get = GIRepository.struct_info_get_n_methods, GIRepository.struct_info_get_method
    else:
        return [info] if kind == GIRepository.InfoType.FUNCTION else []
    return [get(info, number) for number in range(count(info))]


def read_typelib():
    """The C names of all functions, methods and constructors."""
    repository = GIRepository.Repository.get_default()
    repository.require(*NAMESPACE, 0)
    infos = [repository.get_info(NAMESPACE[0], number)
             for number in range(repository.get_n_infos(NAMESPACE[0]))]
    symbols = {GIRepository.function_info_get_symbol(method)
               for info in infos for method in get_methods(info)}
    return {symbol for symbol in symbols
            if symbol.startswith(PREFIX) and not NO_CALLS.search(symbol)}


def record(run, calls):
    """What one live test calls; it has to succeed."""
    arguments = shlex.split(run)
    place = arguments.index("--") + 1
    arguments[place:place] = ["/usr/bin/env", f"LD_AUDIT={options.recorder}",
                              f"GIMAP4D_TEST_CALLS={calls}"]
    # Symbols have to be bound when they are called, not before.
    environment = {name: value for name, value in os.environ.items() if name != "LD_BIND_NOW"}
    result = subprocess.run([options.wrapper, *arguments], env=environment, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.returncode == 0, f"{run}: {result.stdout}"
    called = set(calls.read_text().split()) if calls.exists() else set()
    assert called, f"{run}: no call was recorded"
    return called


def test_calls():
    wanted = read_typelib()
    assert len(wanted) > 100, sorted(wanted)
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        files = [pathlib.Path(folder, str(number)) for number in range(len(options.run))]
        called = set().union(*pool.map(record, options.run, files))
    missing = sorted(wanted - called)
    assert not missing, "no live test calls " + ", ".join(missing)


options = parse_arguments()
tap.run({"all functions are called": test_calls})
