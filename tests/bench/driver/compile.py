"""compile: how long a clean dev build and the rebuild after touching one core source take, compiler cache off."""
import os
import shutil
import subprocess
import tempfile
import time

from . import report
from .process import installed

SOURCE = "lib/weft/core/loop.cpp"
HEADER = "lib/weft/core/task.hpp"
COMPILERS = [("g++", "g++"), ("clang 19", "clang++-19")]


def timed(command, **options):
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{done.stdout[-2000:]}")
    return time.perf_counter() - start


def builds(root, compiler, folder, say):
    environment = {**os.environ, "CCACHE_DISABLE": "1"}
    say(f"compile: clean build with {compiler}")
    timed(["cmake", "--preset", "dev", "-B", folder, f"-DCMAKE_CXX_COMPILER={compiler}"], cwd=root, env=environment)
    build = ["cmake", "--build", folder]
    times = [timed(build, env=environment)]
    for touched in (SOURCE, HEADER):
        say(f"compile: rebuild after touching {touched}")
        os.utime(root / touched)
        times.append(timed(build, env=environment))
    return times


def run(root, _options, say):
    rows = []
    clean = None
    for name, compiler in COMPILERS:
        if not installed(compiler):
            continue
        folder = tempfile.mkdtemp(prefix="weft-compile-")
        try:
            times = builds(root, compiler, folder, say)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        clean = times[0] if name == "g++" else clean
        rows.append((name, *(f"{seconds:.0f} s" for seconds in times)))
    text = f"Library, programs and tests, preset `dev`, {os.cpu_count()} cores, no compiler cache.\n\n"
    text += report.table(("", "clean", f"after touching {SOURCE}", f"after touching {HEADER}"), rows) + "\n"
    if clean is not None:
        text += report.table(("target", "measured", "reached"), [report.target("clean build with g++ <= 6 min", f"{clean / 60:.1f} min", clean <= 360)])
    return report.section("compile", "Compile time: `./dev bench compile`", text)
