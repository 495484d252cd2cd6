"""The command lines: each program with 50 jobs, quiet, and whatever makes it fast short of changing what it promises."""
import os

from .process import PYTHON, installed, python_has

JOBS = 50


def weft(build):
    program = build / "apps" / "get" / "weft-get"

    def command(_site, list_file, out, authority):
        trust = ["--cacert", authority] if authority else []
        return [program, "-q", "-j", str(JOBS), "-x", str(JOBS), *trust, "-d", out, "-i", list_file]

    return command


def curl(_site, list_file, out, authority):
    config = str(list_file) + ".curl"
    with open(list_file, encoding="ascii") as urls, open(config, "w", encoding="ascii") as file:
        for url in urls.read().split():
            file.write(f'url = "{url}"\noutput = "{out}/{url.rsplit("/", 1)[1]}"\n')
    trust = ["--cacert", authority] if authority else []
    return ["curl", "-Z", "--parallel-max", str(JOBS), "--fail", "-s", *trust, "-K", config]


def wget2(_site, list_file, out, authority):
    trust = [f"--ca-certificate={authority}"] if authority else []
    return ["wget2", "-q", f"--max-threads={JOBS}", *trust, "-P", out, "-i", list_file]


def aria2c(_site, list_file, out, authority):
    trust = [f"--ca-certificate={authority}"] if authority else []
    return ["aria2c", "-q", f"-j{JOBS}", "-x1", "-s1", "--file-allocation=none", "--no-conf", *trust, "-d", out, "-i", list_file]


def python(name):
    script = os.path.join(os.path.dirname(os.path.dirname(__file__)), "get", name)

    def command(_site, list_file, out, authority):
        return [PYTHON, script, list_file, out, str(JOBS), *([authority] if authority else [])]

    return command


def floor(build):
    def command(_site, list_file, out, _authority):
        return [build / "bench" / "get_floor", list_file, out, str(JOBS)]

    return command


def present(build):
    """Names and commands of what is installed, in the order of the tables, and the names of the rest."""
    every = [
        ("weft-get", (build / "apps" / "get" / "weft-get").exists(), weft(build)),
        ("curl -Z", installed("curl"), curl),
        ("wget2", installed("wget2"), wget2),
        ("aria2c", installed("aria2c"), aria2c),
        ("aiohttp", python_has("aiohttp"), python("fetch_aiohttp.py")),
        ("gevent", python_has("gevent"), python("fetch_gevent.py")),
        ("bare epoll loop in C", True, floor(build)),
    ]
    return {name: command for name, there, command in every if there}, [name for name, there, _ in every if not there]
