"""threads: what a piece of work costs in a thread pool, against asio::thread_pool, oneTBB, std::async and Python."""
import json
import os
import subprocess

from . import report
from .process import PYTHON, median, paired_ratio, rotated

ROUNDS = 5
CASES = [(f"{case}/{threads}", f"{label}, {threads} thread{'s' if threads > 1 else ''}") for case, label in [
    ("round_trip", "submit + get, one at a time"),
    ("submit_get", "submit 1000, then get all"),
    ("post", "post from outside"),
    ("post_from_work", "post from work, 8 chains"),
] for threads in (1, 2)]
PROGRAMS = [("weft", "thread_pool_weft"), ("asio", "thread_pool_asio"), ("tbb", "thread_pool_tbb"), ("std", "thread_pool_std")]
COLUMNS = ["weft", "asio", "tbb", "std", "python"]
TITLES = ["weft", "asio::thread_pool, use_future", "oneTBB task_group", "std::async", "ThreadPoolExecutor"]


def collect(results, side, command):
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=300).stdout
    for case in map(json.loads, out.splitlines()):
        results.setdefault((side, case["name"]), []).append(case["ns"])


def targets(results):
    row = report.target

    def ratio(case):
        return paired_ratio(results["asio", case], results["weft", case])

    rows = []
    for threads in (1, 2):
        single, many = ratio(f"round_trip/{threads}"), ratio(f"submit_get/{threads}")
        rows.append(row(f"submit + get >= 2 x asio::thread_pool + use_future, {threads}", f"{many:.1f} x; one at a time {single:.1f} x", min(single, many) >= 2))
    for threads in (1, 2):
        outside, inside = ratio(f"post/{threads}"), ratio(f"post_from_work/{threads}")
        rows.append(row(f"post >= 1.0 x asio::thread_pool, {threads}", f"{outside:.2f} x", outside >= 1))
        rows.append(row(f"post from work >= 1.0 x asio::thread_pool, {threads}", f"{inside:.2f} x", inside >= 1))
    collapse = paired_ratio(results["weft", "post/2"], results["weft", "post/1"])
    rows.append(row("no collapse of post from 1 thread to 2: <= 1.5 x the time", f"{collapse:.2f} x", collapse <= 1.5))
    return rows


def run(build, options, say):
    results = {}
    here = os.path.dirname(os.path.dirname(__file__))
    present = [(side, [build / "bench" / program]) for side, program in PROGRAMS if (build / "bench" / program).exists()]
    for turn in range(options.rounds or ROUNDS):
        say(f"threads: round {turn + 1}")
        for side, command in rotated(present, turn):
            collect(results, side, command)
    collect(results, "python", [PYTHON, f"{here}/pool/executor_bench.py"])
    figures = [(label, *(report.number(median(results[side, case])) if (side, case) in results else "-" for side in COLUMNS)) for case, label in CASES]
    text = "Nanoseconds of wall time per piece of work, which does nothing, on all cores.\n\n" + report.table(("", *TITLES), figures) + """
The thread that submits is none of the pool's. std::async starts a thread for each piece of work. In oneTBB's "get all" the waiting thread works
along, and nothing is given back but what the work writes itself. A thread that waits is awake for a moment before it sleeps, in weft and in
oneTBB: under other load on the machine that is worth nothing, and weft leaves it out then.

"""
    return report.section("threads", "Thread pools: `./dev bench threads`", text + report.table(("target", "measured", "reached"), targets(results)))
