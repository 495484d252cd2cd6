"""core: what one task operation costs, against asio::awaitable, Go, asyncio and gevent."""
import json
import os
import subprocess

from . import chart, report
from .process import LOAD_CORE, PYTHON, installed, median, paired_ratio, pinned, python_has, rotated

ROUNDS = 5
SLEEP_ROUNDS = 3
CASES = [
    ("yield_100_tasks", "yield, 100 tasks"),
    ("spawn_join", "spawn + join, one at a time"),
    ("spawn_all_join", "spawn all, then join all"),
    ("spawn_all_join_inline", "the same, co_spawn running each child on the spot"),
    ("nested_await", "await a child that is ready"),
    ("await_post", "await asio::post"),
    ("await_socket_pair", "await one read or write of a socket pair"),
    ("gather_two", "gather of two tasks that are ready (Asio: &&)"),
    ("map_ready", "map, each element"),
    ("timeout_ready", "timeout around a task that is ready (Asio: ||)"),
    ("timeout_not_reached", "timeout around one turn of the loop"),
    ("deadline_taken_back", "a deadline set and taken back"),
    ("cancelled_sleep", "a sleep that is cancelled, from the wait to its end"),
    ("sleep_million", "a sleeping task, created and woken"),
    ("nap_million", "each of ten sleeps of a million tasks"),
    ("yield_unwatched", "yield, 100 tasks, without the watchdog"),
    ("queue_hand_over", "an item through a queue for one"),
    ("channel_hand_over", "an item from hand to hand (channel)"),
    ("event_wake", "set an event, and the waiter runs"),
    ("mutex_hand_over", "a mutex from one task to the next"),
    ("generator_next", "a value from a generator"),
    ("async_generator_next", "a value from an asynchronous generator"),
    ("timer_lateness", "how late a timer is beside a queue that is always busy (real time, median)"),
    ("post_from_thread", "a call from another thread, a million in a row (two threads, real time)"),
    ("post_round_trip", "a call to another loop and back (two threads, real time)"),
]
COLUMNS = ["weft", "asio", "asio_usual", "go", "asyncio", "gevent"]
TITLES = ["weft", "asio::awaitable, tuned", "asio::awaitable, usual", "Go", "asyncio", "gevent"]


def google(program, pattern, on_one_core=True):
    """Nanoseconds of processor time per operation, and counters, of every case that matches the pattern."""
    command = [program, f"--benchmark_filter={pattern}", "--benchmark_min_time=0.1", "--benchmark_format=json"]
    if on_one_core:
        command = pinned(LOAD_CORE, command)
    out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True, timeout=300).stdout
    found = {}
    for case in json.loads(out)["benchmarks"]:
        if case.get("error_occurred"):
            raise RuntimeError(f"{program}: {case['name']}: {case['error_message']}")
        side, name = case["name"].split("/")[:2]
        counters = {key: case[key] for key in ("bytes_per_task", "allocations") if key in case}
        found[side, name] = {"ns": 1e9 / case["items_per_second"], **counters}
    return found


def script(side, command):
    """Cases of a program that prints one JSON object a line."""
    out = subprocess.run(pinned(LOAD_CORE, command), stdout=subprocess.PIPE, text=True, check=True, timeout=120).stdout
    return {(side, case["name"]): case for case in map(json.loads, out.splitlines())}


def collect(results, found):
    for key, case in found.items():
        for field, value in case.items():
            if field != "name":
                results.setdefault(key, {}).setdefault(field, []).append(value)


def rounds(build, count, say):
    bench = build / "bench"
    results = {}
    programs = [bench / "core_weft", bench / "core_asio"]
    for turn in range(count):
        say(f"core: round {turn + 1} of {count}")
        for program in rotated(programs, turn):
            collect(results, google(program, "-_million|/post_"))
            collect(results, google(program, "/post_", on_one_core=False))
    sleeps = [(bench / "core_weft", "^weft/sleep_million"), (bench / "core_asio", "^asio/sleep_million"), (bench / "core_asio", "^asio_usual/sleep_million")]
    for turn in range(min(count, SLEEP_ROUNDS)):
        say(f"core: a million sleepers, round {turn + 1}")
        for program, pattern in rotated(sleeps, turn):  # a process each: memory that is left over would be counted as used
            collect(results, google(program, pattern))
    naps = [(program, pattern.replace("sleep", "nap")) for program, pattern in sleeps]
    for program, pattern in naps:
        say(f"core: a million tasks of ten sleeps, {pattern.split('/')[0]}")
        collect(results, google(program, pattern))
    return results


def others(build, results, say):
    here = os.path.dirname(os.path.dirname(__file__))
    skipped = []
    candidates = [
        ("go", installed("go"), [build / "bench" / "core_go"]),
        ("asyncio", True, [PYTHON, f"{here}/core/asyncio_bench.py"]),
        ("gevent", python_has("gevent"), [PYTHON, f"{here}/core/gevent_bench.py"]),
    ]
    for side, present, command in candidates:
        if not present:
            skipped.append(side)
            continue
        say(f"core: {side}")
        collect(results, script(side, command))
    return skipped


def cell(results, side, case, field="ns"):
    values = results.get((side, case), {}).get(field)
    return report.number(median(values)) if values else "-"


