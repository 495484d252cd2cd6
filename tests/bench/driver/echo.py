"""echo: round trips a second of TCP echo servers with one thread, 64-byte messages."""
import json
import os
import subprocess

from . import chart, report
from .process import (LOAD_CORE, PYTHON, SERVER_CORE, allow_many_files, cpu_seconds, installed, median, paired_ratio, pinned,
                      python_has, rotated, running)

ROUNDS = 7
SLOW_ROUNDS = 3
SECONDS = "1.0"
SIZE = "64"
CONNECTIONS = (50, 500)


def servers(build):
    here = os.path.dirname(os.path.dirname(__file__))
    bench = build / "bench"
    found = {
        "C, epoll": [bench / "echo_epoll"],
        "weft": [bench / "echo_weft"],
        "Asio, callbacks": [bench / "echo_asio_callback"],
        "Asio, awaitable": [bench / "echo_asio_awaitable"],
    }
    slow = {"asyncio": [PYTHON, f"{here}/echo/asyncio_server.py"]}
    if installed("go"):
        slow["Go"] = [bench / "echo_go"]
    if python_has("gevent"):
        slow["gevent"] = [PYTHON, f"{here}/echo/gevent_server.py"]
    return found, slow


def one(build, command, connections):
    """Round trips a second, and microseconds of the server's processor time per round trip."""
    with running(pinned(SERVER_CORE, command), stdout=subprocess.PIPE, text=True) as server:
        port = server.stdout.readline().strip()
        if not port:
            raise RuntimeError(f"{command[-1]} did not start")
        before = cpu_seconds(server.pid)
        load = [build / "bench" / "echo_load", port, str(connections), SECONDS, SIZE]
        out = subprocess.run(pinned(LOAD_CORE, load), stdout=subprocess.PIPE, text=True, check=True, timeout=60).stdout
        used = cpu_seconds(server.pid) - before
    found = json.loads(out)
    return {
        "rate": found["round_trips"] / found["seconds"],
        "cpu": used / found["with_warm_up"] * 1e6,
        "p99": found["p99_us"],
    }


def measure(build, options, say):
    fast, slow = servers(build)
    results = {}
    count = options.rounds or ROUNDS
    for connections in CONNECTIONS:
        for turn in range(count):
            say(f"echo: {connections} connections, round {turn + 1} of {count}")
            both = {**fast, **slow} if turn < SLOW_ROUNDS else fast
            for name, command in rotated(both.items(), turn):
                results.setdefault((name, connections), []).append(one(build, command, connections))
    return [*fast, *slow], results


def values(results, name, connections, field):
    return [found[field] for found in results[name, connections]]


def run(build, options, say):
    allow_many_files()
    names, results = measure(build, options, say)

    def ratio(name, connections, other="C, epoll"):
        return paired_ratio(values(results, name, connections, "rate"), values(results, other, connections, "rate"))

    text = f"Messages of {SIZE} bytes, one in flight a connection, TCP over loopback; the server on one core, the load generator on the other.\n\n"
    for connections in CONNECTIONS:
        rows = []
        for name in names:
            rate, cpu, p99 = (median(values(results, name, connections, field)) for field in ("rate", "cpu", "p99"))
            rows.append((name, report.number(rate), f"{ratio(name, connections):.2f}", f"{cpu:.2f}", report.number(p99)))
        head = (f"{connections} connections", "round trips/s", "x C epoll", "server µs each", "p99 µs")
        text += report.table(head, rows) + "\n"
        shown = [name for name in names if name != "weft"]
        text += chart.against(options.pictures, f"echo-{connections}", f"TCP echo, {connections} connections: weft against each server",
                              [(name, ratio("weft", connections, name)) for name in shown]) + "\n"
    targets = []
    for connections in CONNECTIONS:
        to_c, to_asio = ratio("weft", connections), ratio("weft", connections, "Asio, callbacks")
        targets.append(report.target(f"{connections} connections: >= 0.97 x C epoll", f"{to_c:.3f} x", to_c >= 0.97))
        targets.append(report.target(f"{connections} connections: >= 1.0 x Asio callbacks", f"{to_asio:.3f} x", to_asio >= 1.0))
    return report.section("echo", "TCP echo: `./dev bench echo`", text + report.table(("target", "measured", "reached"), targets))
