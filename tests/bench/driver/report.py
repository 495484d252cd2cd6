"""docs/benchmarks.md: a head about the machine and one section a part, each replaced by the run that measured it."""
import datetime
import os
import re

from . import machine

HEAD = """# Benchmarks

Written by `./dev bench`; `./dev bench core`, `threads`, `processes`, `echo`, `get`, `copy` or `compile` replaces one section. What is compared runs in the
same run, in interleaved rounds that each start with another program; a figure is the median of the rounds and a ratio is the median
of the ratios round by round. The programs are built with `g++ -O2` and the same flags on every side.
"""


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |"]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def target(what, value, reached, unit=""):
    """One row of a table of targets."""
    return (what, f"{value}{unit}", "yes" if reached else "**no**")


def number(value):
    if value >= 100:
        return f"{value:,.0f}".replace(",", " ")
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}"


def section(name, title, text):
    """Text of one section between its markers."""
    date = datetime.datetime.now().strftime("%Y-%m-%d %H:%M")
    load = " ".join(open("/proc/loadavg", encoding="ascii").read().split()[:2])
    how = " under SCHED_RR" if os.sched_getscheduler(0) == os.SCHED_RR else ""
    return f"<!-- {name} -->\n## {title}\n\nMeasured {date}{how}; load average at the end {load}.\n\n{text.strip()}\n<!-- /{name} -->\n"


def update(path, sections):
    """Puts the sections into the file and keeps the others that it has; "notes" is written by hand."""
    try:
        old = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        old = ""
    kept = {found[1]: found[0] for found in re.finditer(r"<!-- (\w+) -->\n.*?<!-- /\1 -->\n", old, re.S)}
    kept.update(sections)
    order = [name for name in ("core", "threads", "processes", "echo", "get", "copy", "compile", "notes") if name in kept]
    text = HEAD + "\n## Machine\n\n" + table(("", ""), machine.describe()) + "\n"
    path.write_text(text + "\n".join(kept[name] for name in order), encoding="utf-8")
