"""Starting the measured programs: pinned to a core, with their resources counted, and never left behind."""
import contextlib
import os
import resource
import shutil
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass

PYTHON = "/usr/bin/python3"  # Debian's, which has the distribution's gevent and aiohttp
SERVER_CORE, LOAD_CORE = 0, 1


def installed(program):
    return shutil.which(program) is not None


def python_has(module):
    return subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


def pinned(core, command):
    if os.cpu_count() < 2 or not installed("taskset"):
        return command
    return ["taskset", "-c", str(core), *command]


@dataclass
class Run:
    wall: float
    user: float
    system: float
    peak: int  # bytes resident
    status: int


def measure(command, timeout=120, **popen):
    """Runs the command to its end. The resources are those of the process and of the children it waited for."""
    popen.setdefault("stdout", subprocess.DEVNULL)
    popen.setdefault("stderr", subprocess.DEVNULL)
    start = time.perf_counter()
    process = subprocess.Popen(command, **popen)
    killer = threading.Timer(timeout, process.kill)
    killer.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        killer.cancel()
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(wall, usage.ru_utime, usage.ru_stime, usage.ru_maxrss * 1024, process.returncode)


@contextlib.contextmanager
def running(command, **popen):
    process = subprocess.Popen(command, **popen)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def cpu_seconds(pid):
    """Time that all threads of a process have been on a processor, to the nanosecond."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as stat:
            total += int(stat.read().split()[0])
    return total / 1e9


def rotated(items, turn):
    """Each round starts with another program, so that none always has the same neighbour."""
    items = list(items)
    turn %= max(1, len(items))
    return items[turn:] + items[:turn]


def median(values):
    return statistics.median(values)


def paired_ratio(ours, theirs):
    """Median of the ratios round by round: what disturbs the machine for a while disturbs both sides of a pair."""
    return median([a / b for a, b in zip(ours, theirs)])


def allow_many_files():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
