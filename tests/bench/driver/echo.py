"""echo: round trips a second of TCP and UDP echo servers with one thread, and what idle connections take."""
import json
import os
import resource
import socket
import subprocess

from . import chart, report
from .process import (LOAD_CORE, PYTHON, SERVER_CORE, allow_many_files, cpu_seconds, installed, median, paired_ratio, pinned,
                      python_has, rotated, running)

ROUNDS = 7
SLOW_ROUNDS = 3
SECONDS = "1.0"
SIZE = "64"
CONNECTIONS = (1, 50, 500)
UDP_SIZES = (64, 1200)
UDP_SOCKETS, UDP_WINDOW = "16", "16"
IDLE = 10_000


def servers(build):
    here = os.path.dirname(os.path.dirname(__file__))
    bench = build / "bench"
    found = {
        "C, epoll": [bench / "echo_epoll"],
        "weft": [bench / "echo_weft"],
        "weft-echo": [build / "apps" / "echo" / "weft-echo", "server", "--tcp", "-l", "127.0.0.1:0"],
        "Asio, callbacks": [bench / "echo_asio_callback"],
        "Asio, awaitable": [bench / "echo_asio_awaitable"],
    }
    slow = {"asyncio": [PYTHON, f"{here}/echo/asyncio_server.py"]}
    if installed("go"):
        slow["Go"] = [bench / "echo_go"]
    if python_has("uvloop"):
        slow["uvloop"] = [PYTHON, f"{here}/echo/asyncio_server.py", "uvloop"]
    if python_has("gevent"):
        slow["gevent"] = [PYTHON, f"{here}/echo/gevent_server.py"]
    return found, slow


def port_of(server):
    """The first line a server prints: its port, or "tcp ADDRESS:PORT"."""
    return server.stdout.readline().strip().rsplit(":", 1)[-1]


def loaded(command, load):
    """What the load generator says, with round trips a second and the server's processor time per round trip."""
    with running(pinned(SERVER_CORE, command), stdout=subprocess.PIPE, text=True) as server:
        port = port_of(server)
        if not port:
            raise RuntimeError(f"{command[-1]} did not start")
        before, own = cpu_seconds(server.pid), children_cpu()
        out = subprocess.run(pinned(LOAD_CORE, load(port)), stdout=subprocess.PIPE, text=True, check=True, timeout=60).stdout
        used, load_used = cpu_seconds(server.pid) - before, children_cpu() - own
    found = json.loads(out)
    wall = found["seconds"] * 1.2  # with the warm-up
    return {
        "rate": found["round_trips"] / found["seconds"],
        "cpu": used / max(1, found["with_warm_up"]) * 1e6,
        "p99": found["p99_us"],
        "lost": found.get("lost", 0) / max(1, found["with_warm_up"]),
        "server_busy": used / wall,
        "client_busy": load_used / wall,
    }


def children_cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def one(build, command, connections):
    return loaded(command, lambda port: [build / "bench" / "echo_load", port, str(connections), SECONDS, SIZE])


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


def limit_of(rounds):
    """Who was busy all the time: a rate says little about a server that was not."""
    if median([found["server_busy"] for found in rounds]) >= 0.95:
        return "server"
    return "client" if median([found["client_busy"] for found in rounds]) >= 0.95 else "both wait"


def values(results, name, connections, field):
    return [found[field] for found in results[name, connections]]


def tcp(build, options, say):
    names, results = measure(build, options, say)

    def ratio(name, connections, other="C, epoll"):
        return paired_ratio(values(results, name, connections, "rate"), values(results, other, connections, "rate"))

    text = f"Messages of {SIZE} bytes, one in flight a connection, TCP over loopback; the server on one core, the load generator on the other.\n\n"
    for connections in CONNECTIONS:
        rows = []
        for name in names:
            rate, cpu, p99 = (median(values(results, name, connections, field)) for field in ("rate", "cpu", "p99"))
            rows.append((name, report.number(rate), f"{ratio(name, connections):.2f}", f"{cpu:.2f}", report.number(p99), limit_of(results[name, connections])))
        head = (f"{connections} connections", "round trips/s", "x C epoll", "server µs each", "p99 µs", "limited by")
        text += report.table(head, rows) + "\n"
        shown = [name for name in names if name != "weft"]
        text += chart.against(options.pictures, f"echo-{connections}", f"TCP echo, {connections} connections: weft against each server",
                              [(name, ratio("weft", connections, name)) for name in shown]) + "\n"
    targets = []
    for name in ("weft", "weft-echo"):
        for connections in CONNECTIONS:
            to_c, to_asio = ratio(name, connections), ratio(name, connections, "Asio, callbacks")
            targets.append(report.target(f"{name}, {connections} connections: >= 0.97 x C epoll", f"{to_c:.3f} x", to_c >= 0.97))
            targets.append(report.target(f"{name}, {connections} connections: >= 1.0 x Asio callbacks", f"{to_asio:.3f} x", to_asio >= 1.0))
    return text, targets


