"""The cases of process_bench.cpp for Python's multiprocessing and ProcessPoolExecutor."""
import json
import multiprocessing
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor

QUEUE_ITEMS = 50_000


def give(value):
    return value


def nothing():
    pass


def fill(queue):
    for i in range(QUEUE_ITEMS):
        queue.put(i)


def show(name, ns, side="multiprocessing"):
    print(json.dumps({"side": side, "name": name, "ns": ns}), flush=True)


def timed(body):
    start = time.perf_counter()
    body()
    return (time.perf_counter() - start) * 1e9


def median_of(count, body):
    return statistics.median(timed(body) for _ in range(count))


def start_and_join():
    process = multiprocessing.Process(target=nothing)
    process.start()
    process.join()


def main():
    count = 5_000
    with multiprocessing.Pool(2) as pool:
        show("round_trip", median_of(2_000, lambda: pool.apply(give, (1,))))
        show("throughput", timed(lambda: [r.get() for r in [pool.apply_async(give, (i,)) for i in range(count)]]) / count)
        large = b"x" * (16 << 20)
        show("16_mib", median_of(7, lambda: pool.apply(give, (large,))))
    with ProcessPoolExecutor(2) as pool:
        show("round_trip", median_of(1_000, lambda: pool.submit(give, 1).result()), "executor")
        show("throughput", timed(lambda: [r.result() for r in [pool.submit(give, i) for i in range(count)]]) / count, "executor")
    show("start", median_of(20, start_and_join))
    ballast = bytearray(b"x" * (1 << 30))
    show("start_1_gib", median_of(10, start_and_join))
    del ballast
    queue = multiprocessing.Queue(1000)
    process = multiprocessing.Process(target=fill, args=(queue,))
    process.start()
    queue.get()
    show("queue", timed(lambda: [queue.get() for _ in range(QUEUE_ITEMS - 1)]) / QUEUE_ITEMS)
    process.join()


if __name__ == "__main__":
    sys.exit(main())
