"""What the figures were measured on."""
import os
import platform
import re
import subprocess

from .process import PYTHON

VERSIONS = [
    ("g++", ["g++", "--version"]),
    ("clang", ["clang++-19", "--version"]),
    ("Boost", ["dpkg-query", "-W", "-f=${Version}", "libboost1.81-dev"]),
    ("OpenSSL", ["openssl", "version"]),
    ("Go", ["go", "version"]),
    ("Python", [PYTHON, "--version"]),
    ("gevent", [PYTHON, "-c", "import gevent; print(gevent.__version__)"]),
    ("aiohttp", [PYTHON, "-c", "import aiohttp; print(aiohttp.__version__)"]),
    ("nginx", ["nginx", "-v"]),
    ("curl", ["curl", "--version"]),
    ("wget2", ["wget2", "--version"]),
    ("aria2c", ["aria2c", "--version"]),
]


def version(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    except OSError:
        return None
    if done.returncode != 0:
        return None
    text = (done.stdout or done.stderr).strip().split("\n")[0]
    found = re.search(r"\d+\.\d+[\w.+~-]*", text)
    return found.group(0) if found else text


def describe():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
        model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), "unknown")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    rows = [
        ("processor", f"{os.cpu_count()} x {model}"),
        ("memory", f"{memory:.0f} GiB"),
        ("kernel", platform.release()),
    ]
    rows += [(name, version(command) or "not installed") for name, command in VERSIONS]
    return rows
