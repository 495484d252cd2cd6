"""The core benchmarks with Python's asyncio. Prints one JSON object a case: nanoseconds of processor time per operation."""
import asyncio
import json
import random
import resource
import time

SLEEPERS = 100_000


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def resident():
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def report(name, seconds, operations, **more):
    print(json.dumps({"name": name, "ns": seconds / operations * 1e9, **more}), flush=True)


async def nothing():
    pass


async def add_one(value):
    return value + 1


async def yielder(turns):
    for _ in range(turns):
        await asyncio.sleep(0)


async def after_one_turn():
    await asyncio.sleep(0)
    return 1


async def sleeper(delay):
    await asyncio.sleep(delay)


async def produce(queue, count):
    for i in range(count):
        await queue.put(i)


async def consume(queue, count):
    for _ in range(count):
        await queue.get()


async def play(theirs, mine, turns):
    for _ in range(turns):
        await mine.wait()
        mine.clear()
        theirs.set()


async def lock(mutex, turns):
    for _ in range(turns):
        async with mutex:
            pass


def count_up(last):
    yield from range(last)


async def count_up_async(last):
    for i in range(last):
        yield i


async def hand_over():
    start = cpu()
    queue = asyncio.Queue(1)
    await asyncio.gather(produce(queue, 50_000), consume(queue, 50_000))
    report("queue_hand_over", cpu() - start, 50_000)

    start = cpu()
    ping, pong = asyncio.Event(), asyncio.Event()
    ping.set()
    await asyncio.gather(play(pong, ping, 25_000), play(ping, pong, 25_000))
    report("event_wake", cpu() - start, 50_000)

    start = cpu()
    mutex = asyncio.Lock()
    async with mutex:
        tasks = [asyncio.create_task(lock(mutex, 25_000)) for _ in range(2)]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    report("mutex_hand_over", cpu() - start, 50_000)

    start = cpu()
    for _ in count_up(200_000):
        pass
    report("generator_next", cpu() - start, 200_000)

    start = cpu()
    async for _ in count_up_async(200_000):
        pass
    report("async_generator_next", cpu() - start, 200_000)


async def main():
    await hand_over()

    start = cpu()
    await asyncio.gather(*(yielder(1000) for _ in range(100)))
    report("yield_100_tasks", cpu() - start, 100_000)

    start = cpu()
    for _ in range(20_000):
        await asyncio.create_task(nothing())
    report("spawn_join", cpu() - start, 20_000)

    start = cpu()
    value = 0
    for _ in range(200_000):
        value = await add_one(value)
    report("nested_await", cpu() - start, 200_000)

    start = cpu()
    for _ in range(10_000):
        await asyncio.wait_for(after_one_turn(), 3600)
    report("timeout_not_reached", cpu() - start, 10_000)

    delays = [5 + random.random() for _ in range(SLEEPERS)]
    before, start = resident(), cpu()
    tasks = [asyncio.create_task(sleeper(delay)) for delay in delays]
    await asyncio.sleep(0)
    asleep = resident() - before
    time.sleep(6.1)  # block the thread until all are due
    await asyncio.gather(*tasks)
    report("sleep_million", cpu() - start, SLEEPERS, bytes_per_task=asleep / SLEEPERS, tasks=SLEEPERS)
    del tasks

    start = cpu()
    await asyncio.gather(*[asyncio.create_task(nothing()) for _ in range(200_000)])
    report("spawn_all_join", cpu() - start, 200_000, tasks=200_000)


asyncio.run(main())
