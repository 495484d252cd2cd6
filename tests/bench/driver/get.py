"""get: whole programs that download lists from nginx over loopback into tmpfs, every run checked for completeness."""
import filecmp
import json
import os
import re
import shutil
import subprocess
import tempfile

from . import chart, downloaders, report, site as site_module
from .process import allow_many_files, installed, median, paired_ratio, rotated

ROUNDS = 7
SLOW_ROUNDS = 3
BIG_ROUNDS = 5
FILES = 5000
SMALL_FILES = 2000
LIST_LENGTH = 1_000_000
BIG = 1 << 30
MIB = 1 << 20
SLOW = ("aria2c", "aiohttp", "gevent")


class Downloads:
    def __init__(self, build, site, say):
        self.build, self.site, self.say = build, site, say
        self.out = site.root / "out"

    def measure(self, command, timeout=180):
        """The command's resources; its own exit status is among them."""
        log = self.site.root / "measured.json"
        log.unlink(missing_ok=True)
        subprocess.run([self.build / "bench" / "measured", log, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       check=False, timeout=timeout, env={**os.environ, "LC_ALL": "C"})
        return json.loads(log.read_text(encoding="ascii"))

    def fresh(self):
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir()

    def check(self, name, folder, sizes, thorough):
        """Nothing may be missing, short, or left over; the first round of each program compares every byte."""
        found = {entry.name: entry.stat().st_size for entry in os.scandir(self.out)}
        if found != sizes:
            wrong = sorted(set(found.items()) ^ set(sizes.items()))[:4]
            raise RuntimeError(f"{name} left {len(found)} files for {len(sizes)}; differing: {wrong}")
        if thorough:
            source = self.site.root / "files" / folder
            _, different, errors = filecmp.cmpfiles(source, self.out, sizes, shallow=False)
            if different or errors:
                raise RuntimeError(f"{name}: the content of {different or errors} differs")

    def once(self, name, make, folder, sizes, list_file, tls, thorough):
        self.fresh()
        found = self.measure(make(self.site, list_file, self.out, self.site.authority if tls else None))
        if found["status"] != 0:
            raise RuntimeError(f"{name} ended with {found['status']}")
        self.check(name, folder, sizes, thorough)
        return found

    def compare(self, programs, folder, sizes, rounds, tls=False):
        list_file = self.site.write_list(folder, sizes, tls)
        results = {}
        failed = {}
        for turn in range(rounds):
            self.say(f"get: {folder}{' over TLS' if tls else ''}, round {turn + 1} of {rounds}")
            for name, make in rotated(programs.items(), turn):
                if name in failed or (name in SLOW and turn >= SLOW_ROUNDS):
                    continue
                try:
                    results.setdefault(name, []).append(self.once(name, make, folder, sizes, list_file, tls, turn == 0))
                except RuntimeError as error:
                    failed[name] = str(error)
                    results.pop(name, None)
        shutil.rmtree(self.out, ignore_errors=True)
        return results, failed

    def system_calls(self, programs, folder, sizes):
        list_file = self.site.write_list(folder, sizes)
        counts = {}
        for name, make in programs.items():
            self.say(f"get: system calls of {name}")
            self.fresh()
            log = self.site.root / "strace.txt"
            command = ["strace", "-f", "-c", "-o", log, *make(self.site, list_file, self.out, None)]
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=180)
            if len(os.listdir(self.out)) != len(sizes):
                continue
            total = re.search(r"^100\.00\s+\S+\s+(?:\d+\s+)?(\d+)\s+(?:\d+\s+)?total$", log.read_text(encoding="ascii"), re.M)
            if total:
                counts[name] = int(total[1]) / len(sizes)
        shutil.rmtree(self.out, ignore_errors=True)
        return counts

    def long_list(self, make):
        """Peak memory of a list of a million lines, each an empty file."""
        self.say(f"get: a list of {LIST_LENGTH} lines")
        self.fresh()
        path = self.site.root / "long.list"
        with open(path, "w", encoding="ascii") as file:
            for number in range(LIST_LENGTH):
                file.write(self.site.url("empty", f"{number:07}.jpg") + "\n")
        found = self.measure(make(self.site, path, self.out, None), timeout=300)
        found["files"] = len(os.listdir(self.out))
        path.unlink()
        self.say("get: removing the million files")
        shutil.rmtree(self.out, ignore_errors=True)
        return found


def field(results, name, key):
    return [found[key] for found in results[name]]


def ratio(results, key, name="weft-get", other="curl -Z"):
    return paired_ratio(field(results, name, key), field(results, other, key))


def comparison(results, failed):
    rows = []
    for name in results:
        wall, user, system, peak = (median(field(results, name, key)) for key in ("wall", "user", "system", "peak"))
        against = f"{ratio(results, 'wall', name):.2f}" if "curl -Z" in results else "-"
        rows.append((name, f"{wall:.3f}", against, f"{user:.3f}", f"{system:.3f}", f"{peak / MIB:.1f}"))
    text = report.table(("", "wall s", "x curl -Z", "user s", "system s", "peak MiB"), rows)
    return text + "".join(f"\nLeft out, {reason}.\n" for reason in failed.values())


