"""The core benchmarks with gevent. Prints one JSON object a case: nanoseconds of processor time per operation."""
import json
import random
import resource
import time

import gevent

SLEEPERS = 50_000


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def resident():
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def report(name, seconds, operations, **more):
    print(json.dumps({"name": name, "ns": seconds / operations * 1e9, **more}), flush=True)


def nothing():
    pass


def yielder(turns):
    for _ in range(turns):
        gevent.sleep(0)


def main():
    start = cpu()
    gevent.joinall([gevent.spawn(yielder, 1000) for _ in range(100)])
    report("yield_100_tasks", cpu() - start, 100_000)

    start = cpu()
    for _ in range(10_000):
        gevent.spawn(nothing).join()
    report("spawn_join", cpu() - start, 10_000)

    start = cpu()
    for _ in range(10_000):
        with gevent.Timeout(3600):
            gevent.sleep(0)
    report("timeout_not_reached", cpu() - start, 10_000)

    delays = [5 + random.random() for _ in range(SLEEPERS)]
    before, start = resident(), cpu()
    tasks = [gevent.spawn(gevent.sleep, delay) for delay in delays]
    gevent.sleep(0)
    asleep = resident() - before
    time.sleep(6.1)  # block the thread until all are due
    gevent.joinall(tasks)
    report("sleep_million", cpu() - start, SLEEPERS, bytes_per_task=asleep / SLEEPERS, tasks=SLEEPERS)
    del tasks

    start = cpu()
    gevent.joinall([gevent.spawn(nothing) for _ in range(100_000)])
    report("spawn_all_join", cpu() - start, 100_000, tasks=100_000)


main()
