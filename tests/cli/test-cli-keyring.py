"""gimap4d --keyring and --save-password, with a keyring of the test's own on a bus of its own.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import os
import shutil
import subprocess
import sys

import tap
from command import (PROGRAM, SECONDS, environment, password_file, path, run, setting, url,
                     write_file)

CA = ["--ca-file", setting("CA")]


def start_bus():
    """This program again, inside of a bus with a keyring that is unlocked."""
    for program in ("dbus-run-session", "gnome-keyring-daemon"):
        if not shutil.which(program):
            print(f"1..0 # SKIP {program} is not installed (build-aux/packages test)")
            sys.exit(0)
    home = path("home")
    os.makedirs(home + "/run", mode=0o700)
    inside = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c",
         'printf keyring | gnome-keyring-daemon --unlock --components=secrets >/dev/null && '
         'exec "$0" "$1" inside', sys.executable, __file__],
        env=environment(HOME=home, XDG_RUNTIME_DIR=home + "/run", XDG_DATA_HOME=home + "/data",
                        XDG_CACHE_HOME=home + "/cache", XDG_CONFIG_HOME=home + "/config"))
    sys.exit(inside.returncode)


def without_terminal(*words):
    return subprocess.run([PROGRAM, "check", url(), *CA, *words], stdin=subprocess.DEVNULL,
                          capture_output=True, start_new_session=True, timeout=SECONDS)


def test_nothing_there():
    """Then it is asked for, for which there is no terminal here."""
    done = without_terminal("--keyring")
    assert done.returncode == 2 and b"--password-file" in done.stderr, done


def test_wrong_password_is_not_saved():
    wrong = write_file("wrong", "wrong\n")
    run("check", url(), "--password-file", wrong, "--save-password", *CA, login=False, code=4)
    test_nothing_there()


def test_save_and_find():
    run("check", url(), "--password-file", password_file(), "--save-password", *CA, login=False)
    done = without_terminal("--keyring")
    assert done.returncode == 0 and not done.stderr, done


def test_another_user_has_another():
    done = subprocess.run([PROGRAM, "check", url(user=setting("USER2")), *CA, "--keyring"],
                          stdin=subprocess.DEVNULL, capture_output=True, start_new_session=True,
                          timeout=SECONDS)
    assert done.returncode == 2, done


def test_no_keyring():
    """No bus at all: said in one sentence, with what to do."""
    lost = environment(DBUS_SESSION_BUS_ADDRESS="unix:path=/nowhere")
    done = run("check", url(), "--keyring", *CA, login=False, code=4, env=lost)
    assert b"--keyring" in done.err, done


if "inside" not in sys.argv:
    start_bus()
if b"built without" in without_terminal("--keyring").stderr:
    print("1..0 # SKIP built without libsecret")
    sys.exit(0)
tap.run({
    "nothing is there": test_nothing_there,
    "a wrong password is not saved": test_wrong_password_is_not_saved,
    "save and find": test_save_and_find,
    "another user has another": test_another_user_has_another,
    "no keyring": test_no_keyring,
})
