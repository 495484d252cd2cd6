"""processes: what a process, a task in one, and an item between two cost, against bare system calls and Python."""
import json
import os
import subprocess

from . import report
from .process import PYTHON, median, paired_ratio

ROUNDS = 3
CASES = [
    ("round_trip", "process_pool: a task and its result, one at a time"),
    ("round_trip_asleep", "the same, process_pool_options::spin = false"),
    ("throughput", "process_pool: each of many tasks, 2 workers"),
    ("16_mib", "16 MiB there and back"),
    ("start", "a process, from its start to its end"),
    ("start_1_gib", "the same of a parent with 1 GiB"),
    ("queue", "an item through a process_queue, one process to another"),
    ("ring", "an item through a ring"),
]
SIDES = ["weft", "bare", "multiprocessing", "executor"]
TITLES = ["weft", "socketpair, posix_spawn", "multiprocessing", "ProcessPoolExecutor"]


def collect(results, default_side, command):
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=300).stdout
    for case in map(json.loads, out.splitlines()):
        name, bare = case["name"].removesuffix("_bare"), case["name"].endswith("_bare")
        results.setdefault(("bare" if bare else case.get("side", default_side), name), []).append(case["ns"])


def targets(results):
    def ratio(side, case, own="weft", own_case=None):
        return paired_ratio(results[side, case], results[own, own_case or case])

    row = report.target
    trip = 1 / ratio("bare", "round_trip", own_case="round_trip_asleep")
    spin = median(results["weft", "round_trip"]) / 1000
    rows = [
        row("round trip <= 1.2 x a bare ping-pong, spin = false", f"{trip:.2f} x", trip <= 1.2),
        row("round trip <= 15 µs", f"{spin:.1f} µs", spin <= 15),
    ]
    for label, case, side, least in [
        ("round trip >= 3 x faster than Pool.apply", "round_trip", "multiprocessing", 3),
        ("small tasks >= 8 x apply_async", "throughput", "multiprocessing", 8),
        ("small tasks >= 8 x ProcessPoolExecutor", "throughput", "executor", 8),
        ("16 MiB >= 3 x Pool.apply", "16_mib", "multiprocessing", 3),
        ("queue >= 5 x multiprocessing.Queue", "queue", "multiprocessing", 5),
    ]:
        value = ratio(side, case)
        rows.append(row(label, f"{value:.1f} x", value >= least))
    value = ratio("multiprocessing", "queue", own_case="ring")
    rows.append(row("ring >= 20 x multiprocessing.Queue", f"{value:.0f} x", value >= 20))
    for case in ("start", "start_1_gib"):
        value = 1 / ratio("bare", case)
        rows.append(row(f"{dict(CASES)[case]} <= 1.5 x bare posix_spawn", f"{value:.2f} x", value <= 1.5))
    return rows


def run(build, options, say):
    results = {}
    here = os.path.dirname(os.path.dirname(__file__))
    for turn in range(options.rounds or ROUNDS):
        say(f"processes: round {turn + 1}")
        collect(results, "weft", [build / "bench" / "process_weft"])
        collect(results, "multiprocessing", [PYTHON, f"{here}/pool/multiprocessing_bench.py"])
    figures = [(label, *(report.number(median(results[side, case])) if (side, case) in results else "-" for side in SIDES)) for case, label in CASES]
    text = (
        "Nanoseconds of wall time, on all cores; of the single round trips and starts the median.\n\n"
        + report.table(("", *TITLES), figures)
        + "\nA worker that has nothing to do, and a thread that waits for a result, look for a moment before they sleep, unless\n"
        "process_pool_options::spin is false. The others sleep at once.\n"
    )
    return report.section("processes", "Processes: `./dev bench processes`", text + report.table(("target", "measured", "reached"), targets(results)))
