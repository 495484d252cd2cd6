"""copy: whole programs that copy folders within tmpfs, every copy compared with what was copied."""
import filecmp
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile

from . import chart, report
from .process import PYTHON, installed, median, paired_ratio, rotated

ROUNDS = 9
BIG_ROUNDS = 9
SLOW_ROUNDS = 3
FOLDERS, FILES_EACH, FILE_SIZE = 50, 100, 27_000
BIG = 1 << 30
MIB = 1 << 20
SLOW = ("Python, multiprocessing",)


def programs(build):
    weft = build / "apps" / "copy" / "weft-copy"
    script = pathlib.Path(__file__).resolve().parents[1] / "copy" / "copy_pool.py"
    found = {
        "weft-copy": [weft, "-q"],
        "weft-copy --processes": [weft, "-q", "--processes"],
        "cp -r": ["cp", "-r"],
        "cp -a": ["cp", "-a"],
    }
    if installed("rsync"):
        found["rsync -a"] = ["rsync", "-a"]
    found["Python, multiprocessing"] = [PYTHON, script]
    return found


def fill(folder):
    """About 5000 files of 27 KB."""
    rng = random.Random(1)
    content = rng.randbytes(2 * FILE_SIZE)
    for d in range(FOLDERS):
        (folder / f"d{d}").mkdir(parents=True)
        for f in range(FILES_EACH):
            begin = rng.randrange(FILE_SIZE)
            (folder / f"d{d}" / f"f{f}").write_bytes(content[begin:begin + FILE_SIZE - rng.randrange(2000)])


def same(a, b):
    found = filecmp.dircmp(a, b)
    if found.left_only or found.right_only or found.diff_files or found.funny_files:
        return False
    names = found.common_files
    return filecmp.cmpfiles(a, b, names, shallow=False)[0] == names and all(same(a / name, b / name) for name in found.common_dirs)


class Copies:
    def __init__(self, build, root, say):
        self.build, self.root, self.say = build, root, say

    def once(self, name, command, source, thorough):
        target = self.root / "copy"
        shutil.rmtree(target, ignore_errors=True)
        log = self.root / "measured.json"
        log.unlink(missing_ok=True)
        slash = "/" if name.startswith("rsync") else ""  # its way to say "call the copy that"
        subprocess.run([self.build / "bench" / "measured", log, *command, f"{source}{slash}", target], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False, timeout=300)
        found = json.loads(log.read_text(encoding="ascii"))
        if found["status"] != 0:
            raise RuntimeError(f"{name} ended with {found['status']}")
        if thorough and not same(source, target):
            raise RuntimeError(f"{name}: the copy differs")
        return found

    def compare(self, source, commands, rounds):
        results = {}
        for turn in range(rounds):
            self.say(f"copy: {source.name}, round {turn + 1} of {rounds}")
            for name, command in rotated(commands.items(), turn):
                if name in SLOW and turn >= SLOW_ROUNDS:
                    continue
                results.setdefault(name, []).append(self.once(name, command, source, turn == 0))
        shutil.rmtree(self.root / "copy", ignore_errors=True)
        return results


def field(results, name, key):
    return [found[key] for found in results[name]]


def ratio(results, name, other="cp -r"):
    return paired_ratio(field(results, name, "wall"), field(results, other, "wall"))


def best_ratio(results, name, other="cp -r"):
    return min(field(results, name, "wall")) / min(field(results, other, "wall"))


def comparison(results, middle=median, ratio=ratio):
    rows = []
    for name in results:
        wall, user, system, peak = (middle(field(results, name, key)) for key in ("wall", "user", "system", "peak"))
        rows.append((name, f"{wall:.3f}", f"{ratio(results, name):.2f}", f"{user:.3f}", f"{system:.3f}", f"{peak / MIB:.1f}"))
    return report.table(("", "wall s", "x cp -r", "user s", "system s", "peak MiB"), rows)


def picture(options, name, title, results, ratio=ratio):
    return "\n" + chart.against(options.pictures, f"copy-{name}", title,
                                [(other, ratio(results, other, "weft-copy")) for other in results if other != "weft-copy"])


def run(build, options, say):
    root = pathlib.Path(tempfile.mkdtemp(prefix="weft-bench-", dir="/dev/shm"))
    try:
        copies = Copies(build, root, say)
        commands = programs(build)
        fill(root / "small")
        small = copies.compare(root / "small", commands, options.rounds or ROUNDS)
        shutil.rmtree(root / "small")
        (root / "big").mkdir()
        with open("/dev/urandom", "rb") as source, open(root / "big" / "file", "wb") as file:
            for _ in range(BIG // (16 * MIB)):
                file.write(source.read(16 * MIB))
        one = {name: command for name, command in commands.items() if name not in SLOW}
        big = copies.compare(root / "big", one, min(options.rounds or BIG_ROUNDS, BIG_ROUNDS))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    wall, large = ratio(small, "weft-copy"), best_ratio(big, "weft-copy")
    text = f"### {FOLDERS * FILES_EACH} files of about 27 KB\n\n" + comparison(small)
    text += picture(options, "small", f"weft-copy against each program: {FOLDERS * FILES_EACH} files", small)
    text += "\n### One file of 1 GiB\n\n" + comparison(big, min, best_ratio)
    text += picture(options, "big", "weft-copy against each program: one file of 1 GiB", big, best_ratio)
    text += ("\nIn tmpfs, from page cache to page cache. Of the large file the quickest run of each: memory that has gone back to the host of a\n"
             "virtual machine makes some of them take three times as long. weft-copy keeps what cp -a keeps, and gives every file its name when it is complete;\n"
             "cp -r keeps neither times nor owners, and writes under the final name. The Python program is the one of the examples people learn on:\n"
             "a process pool, a file a task, a Manager().Queue for what is done.\n\n")
    if not installed("rsync"):
        text += "Not installed, left out: rsync.\n\n"
    rows = [report.target("small files: wall <= 0.9 x cp -r", f"{wall:.2f} x", wall <= 0.9),
            report.target("1 GiB file: wall <= 1.0 x cp -r", f"{large:.2f} x", large <= 1.0)]
    return report.section("copy", "Copying folders: `./dev bench copy`", text + report.table(("target", "measured", "reached"), rows))
