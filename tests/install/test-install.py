"""Installs the project into a folder, then builds and runs programs that know this folder only.

    test-install.py SOURCE MESON

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import json
import os
import pathlib
import shlex
import shutil
import site
import subprocess
import sys
import tempfile

import tap

HERE = pathlib.Path(__file__).resolve().parent
SOURCE, MESON = sys.argv[1:]
PACKAGE = "gimap4d-1.0"
EXPECTED = "30 Message 7\n"
# Not those of the build that runs us.
PATHS = ("GI_TYPELIB_PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PKG_CONFIG_PATH", "XDG_DATA_DIRS")

folder = pathlib.Path(tempfile.mkdtemp(prefix="gimap4d-install-"))
prefix = folder / "prefix"
clean = {name: value for name, value in os.environ.items() if name not in PATHS}


def run(*arguments, env=None):
    result = subprocess.run([str(argument) for argument in arguments], cwd=folder, text=True,
                            env=env or clean, capture_output=True, check=False)
    assert result.returncode == 0, (arguments, result.stdout[-3000:], result.stderr[-3000:])
    return result.stdout


def setup(build, prefix, *options):
    run(MESON, "setup", f"--prefix={prefix}", *options, folder / build, SOURCE)


def introspect(build, what):
    return json.loads(run(MESON, "introspect", folder / build, "--" + what))


def library_folder():
    return next(prefix.glob(f"lib/**/pkgconfig/{PACKAGE}.pc")).parent.parent


def environment():
    """What a user sets for a prefix of his own."""
    library = library_folder()
    return {
        **clean,
        "PKG_CONFIG_PATH": str(library / "pkgconfig"),
        "LD_LIBRARY_PATH": str(library),
        "GI_TYPELIB_PATH": str(library / "girepository-1.0"),
        "PYTHONPATH": str(python_folder()),
        "XDG_DATA_DIRS": f"{prefix / 'share'}:/usr/local/share:/usr/share",
    }


def python_folder():
    return next(prefix.glob("lib*/python3*/*-packages/gi/overrides/GImap4D.py")).parents[2]


def test_install():
    setup("build", prefix, "-Ddebug=false", "-Doptimization=0")
    files = [name for target in introspect("build", "targets") if target["installed"]
             for name in target["filename"]]
    # Not the tests and whatever else is only built here.
    run("ninja", "-j2", "-C", folder / "build",
        *(os.path.relpath(name, folder / "build") for name in files))
    run(MESON, "install", "--no-rebuild", "-C", folder / "build")
    for name in (f"include/{PACKAGE}/gimap4d/gimap4d.h", f"share/vala/vapi/{PACKAGE}.vapi",
                 f"share/vala/vapi/{PACKAGE}.deps", "share/gir-1.0/GImap4D-1.0.gir"):
        assert (prefix / name).is_file(), name
    assert (library_folder() / "girepository-1.0" / "GImap4D-1.0.typelib").is_file()


def test_private_headers_stay():
    installed = {path.name for path in (prefix / "include").rglob("*.h")}
    assert not [name for name in installed if name.startswith("imap-") or "private" in name]
    umbrella = (prefix / "include" / PACKAGE / "gimap4d" / "gimap4d.h").read_text()
    for line in umbrella.splitlines():
        if line.startswith("#include <gimap4d/"):
            name = line.split("<")[1].rstrip(">")
            assert (prefix / "include" / PACKAGE / name).is_file(), name


def test_no_path_of_the_build():
    for pattern in ("**/*.pc", "**/*.gir", "**/*.vapi", "**/*.deps", "**/*.py", "**/*.h"):
        for path in prefix.glob(pattern):
            text = path.read_text()
            assert str(folder / "build") not in text and SOURCE not in text, path


def test_translations():
    """What is installed takes its own, and none that somebody names in the environment."""
    env = {**environment(), "LANGUAGE": "fr", "LC_ALL": "C.UTF-8",
           "GIMAP4D_TEST_LOCALEDIR": str(folder)}
    program = prefix / "bin" / "gimap4d"
    # A sentence of the command, and one of the library.
    for words, sentence in (((), "il n’y a pas de commande"),
                            (("fetch", "imaps://u@h/", "x", "--ids", "x"), "identifiants")):
        done = subprocess.run([program, *words], env=env, capture_output=True, text=True)
        assert done.returncode == 2 and sentence in done.stderr, done


def test_c():
    env = environment()
    flags = shlex.split(run("pkg-config", "--cflags", "--libs", PACKAGE, env=env))
    run("cc", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", HERE / "client.c", "-o",
        folder / "client-c", *flags, env=env)
    assert run(folder / "client-c", env=env) == EXPECTED


def test_cplusplus():
    if shutil.which("c++") is None:
        raise tap.Skip("there is no C++ compiler")
    env = environment()
    flags = shlex.split(run("pkg-config", "--cflags", PACKAGE, env=env))
    (folder / "client.cc").write_text("#include <gimap4d/gimap4d.h>\n")
    run("c++", "-Wall", "-Wextra", "-Werror", "-c", folder / "client.cc", "-o",
        folder / "client-cc.o", *flags, env=env)


def test_vala():
    if shutil.which("valac") is None:
        raise tap.Skip("there is no Vala")
    env = environment()
    run("valac", "--pkg", PACKAGE, "-X", "-w", HERE / "client.vala", "-d", folder, "-o",
        "client-vala", env=env)
    assert run(folder / "client-vala", env=env) == EXPECTED


def test_python():
    assert run(sys.executable, "-B", HERE / "client.py", env=environment()) == EXPECTED


def foreign_project(name):
    """A copy of the foreign project, which has no other file than its own."""
    project = folder / name
    shutil.copytree(HERE / "foreign", project)
    for client in ("client.c", "client.vala"):
        shutil.copy(HERE / client, project)
    return project


def test_foreign_project():
    """pkg-config and valac find what is installed."""
    env = environment()
    project = foreign_project("foreign")
    run(MESON, "setup", "--wrap-mode=nofallback", folder / "foreign-build", project, env=env)
    run("ninja", "-j2", "-C", folder / "foreign-build", env=env)
    for client in ("client-c", "client-vala"):
        assert run(folder / "foreign-build" / client, env=env) == EXPECTED, client


def test_subproject():
    """Nothing is installed: the project has the library as a subproject, and builds it."""
    project = foreign_project("super")
    (project / "subprojects").mkdir()
    (project / "subprojects" / "gimap4d").symlink_to(SOURCE)
    run(MESON, "setup", "-Doptimization=0", "-Ddebug=false", "--wrap-mode=forcefallback",
        folder / "super-build", project)
    run("ninja", "-j2", "-C", folder / "super-build")
    targets = introspect("super-build", "targets")
    assert not [target["name"] for target in targets if target["name"].startswith("test-")]
    for client in ("client-c", "client-vala"):
        assert run(folder / "super-build" / client) == EXPECTED, client


def test_python_finds_us():
    """Below /usr and /usr/local without any variable: the overrides are where Python looks."""
    for name, place in (("usr", "/usr"), ("local", "/usr/local")):
        setup(name, place)
        installed = introspect(name, "installed").values()
        path = next(path for path in installed if path.endswith("overrides/GImap4D.py"))
        where = path[:-len("/gi/overrides/GImap4D.py")]
        known = [known for known in site.getsitepackages() if known.startswith(place + "/lib/")]
        assert not known or where in known, (path, known)
    setup("purelib", prefix, "-Dpython.purelibdir=/opt/elsewhere")
    assert "/opt/elsewhere/gi/overrides/GImap4D.py" in introspect("purelib", "installed").values()


try:
    tap.run({
        "install": test_install,
        "private headers stay": test_private_headers_stay,
        "no path of the build": test_no_path_of_the_build,
        "translations": test_translations,
        "C": test_c,
        "C++": test_cplusplus,
        "Vala": test_vala,
        "Python": test_python,
        "a foreign project": test_foreign_project,
        "a subproject": test_subproject,
        "Python finds us": test_python_finds_us,
    })
finally:
    shutil.rmtree(folder, ignore_errors=True)