def picture(options, name, title, results):
    """A chart of the time of every program against weft-get's."""
    if "weft-get" not in results:
        return ""
    others = [(other, ratio(results, "wall", other, "weft-get")) for other in results if other != "weft-get"]
    return "\n" + chart.against(options.pictures, f"get-{name}", title, others)


def parts(downloads, programs, options):
    """Measures everything; yields the text of each part, and the rows of targets."""
    site, rounds = downloads.site, options.rounds
    plain = {name: make for name, make in programs.items()}
    secure = {name: make for name, make in programs.items() if "epoll" not in name}
    single = {name: make for name, make in programs.items() if name in ("weft-get", "curl -Z", "wget2", "aria2c")}
    both = lambda results: "weft-get" in results and "curl -Z" in results

    sizes = site.fill("pictures", FILES, 20 * 1024, 34 * 1024)
    results, failed = downloads.compare(plain, "pictures", sizes, rounds or ROUNDS)
    text = f"### {FILES} files of about 27 KB, {downloaders.JOBS} at once\n\n" + comparison(results, failed)
    text += picture(options, "pictures", f"weft-get against each program: {FILES} files", results)
    rows = []
    if both(results):
        wall, user = ratio(results, "wall"), ratio(results, "user")
        peak = max(field(results, "weft-get", "peak")) / MIB
        rows += [
            report.target("wall <= 0.75 x curl -Z", f"{wall:.2f} x", wall <= 0.75),
            report.target("user time <= 1.0 x curl -Z", f"{user:.2f} x", user <= 1.0),
            report.target("peak memory at 50 jobs <= 32 MiB", f"{peak:.1f} MiB", peak <= 32),
        ]
    yield text, rows

    results, failed = downloads.compare(secure, "pictures", sizes, rounds or ROUNDS, tls=True)
    text = "### The same over HTTPS\n\n" + comparison(results, failed)
    text += picture(options, "https", f"weft-get against each program: {FILES} files over HTTPS", results)
    rows = []
    if both(results):
        wall = ratio(results, "wall")
        rows.append(report.target("HTTPS: wall <= 0.85 x curl -Z", f"{wall:.2f} x", wall <= 0.85))
    yield text, rows

    if installed("strace"):
        sizes = site.fill("small", SMALL_FILES, 2048, 2048)
        counts = downloads.system_calls({name: make for name, make in programs.items() if name not in SLOW or name == "aria2c"}, "small", sizes)
        text = f"### System calls for a file of 2 KB, {SMALL_FILES} files, `strace -f -c`\n\n"
        text += report.table(("", "calls a file"), [(name, f"{count:.1f}") for name, count in counts.items()])
        rows = []
        if "weft-get" in counts:
            rows.append(report.target("<= 12 system calls for a 2 KB file", f"{counts['weft-get']:.1f}", counts["weft-get"] <= 12))
        yield text, rows

    sizes = site.fill_big("big", BIG)
    results, failed = downloads.compare(single, "big", sizes, min(rounds or BIG_ROUNDS, BIG_ROUNDS))
    shutil.rmtree(site.root / "files" / "big")
    rows = []
    if both(results):
        rate = 1 / ratio(results, "wall")
        rows.append(report.target("1 GiB file: rate >= 1.0 x curl", f"{rate:.2f} x", rate >= 1.0))
    text = "### One file of 1 GiB\n\n" + comparison(results, failed)
    yield text + picture(options, "big", "weft-get against each program: one file of 1 GiB", results), rows

    if "weft-get" in programs and not options.quick:
        found = downloads.long_list(programs["weft-get"])
        peak = found["peak"] / MIB
        text = f"### A list of a million URLs\n\n{found['files']} files in {found['wall']:.1f} s, exit status {found['status']}.\n"
        complete = found["files"] == LIST_LENGTH and found["status"] == 0
        yield text, [report.target("a million URLs: peak memory <= 64 MiB", f"{peak:.1f} MiB", complete and peak <= 64)]


def run(build, options, say):
    if not installed("nginx"):
        say("get: nginx is not installed, left out")
        return None
    allow_many_files()
    programs, missing = downloaders.present(build)
    text = "nginx on loopback, output to tmpfs. weft-get renames every file into place when it is complete. The content of every file is compared in the\nfirst round, number and sizes in the others.\n\n"
    if missing:
        text += f"Not installed, left out: {', '.join(missing)}.\n\n"
    targets = []
    with tempfile.TemporaryDirectory(prefix="weft-bench-", dir="/dev/shm") as root:
        site = site_module.Site(root)
        with site.serving():
            for part, rows in parts(Downloads(build, site, say), programs, options):
                text += part + "\n"
                targets += rows
    if targets:
        text += "### Targets\n\n" + report.table(("target", "measured", "reached"), targets)
    return report.section("get", "weft-get: `./dev bench get`", text)
