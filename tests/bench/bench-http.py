#!/usr/bin/python3
"""A GRestServer beside a bare SoupServer that answers the same bytes, under the load of wrk.

    bench-http.py HTTP-SERVER [SECONDS] [ROUNDS]

Both run at once, and are loaded in turns; what counts is the ratio of two neighbours. Printed are
the medians of the rounds: requests a second, what a request costs the server (user and system time)
and the slowest percent.

SPDX-License-Identifier: LGPL-2.1-or-later
SPDX-FileCopyrightText: The gimap4d authors
"""

import http.client
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time

TICK = os.sysconf("SC_CLK_TCK")
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60}

# What is loaded, with how many connections, and what is to be reached of the bare server's requests.
TABLE = (
    ("1 KB", "/1k", 1, 0.95),
    ("1 KB", "/1k", 64, 1.0),
    ("64 KB", "/64k", 64, 1.0),
    ("10 MB", "/10m", 64, 1.0),
)


class Server:
    """One process of the server program."""

    def __init__(self, kind, port=0):
        self.process = subprocess.Popen([program, kind, str(port)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def status(self, name):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(rf"^{name}:\s+(\d+)", status.read(), re.MULTILINE)[1])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def load(servers, path, connections):
    """Requests a second, seconds of a request in the servers, the slowest percent in seconds."""
    before = sum(server.cpu() for server in servers)
    text = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--latency",
                           f"http://127.0.0.1:{servers[0].port}{path}"],
                          stdout=subprocess.PIPE, text=True, check=True).stdout
    assert "Non-2xx" not in text, text
    requests = int(re.search(r"(\d+) requests in", text)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
    amount, unit = re.search(r"99%\s+([\d.]+)(\w+)", text).groups()
    cpu = sum(server.cpu() for server in servers) - before
    return rate, cpu / max(requests, 1), float(amount) * UNITS[unit]


def compare(name, ours, theirs, path, connections, goal, our_path=None):
    rows = [(load(theirs, path, connections), load(ours, our_path or path, connections))
            for _ in range(rounds)]
    bare, guard = ([statistics.median(row[side][i] for row in rows) for i in range(3)]
                   for side in range(2))
    ratio = statistics.median(row[1][0] / row[0][0] for row in rows)
    cpu = statistics.median(row[1][1] / row[0][1] for row in rows if row[0][1] > 0)
    print(f"{name:22} c={connections:<3} {bare[0]:9.0f} {guard[0]:9.0f}  {ratio:5.2f} (to reach "
          f"{goal})  cpu {bare[1] * 1e6:7.1f} {guard[1] * 1e6:7.1f} µs {cpu:5.2f}  "
          f"p99 {bare[2] * 1e3:8.1f} {guard[2] * 1e3:8.1f} ms", flush=True)


def connect_slowly(port, number):
    """Clients that have sent half a head, and wait."""
    clients = []
    for _ in range(number):
        clients.append(socket.create_connection(("127.0.0.1", port)))
        clients[-1].sendall(b"GET /1k HTTP/1.1\r\nHost: loc")
    return clients


def time_requests(port, number):
    """The sorted times of requests over one connection, in seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    times = []
    for _ in range(number):
        start = time.perf_counter()
        connection.request("GET", "/1k")
        assert len(connection.getresponse().read()) == 1024
        times.append(time.perf_counter() - start)
    connection.close()
    return sorted(times)


def show_slow_clients():
    server = Server("guard")
    for number in (0, 1000, 2000):
        clients = connect_slowly(server.port, number)
        times = time_requests(server.port, 2000)
        rate, cpu, slowest = load([server], "/1k", 1)
        print(f"{number:5} slow clients beside: median {times[1000] * 1e3:.2f} ms, slowest percent "
              f"{times[1980] * 1e3:.2f} ms (to reach 10), {rate:.0f} requests/s at "
              f"{cpu * 1e6:.1f} µs, wrk's slowest percent {slowest * 1e3:.2f} ms", flush=True)
        for client in clients:
            client.close()
    server.close()


def show_streams():
    server = Server("guard")
    load([server], "/stream", 1)
    before = server.status("VmRSS")
    load([server], "/stream", 64)
    print(f"10 MB as a stream, c=64: {server.status('VmHWM') - before} KiB above the "
          f"{before} KiB of one client", flush=True)
    server.close()


def show_processes(bare):
    first = Server("guard", port=free_port())
    both = [first, Server("guard", port=first.port)]
    compare("1 KB, two processes", both, bare, "/1k", 64, 1.25)
    for server in both:
        server.close()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def main():
    bare = [Server("bare")]
    guard = [Server("guard")]
    print(f"{'':29} {'bare':>9} {'ours':>9}  ratio of requests/s")
    for name, path, connections, goal in TABLE:
        compare(name, guard, bare, path, connections, goal)
    show_processes(bare)
    compare("route beside handler", guard, guard, "/1k", 64, 0.9,
            our_path="/rest/$singleton/Bench/get?$params=%5B1,%22two%22%5D")
    for server in bare + guard:
        server.close()
    show_streams()
    show_slow_clients()


program = sys.argv[1]
seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 2
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
if not shutil.which("wrk"):
    print("SKIP: there is no wrk (build-aux/packages bench)")
    sys.exit(77)
main()
