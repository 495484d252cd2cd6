"""The cases of thread_bench.hpp for Python's ThreadPoolExecutor."""
import json
import time
from concurrent.futures import ThreadPoolExecutor

ROUND_TRIPS = 2_000
BATCH, BATCHES = 1_000, 10


def measure(name, threads, count, body):
    body()
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        body()
        best = min(best, (time.perf_counter() - start) * 1e9 / count)
    print(json.dumps({"name": f"{name}/{threads}", "ns": best}))


def give(value):
    return value


def main():
    for threads in (1, 2):
        with ThreadPoolExecutor(threads) as pool:
            def round_trips():
                for i in range(ROUND_TRIPS):
                    pool.submit(give, i).result()

            def all_at_once():
                for _ in range(BATCHES):
                    for result in [pool.submit(give, i) for i in range(BATCH)]:
                        result.result()

            measure("round_trip", threads, ROUND_TRIPS, round_trips)
            measure("submit_get", threads, BATCH * BATCHES, all_at_once)


main()
