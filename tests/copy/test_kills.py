#!/usr/bin/python3
"""weft-copy that is ended in the middle leaves whole files or none, and a second run copies the rest."""
import json
import os
import shutil
import signal
import subprocess
import time
import unittest

from support import COPY, CopyTest, SANITIZED, WAYS, describe

POINTS = 20 if SANITIZED else 105  # for each of the two ways


class Kills(CopyTest):
    def assertWhole(self, source, copy):
        """What stands under a final name is complete."""
        for folder, _, files in os.walk(copy):
            for name in files:
                path = os.path.join(folder, name)
                if name.endswith(".weft.part"):
                    continue
                with open(path, "rb") as a, open(os.path.join(source, os.path.relpath(path, copy)), "rb") as b:
                    self.assertEqual(a.read(), b.read(), path)

    @unittest.skipUnless(shutil.which("strace"), "needs strace")
    def test_killed_at_any_system_call_it_leaves_nothing_half_done(self):
        self.fill("src", folders=2, files=3)
        os.link(self.path("src", "d0", "e0", "f0"), self.path("src", "d1", "e1", "other"))
        wanted = describe(self.path("src"))
        calls = "openat,write,pwrite64,copy_file_range,fchmod,utimensat,close,renameat,renameat2,rename,mkdir,mkdirat,linkat,sendmsg,recvmsg,futex"
        for way in WAYS:
            killed = missed = 0
            for point in range(1, POINTS + 1):
                if missed == 15:  # in a row: no thread or process makes so many calls
                    break
                shutil.rmtree(self.path("copy"), ignore_errors=True)
                # Every thread and process has a count of its own.
                done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", "-e",
                                       f"inject={calls}:signal=KILL:when={point}", COPY, "-q", way, "src", "copy"],
                                      cwd=self.folder, capture_output=True, timeout=60)
                killed += done.returncode != 0
                missed = 0 if done.returncode != 0 else missed + 1
                if os.path.exists(self.path("copy")):
                    self.assertWhole(self.path("src"), self.path("copy"))
                again = "src/." if os.path.exists(self.path("copy")) else "src"
                self.copies(way, "--update", again, "copy")
                found = describe(self.path("copy"))
                left = [name for name in found if name.endswith(".weft.part")]
                for name in left:  # swept when they are a minute old
                    del found[name]
                self.assertEqual({name: entry for name, entry in found.items() if not left or entry[0] != 0o40000},
                                 {name: entry for name, entry in wanted.items() if not left or entry[0] != 0o40000})
            self.assertGreaterEqual(killed, 15)

    def large_tree(self):
        for number in range(8):
            self.write(f"src/f{number}", os.urandom(1_000_000) * 60)

    def test_interrupted_it_says_so_and_leaves_no_partial_file(self):
        self.large_tree()
        for way in WAYS:
            for number, code in [(signal.SIGINT, 130), (signal.SIGTERM, 143)]:
                shutil.rmtree(self.path("copy"), ignore_errors=True)
                process = subprocess.Popen([COPY, way, "--verify", "--json", "src", "copy"], cwd=self.folder, stdout=subprocess.PIPE,
                                           stderr=subprocess.PIPE, text=True)
                while process.poll() is None and not (os.path.isdir(self.path("copy")) and os.listdir(self.path("copy"))):
                    time.sleep(0.001)
                process.send_signal(number)
                out, errors = process.communicate(timeout=60)
                if process.returncode == 0:
                    continue  # it was faster
                self.assertEqual(process.returncode, code, errors)
                self.assertIn("interrupted: ", errors)
                self.assertWhole(self.path("src"), self.path("copy"))
                self.assertEqual(self.leftovers(self.path("copy")), [])
                complete = {os.path.basename(json.loads(line)["target"]) for line in out.splitlines()
                            if json.loads(line)["status"] == "copied"}
                self.assertLessEqual(complete, set(os.listdir(self.path("copy"))))
                self.copies(way, "--update", "src/.", "copy")
                self.assertSameTree(self.path("src"), self.path("copy"))

    def test_interrupted_in_a_large_file_it_ends_soon(self):
        """A second SIGINT would end it at once: the first one alone has to."""
        with open(self.path("large"), "wb") as file:
            for _ in range(4 if SANITIZED else 12):
                file.write(os.urandom(1_000_000) * 20)
        for way in WAYS:
            for _ in range(20):
                process = subprocess.Popen([COPY, way, "--verify", "large", "copy"], cwd=self.folder, stderr=subprocess.PIPE, text=True)
                while process.poll() is None and not self.leftovers(self.folder):
                    time.sleep(0.001)
                process.send_signal(signal.SIGINT)
                _, errors = process.communicate(timeout=60)
                if process.returncode != 0:
                    break
                os.remove(self.path("copy"))  # it was faster
            self.assertEqual(process.returncode, 130, errors)
            self.assertFalse(os.path.exists(self.path("copy")), errors)
            self.assertEqual(self.leftovers(self.folder), [])

    def test_a_worker_process_that_is_killed_costs_its_files_only(self):
        self.large_tree()
        process = subprocess.Popen([COPY, "--processes", "-j", "2", "--verify", "src", "copy"], cwd=self.folder, stderr=subprocess.PIPE, text=True)
        worker = None
        while process.poll() is None and worker is None:
            children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True).stdout.split()
            if children and os.path.isdir(self.path("copy")) and os.listdir(self.path("copy")):
                worker = int(children[-1])
        if worker is not None:
            os.kill(worker, signal.SIGKILL)
        _, errors = process.communicate(timeout=120)
        self.assertIn(process.returncode, (0, 3), errors)
        self.assertWhole(self.path("src"), self.path("copy"))
        self.copies("--update", "src/.", "copy")
        self.assertEqual({k: v[3] for k, v in describe(self.path("src")).items() if len(v) > 3},
                         {k: v[3] for k, v in describe(self.path("copy")).items() if len(v) > 3 and not k.endswith(".weft.part")})


if __name__ == "__main__":
    unittest.main()
