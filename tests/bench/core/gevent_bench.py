"""The core benchmarks with gevent. Prints one JSON object a case: nanoseconds of processor time per operation."""
import json
import random
import resource
import time

import gevent
import gevent.event
import gevent.lock
import gevent.queue

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


def produce(queue, count):
    for i in range(count):
        queue.put(i)


def consume(queue, count):
    for _ in range(count):
        queue.get()


def play(theirs, mine, turns):
    for _ in range(turns):
        mine.wait()
        mine.clear()
        theirs.set()


def lock(mutex, turns):
    for _ in range(turns):
        with mutex:
            pass


def pass_items(name, queue):
    start = cpu()
    gevent.joinall([gevent.spawn(produce, queue, 50_000), gevent.spawn(consume, queue, 50_000)], raise_error=True)
    report(name, cpu() - start, 50_000)


def hand_over():
    pass_items("queue_hand_over", gevent.queue.Queue(1))
    pass_items("channel_hand_over", gevent.queue.Channel())

    start = cpu()
    ping, pong = gevent.event.Event(), gevent.event.Event()
    ping.set()
    gevent.joinall([gevent.spawn(play, pong, ping, 25_000), gevent.spawn(play, ping, pong, 25_000)], raise_error=True)
    report("event_wake", cpu() - start, 50_000)

    start = cpu()
    mutex = gevent.lock.BoundedSemaphore(1)
    with mutex:
        tasks = [gevent.spawn(lock, mutex, 25_000) for _ in range(2)]
        gevent.sleep(0)
    gevent.joinall(tasks, raise_error=True)
    report("mutex_hand_over", cpu() - start, 50_000)


def main():
    hand_over()

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