def targets(results):
    def ratio(case, ours="weft", theirs="asio", other=None):
        return paired_ratio(results[theirs, other or case]["ns"], results[ours, case]["ns"])

    yielding, joining = ratio("yield_100_tasks"), ratio("spawn_join")
    usual_yielding, usual_joining = ratio("yield_100_tasks", theirs="asio_usual"), ratio("spawn_join", theirs="asio_usual")
    everything = ratio("spawn_all_join", other="spawn_all_join_inline")
    queued = ratio("spawn_all_join")
    sleeping = 1 / ratio("sleep_million")
    napping, napping_memory = 1 / ratio("nap_million", theirs="asio_usual"), paired_ratio(
        results["weft", "nap_million"]["bytes_per_task"], results["asio_usual", "nap_million"]["bytes_per_task"])
    tuned_napping = 1 / ratio("nap_million")
    watching = -median([a - b for a, b in zip(results["weft", "yield_unwatched"]["ns"], results["weft", "yield_100_tasks"]["ns"])])
    nanoseconds = median(results["weft", "yield_100_tasks"]["ns"])
    size = median(results["weft", "sleep_million"]["bytes_per_task"])
    allocations = sum(results["weft", "await_socket_pair"]["allocations"] + results["weft", "await_post"]["allocations"])
    handed = ["queue_hand_over", "channel_hand_over", "event_wake", "mutex_hand_over"]
    queue, channel, event, mutex = (median(results["weft", case]["ns"]) for case in handed)
    queueing, usual_queueing = ratio("queue_hand_over"), ratio("queue_hand_over", theirs="asio_usual")
    handing_allocations = sum(sum(results["weft", case]["allocations"]) for case in handed)
    gathering, tuned_gathering = ratio("gather_two", theirs="asio_usual"), ratio("gather_two")
    posting, returning = ratio("post_from_thread"), ratio("post_round_trip")
    timing, taking_back = (median(results["weft", case]["ns"]) for case in ["timeout_ready", "deadline_taken_back"])
    row = report.target
    return [
        row("yield >= 20 x asio::awaitable (usual form)", f"{usual_yielding:.1f} x; tuned form {yielding:.1f} x", usual_yielding >= 20),
        row("yield <= 10 ns", f"{nanoseconds:.1f} ns", nanoseconds <= 10),
        row("spawn + join >= 8 x co_spawn", f"{joining:.1f} x; usual form {usual_joining:.1f} x", joining >= 8),
        row("a million spawned and joined >= 10 x co_spawn from a task", f"{everything:.1f} x; from outside the loop {queued:.1f} x", everything >= 10),
        row("a million sleepers <= 1/3 of the time with steady_timer", f"{sleeping:.2f}", sleeping <= 1 / 3),
        row("a sleeping task <= 350 B", f"{size:.0f} B", size <= 350),
        row("await of an Asio operation: 0 allocations", f"{allocations:.0f}", allocations == 0),
        row("a million tasks of ten sleeps <= 1/4 of awaitable's time (usual form)", f"{napping:.2f}; tuned form {tuned_napping:.2f}", napping <= 1 / 4),
        row("the same: <= 1/4 of its memory", f"{napping_memory:.2f}", napping_memory <= 1 / 4),
        row("watchdog <= 3 ns a switch", f"{watching:.1f} ns", watching <= 3),
        row("gather of two ready tasks >= 5 x awaitable &&", f"{gathering:.1f} x; tuned form {tuned_gathering:.1f} x", gathering >= 5),
        row("timeout around what is ready <= 100 ns", f"{timing:.1f} ns", timing <= 100),
        row("a deadline set and taken back <= 60 ns", f"{taking_back:.1f} ns", taking_back <= 60),
        row("an item through a queue >= 5 x experimental::channel", f"{queueing:.1f} x; usual form {usual_queueing:.1f} x", queueing >= 5),
        row("an item through a queue or a channel <= 40 ns", f"{queue:.1f} ns; {channel:.1f} ns", max(queue, channel) <= 40),
        row("event set until the waiter runs, mutex hand-over <= 30 ns", f"{event:.1f} ns; {mutex:.1f} ns", max(event, mutex) <= 30),
        row("a call from another thread >= 1.0 x asio::post", f"{posting:.2f} x; there and back {returning:.2f} x", posting >= 1),
        row("queue, channel, event, mutex: 0 allocations", f"{handing_allocations:.0f}", handing_allocations == 0),
    ]


def run(build, options, say):
    results = rounds(build, options.rounds or ROUNDS, say)
    skipped = others(build, results, say)
    figures = [(label, *(cell(results, side, case) for side in COLUMNS)) for case, label in CASES]
    memory = [("bytes of a sleeping task", *(cell(results, side, "sleep_million", "bytes_per_task") for side in COLUMNS))]
    text = "Nanoseconds of processor time per operation on one core, one loop, one thread.\n\n"
    text += report.table(("", *TITLES), figures + memory)
    text += "\n" + chart.peers(options.pictures, "core", [label for _, label in CASES], TITLES, {
        title: [median(results[side, case]["ns"]) if (side, case) in results else None for case, _ in CASES]
        for side, title in zip(COLUMNS, TITLES)})
    text += """
"usual" is what Asio's documentation shows (`awaitable<T>`, `use_awaitable`); "tuned" has io_context's own executor type and `deferred`.
A sleeping task is the growth of resident memory over a million tasks (Go 500 000, asyncio 100 000, gevent 50 000), divided by them: frame,
handle, timer and everything else. In "spawn all" a million tasks exist before the first runs (asyncio 200 000, gevent 100 000). asyncio, gevent
and Go run once, the others in rounds. Allocations are counted in malloc and its kin. Asio's queue is experimental::channel, with room for one
or none; its mutex is a channel with one token, its event a timer that is cancelled, its asynchronous generator experimental::coro. Go's queue,
event and mutex are channels as well. gevent's lock is taken again by who has released it, so that it is hardly ever handed over. A cancelled
sleep ends with an exception in weft and in Asio's usual form, with an error code in its tuned one.

"""
    if skipped:
        text += f"Not installed, left out: {', '.join(skipped)}.\n\n"
    return report.section("core", "Core: `./dev bench core`", text + report.table(("target", "measured", "reached"), targets(results)))
