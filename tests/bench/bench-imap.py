#!/usr/bin/python3
"""What the IMAP half costs, beside what the same octets cost the barest reader.

    bench-imap.py [options] BUILD-FOLDER

A private Dovecot with generated mail is asked once for each workload; the replay server keeps what it
sends, and sends it again from memory. So the figures are the client's alone: its CPU (user and
system, medians of interleaved rounds) and the peak memory of its process. "Limit" is a loop that
reads the same octets in blocks of 256 KiB and looks for the tagged reply, on the socket or on GnuTLS;
"GIO" is the same over GSocketClient and GTlsConnection.

The goals were set on another machine. "Scaled" is a goal times our limit over the limit there.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import argparse
import collections
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import corpus  # noqa: E402
import private_dovecot  # noqa: E402
import wrapper  # noqa: E402

# Neither proxies nor settings of the desktop: both would load libraries of their own.
ENVIRONMENT = {**os.environ, "GIO_USE_PROXY_RESOLVER": "dummy", "GSETTINGS_BACKEND": "memory",
               "GIO_USE_VFS": "local"}

# What is measured. Goal and limit of the machine on which the goals were set, in seconds of CPU;
# memory in MB. "mails" and "content" are what has to come, from the size of the corpus.
Row = collections.namedtuple(
    "Row", "name title workload box tls goal there memory mails content options", defaults=((),))


def rows(sizes):
    """What is measured, with the size of the corpus filled in."""
    many, whole = sizes.many, sizes.whole
    part = sizes.stream_octets
    octets = corpus.whole_octets(sizes)
    return (
        Row("W1", "connect, log in, select", "open", "INBOX", False, None, None, None, None, None),
        Row("W1 TLS", "the same over TLS", "open", "INBOX", True, None, None, None, None, None),
        Row("W2", f"list {many:,} mails", "list", "Many", False, .15, .007, 120, many, None),
        Row("W2 read", "the same, subject, sender and date read", "list-and-read", "Many", False,
            .30, .007, 120, many, None),
        Row("W2 Python", "the same in Python", "python-read", "Many", False, None, None, None, many,
            None),
        Row("W3", f"headers of {whole:,} mails", "headers", "Archive/2024", False, .010, .002, 30,
            whole, None),
        Row("W4", f"{whole:,} whole mails", "whole", "Archive/2024", False, .035, .013, 16, whole,
            octets),
        Row("W4 TLS", "the same over TLS", "whole", "Archive/2024", True, .115, .077, 28, whole,
            octets),
        Row("W5", f"a mail of {part / 1e6:.0f} MB as a stream", "stream", "Junk", False, .045, .026,
            12, 1, part),
        Row("W5 TLS", "the same over TLS", "stream", "Junk", True, .215, .142, 24, 1, part),
        Row("W6a", f"SEARCH, {many:,} ids", "search", "Many", False, .002, .0003, None, many, None,
            ("--without", "ESEARCH")),
        Row("W6a ESEARCH", "the same with ESEARCH", "search", "Many", False, .002, .0003, None, many,
            None),
        Row("W6b", f"STORE on {many:,} mails", "store", "Many", False, .03, .002, None, None, None),
        Row("W7", "APPEND of 20 mails", "append", "Sent", False, None, None, None, 20, None),
        Row("W7 large", "APPEND of 20 MB", "append-large", "Sent", False, None, None, None, 1, None),
        Row("W8 ids", f"the ids of {many:,} numbers", "num-to-id", "Many", False, None, None, None,
            many, None),
        Row("W8 copy", f"COPY of {many:,} mails", "copy", "Many", False, None, None, None, many,
            None),
    )


class Replay:
    """A replay server, and the journals of what it has learned."""

    def __init__(self, build, dovecot, options):
        self._folder = pathlib.Path(dovecot.folder)
        self._journals = {}
        self.authority = dovecot.authority
        certificate, key = dovecot.new_certificate()
        self._process = subprocess.Popen(
            [build / "tests/bench/replay-server", "--upstream", str(dovecot.imaps_port),
             "--certificate", certificate, "--key", key, "--journal", self._folder / "journal",
             *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            preexec_fn=wrapper.die_with_parent)
        self._learn, self._plain, self._tls = map(
            int, self._process.stdout.readline().split())

    def close(self):
        self._process.stdin.close()
        self._process.wait()

    def port(self, row):
        return self._tls if row.tls else self._plain

    def journal(self, bench, row):
        """The commands of a workload, which the library has to be seen with once."""
        key = (row.workload, row.box)
        if key not in self._journals:
            bench.run("library", row, self._learn)
            path = self._folder / f"journal-{len(self._journals)}"
            os.rename(self._folder / "journal", path)
            self._journals[key] = str(path)
        return self._journals[key]


# Large enough that the time is not only the beginning of it.
WALL_ROWS = ("W2", "W4", "W4 TLS")


class Dovecot(private_dovecot.PrivateDovecot):
    def new_certificate(self):
        return self._certificates.new("replay")


class Bench:
    """Runs the clients, each in a process of its own."""

    def __init__(self, build, rounds):
        self._folder = build / "tests/bench"
        self._rounds = rounds
        source = pathlib.Path(__file__).resolve().parents[2]
        self._environment = {
            **ENVIRONMENT, "GI_TYPELIB_PATH": str(build / "introspection"),
            "LD_LIBRARY_PATH": str(build / "gimap4d"), "PYTHONPATH": str(source / "introspection")}

    def run(self, kind, row, port, *, authority=None, journal=None, wrap=()):
        program = [self._folder / ("bench-client" if kind == "library" else "bench-loops")]
        if kind == "library" and row.workload.startswith("python"):
            # The interpreter that has PyGObject.
            program = ["/usr/bin/python3", pathlib.Path(__file__).with_name("bench-client.py")]
        command = [*wrap, *program, kind, row.workload, "--port", str(port), "--box", row.box]
        if authority:
            command += ["--tls", "--authority", authority]
        if journal:
            command += ["--journal", journal]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True,
                              env=self._environment)
        return json.loads(done.stdout)

    def measure(self, row, replay):
        """The runs of each kind, in turn."""
        journal = replay.journal(self, row)
        runs = {"bare": [], "gio": [], "library": []}
        for _ in range(self._rounds):
            for kind, results in runs.items():
                results.append(self.run(kind, row, replay.port(row), journal=journal,
                                        authority=replay.authority if row.tls else None))
        self._check(row, runs)
        return runs

    @staticmethod
    def _check(row, runs):
        """Who counts less than came has not done the work."""
        for result in runs["library"]:
            if row.mails is not None and result["mails"] != row.mails:
                raise SystemExit(f"{row.name}: {result['mails']} mails instead of {row.mails}")
            if row.content is not None and result["content"] != row.content:
                raise SystemExit(f"{row.name}: {result['content']} octets, not {row.content}")
        # Mails that are handed out one by one are asked for in batches that are not always cut in
        # the same place: then the lines that end them differ in number.
        spread = 0 if row.workload != "whole" else row.mails * 50
        octets = {result["octets"] for results in runs.values() for result in results}
        if max(octets) - min(octets) > spread:
            raise SystemExit(f"{row.name}: not all have read the same octets: {sorted(octets)}")

    def wall(self, row, replay, dovecot):
        """Medians of the time that the library and the bare loop take with the server itself."""
        port = dovecot.imaps_port if row.tls else dovecot.plain_port
        times = {"bare": [], "library": []}
        for _ in range(self._rounds):
            for kind, results in times.items():
                results.append(self.run(kind, row, port, journal=replay.journal(self, row),
                                        authority=dovecot.authority if row.tls else None)["wall"])
        return {kind: statistics.median(results) for kind, results in times.items()}


def median(results, key):
    return statistics.median(result[key] for result in results)


def print_row(row, runs):
    cpu = {kind: median(results, "cpu") for kind, results in runs.items()}
    mib = {kind: median(results, "kib") / 1000 for kind, results in runs.items()}
    goal = scaled = verdict = ""
    if row.goal is not None:
        scale = cpu["bare"] / row.there
        goal = f"{row.goal:.3f}"
        # A limit of less than a millisecond is too coarse to scale with.
        scaled = f"{row.goal * scale:.3f}" if row.there >= .002 else "–"
        in_time = cpu["library"] <= max(row.goal, row.goal * scale if row.there >= .002 else 0)
        in_memory = row.memory is None or mib["library"] <= row.memory
        verdict = "met" if in_time and in_memory else "not met" + (
            " (time)" if not in_time else "") + (" (memory)" if not in_memory else "")
    ratio = cpu["library"] / cpu["bare"] if cpu["bare"] > 0 else float("inf")
    print(f"{row.name:<12} {row.title:<42} {runs['library'][0]['octets'] / 1e6:>7.1f} "
          f"{cpu['bare']:>7.4f} {mib['bare']:>4.0f} {cpu['gio']:>7.4f} {mib['gio']:>4.0f} "
          f"{cpu['library']:>7.4f} {mib['library']:>4.0f} {ratio:>6.1f} "
          f"{goal:>6} {scaled:>6} {row.memory or '':>4} {verdict}", flush=True)


def print_head():
    print(f"{platform.platform()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}")
    print(f"{'':12} {'CPU seconds and peak memory in MB of':<42} {'MB':>7} {'limit':>12} "
          f"{'GIO':>12} {'gimap4d':>12} {'ratio':>6} {'goal':>6} {'scaled':>6} {'MB':>4}",
          flush=True)


def main():
    parser = argparse.ArgumentParser(description="Measures the IMAP half.")
    parser.add_argument("build", type=pathlib.Path, help="the build folder")
    parser.add_argument("--rounds", type=int, default=5, help="of which the median is taken")
    parser.add_argument("--only", action="append", help="a row, W2 for example")
    parser.add_argument("--small", action="store_true", help="a tenth of all sizes")
    parser.add_argument("--stream", type=int, metavar="MB",
                        help="the size of the large mail, 1000 for a gigabyte (default: 200)")
    parser.add_argument("--no-wall", action="store_true", help="nothing against the real server")
    parser.add_argument("--callgrind", metavar="FOLDER",
                        help="the library once under callgrind; its profiles go there")
    options = parser.parse_args()
    if private_dovecot.find_dovecot() is None or shutil.which("openssl") is None:
        return wrapper.skip("dovecot or openssl is not installed")

    sizes = corpus.Sizes.small() if options.small else corpus.Sizes.full()
    if options.stream:
        sizes = sizes._replace(stream=options.stream * 10**6 // 4 * 3)
    chosen = [row for row in rows(sizes)
              if options.only is None or row.name in options.only]
    bench = Bench(options.build, options.rounds)
    with Dovecot() as dovecot:
        corpus.write(dovecot, sizes, {row.box for row in chosen})
        replays = {wanted: Replay(options.build, dovecot, wanted)
                   for wanted in {row.options for row in chosen}}
        try:
            run_all(bench, chosen, replays, dovecot, options)
        finally:
            for replay in replays.values():
                replay.close()
    return 0


def run_all(bench, chosen, replays, dovecot, options):
    if options.callgrind:
        for row in chosen:
            profile(bench, row, replays[row.options], options.callgrind)
        return
    print_head()
    for row in chosen:
        print_row(row, bench.measure(row, replays[row.options]))
    for row in chosen if not options.no_wall else ():
        if row.name in WALL_ROWS:
            wall = bench.wall(row, replays[row.options], dovecot)
            print(f"{row.name} from the real server: {wall['library']:.3f} s, the limit "
                  f"{wall['bare']:.3f} s: {wall['library'] / wall['bare']:.3f} times it "
                  "(goal: 1.05)", flush=True)


def profile(bench, row, replay, folder):
    """Instructions are the same each time, whatever else the machine does."""
    name = os.path.join(folder, "callgrind." + row.name.replace(" ", "-"))
    replay.journal(bench, row)
    bench.run("library", row, replay.port(row), authority=replay.authority if row.tls else None,
              wrap=("valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no",
                    f"--callgrind-out-file={name}"))
    with open(name, encoding="utf-8") as lines:
        total = max(int(line.split()[1]) for line in lines
                    if line.startswith(("summary:", "totals:")))
    print(f"{row.name}: {total / 1e6:.1f} million instructions, {name}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