def udp(build, options, say):
    bench = build / "bench"
    servers = {
        "C, recvmmsg": [bench / "echo_udp_mmsg"],
        "weft": [bench / "echo_udp_weft"],
        "weft-echo": [build / "apps" / "echo" / "weft-echo", "server", "--udp", "-l", "127.0.0.1:0"],
        "Asio, awaitable": [bench / "echo_udp_asio"],
    }
    results = {}
    count = options.rounds or ROUNDS
    for size in UDP_SIZES:
        for turn in range(count):
            say(f"echo: UDP, {size} bytes, round {turn + 1} of {count}")
            for name, command in rotated(servers.items(), turn):
                load = lambda port: [bench / "echo_udp_load", port, UDP_SOCKETS, UDP_WINDOW, SECONDS, str(size)]
                results.setdefault((name, size), []).append(loaded(command, load))
    text = f"UDP over loopback, {UDP_SOCKETS} sockets with {UDP_WINDOW} datagrams in flight each.\n\n"
    targets = []
    for size in UDP_SIZES:
        def against(name, other, field="rate"):
            ours, theirs = (values(results, each, size, field) for each in (name, other))
            return paired_ratio(ours, theirs)

        rows = []
        for name in servers:
            rate, cpu, p99, lost = (median(values(results, name, size, field)) for field in ("rate", "cpu", "p99", "lost"))
            rows.append((name, report.number(rate), f"{against(name, 'C, recvmmsg'):.2f}", f"{cpu:.2f}", report.number(p99), f"{100 * lost:.3f} %", limit_of(results[name, size])))
        text += report.table((f"{size} bytes", "round trips/s", "x C recvmmsg", "server µs each", "p99 µs", "lost", "limited by"), rows) + "\n"
        for name in ("weft", "weft-echo"):
            for field, label in (("rate", "rate"), ("cpu", "requests per CPU-second")):
                to_c, to_asio = against(name, "C, recvmmsg", field), against(name, "Asio, awaitable", field)
                if field == "cpu":
                    to_c, to_asio = 1 / to_c, 1 / to_asio
                targets.append(report.target(f"{name}, UDP {size} B, {label}: >= 0.95 x C recvmmsg", f"{to_c:.3f} x", to_c >= 0.95))
                targets.append(report.target(f"{name}, UDP {size} B, {label}: >= 1.35 x Asio awaitable", f"{to_asio:.2f} x", to_asio >= 1.35))
    return text, targets


def resident(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def idle_bytes(command):
    """What each of many idle connections takes in user space."""
    with running(command, stdout=subprocess.PIPE, text=True) as server:
        port = int(port_of(server))
        connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]
        before = resident(server.pid)
        connections += [socket.create_connection(("127.0.0.1", port)) for _ in range(IDLE)]
        for each in (connections[0], connections[-1]):  # all before it have been accepted when it is answered
            each.sendall(b"x")
            each.recv(1)
        used = resident(server.pid) - before
        for each in connections:
            each.close()
    return used / IDLE


def idle(build, say):
    say(f"echo: {IDLE} idle connections")
    fast, _ = servers(build)
    found = {name: idle_bytes(command) for name, command in fast.items()}
    rows = [(name, report.number(each)) for name, each in found.items()]
    text = report.table((f"{IDLE} idle TCP connections", "bytes of the server each"), rows) + "\n"
    return text, [report.target(f"weft-echo, {IDLE} idle connections: <= 4096 B each", report.number(found["weft-echo"]), found["weft-echo"] <= 4096)]


def run(build, options, say):
    allow_many_files()
    parts = [tcp(build, options, say), udp(build, options, say), idle(build, say)]
    text = "".join(part for part, _ in parts)
    targets = [row for _, rows in parts for row in rows]
    return report.section("echo", "Echo over TCP and UDP: `./dev bench echo`", text + report.table(("target", "measured", "reached"), targets))
