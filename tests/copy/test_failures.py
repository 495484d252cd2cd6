#!/usr/bin/python3
"""What weft-copy cannot copy it names, and goes on; it never leaves its folders, and never mixes things up."""
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import unittest

from support import COPY, CopyTest, SANITIZED, WAYS, describe


class Failures(CopyTest):
    def test_wrong_command_lines(self):
        self.write("a")
        for words, text in [([], "nothing to copy"), (["a"], "no place to copy 'a' to"), (["--nope", "a", "b"], "--nope"),
                            (["--jobs", "0", "a", "b"], "0"), (["--threads", "--processes", "a", "b"], "exclude each other"),
                            (["--exclude", "", "a", "b"], "--exclude")]:
            done = self.copies(*words, code=2)
            self.assertIn(text, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_a_source_that_is_not_there(self):
        self.write("a")
        os.mkdir(self.path("there"))
        done = self.copies("a", "missing", "there", code=3)
        self.assertIn("weft-copy: missing: cannot copy it: No such file or directory\n", done.stderr)
        self.assertIn("1 file copied", done.stderr)
        self.assertTrue(os.path.exists(self.path("there", "a")))

    def test_a_target_that_is_none(self):
        self.write("a")
        self.write("b")
        self.copies("a", "b", "missing", code=3)
        done = self.copies("a", "missing/deep", code=3)
        self.assertIn("missing", done.stderr)

    def test_specials_fail_unless_they_are_asked_for(self):
        self.write("src/a")
        os.mkfifo(self.path("src", "fifo"), 0o640)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.path("src", "sock"))
        done = self.copies("src", "copy", code=3)
        self.assertIn("src/fifo: it is a FIFO (see --specials)\n", done.stderr)
        self.assertIn("2 failed", done.stderr)
        self.assertEqual(os.listdir(self.path("copy")), ["a"])
        self.copies("--specials", "src/.", "copy")
        self.assertSameTree(self.path("src"), self.path("copy"))

    def test_a_folder_over_a_file_and_a_file_over_a_folder(self):
        self.write("src/x/in")
        self.write("src/y")
        self.write("src/z")
        self.write("copy/x")
        os.mkdir(self.path("copy", "y"))
        for way in WAYS:
            done = self.copies(way, "src/.", "copy", code=3)
            self.assertIn("something else than a folder", done.stderr)
            self.assertIn("there is a folder in its place", done.stderr)
            self.assertIn("1 file copied", done.stderr)
            self.assertTrue(os.path.isfile(self.path("copy", "x")))
            self.assertTrue(os.path.isdir(self.path("copy", "y")))

    def test_refuses_to_copy_a_folder_into_itself_or_onto_itself(self):
        self.write("src/a")
        os.mkdir(self.path("src", "sub"))
        done = self.copies("src", "src/sub", code=3)
        self.assertIn("into itself", done.stderr)
        self.assertEqual(os.listdir(self.path("src", "sub")), [])
        done = self.copies("src", ".", code=3)
        self.assertIn("onto itself", done.stderr)
        done = self.copies("src/a", "src/a", code=3)
        self.assertIn("onto itself", done.stderr)
        with open(self.path("src", "a"), "rb") as file:
            self.assertEqual(file.read(), b"content\n")

    def test_never_goes_through_a_symbolic_link_in_the_target(self):
        self.write("src/d/a", b"new")
        self.write("outside/a", b"old")
        os.mkdir(self.path("copy"))
        os.symlink(self.path("outside"), self.path("copy", "d"))
        self.copies("src/.", "copy", code=3)
        with open(self.path("outside", "a"), "rb") as file:
            self.assertEqual(file.read(), b"old")
        # A link in a file's place is replaced, not written through.
        os.remove(self.path("copy", "d"))
        os.mkdir(self.path("copy", "d"))
        os.symlink(self.path("outside", "a"), self.path("copy", "d", "a"))
        self.copies("src/.", "copy")
        self.assertFalse(os.path.islink(self.path("copy", "d", "a")))
        with open(self.path("outside", "a"), "rb") as file:
            self.assertEqual(file.read(), b"old")

    def test_a_folder_that_flips_to_a_symbolic_link_leads_nowhere(self):
        self.fill("src", folders=3, files=20)
        self.write("outside/canary", b"untouched")
        os.mkdir(self.path("copy"))
        self.copies("src/.", "copy")
        stop = threading.Event()

        def put_back():
            """What is being copied may make the folder again meanwhile."""
            while os.path.exists(self.path("copy", "hidden")) or os.path.islink(self.path("copy", "d0")):
                try:
                    shutil.rmtree(self.path("copy", "d0"), ignore_errors=True)
                    if os.path.islink(self.path("copy", "d0")):
                        os.remove(self.path("copy", "d0"))
                    if os.path.exists(self.path("copy", "hidden")):
                        os.rename(self.path("copy", "hidden"), self.path("copy", "d0"))
                except OSError:
                    continue

        def flip():
            while not stop.is_set():
                try:
                    os.rename(self.path("copy", "d0"), self.path("copy", "hidden"))
                    os.symlink(self.path("outside"), self.path("copy", "d0"))
                    os.remove(self.path("copy", "d0"))
                    os.rename(self.path("copy", "hidden"), self.path("copy", "d0"))
                except OSError:
                    put_back()

        flipper = threading.Thread(target=flip)
        flipper.start()
        try:
            for turn in range(10 if SANITIZED else 40):
                self.assertIn(self.copy(WAYS[turn % 2], "src/.", "copy").returncode, (0, 3))
        finally:
            stop.set()
            flipper.join()
        self.assertEqual(os.listdir(self.path("outside")), ["canary"])

    @unittest.skipUnless(shutil.which("strace"), "needs strace")
    def test_a_file_that_keeps_changing_is_named(self):
        """It is stopped at each look at a file, and goes on when something was written."""
        self.write("src/log", b"x" * 300_000)
        os.mkfifo(self.path("trace"))

        def grow():
            with open(self.path("src", "log"), "ab", buffering=0) as file, open(self.path("trace"), encoding="ascii") as trace:
                for line in trace:
                    if "stopped by SIGSTOP" in line:
                        file.write(b"y")
                        os.kill(int(line.split()[0]), signal.SIGCONT)

        writer = threading.Thread(target=grow, daemon=True)
        writer.start()
        done = self.traced("%%stat", "signal=STOP", "src", "copy", log=self.path("trace"))
        writer.join()
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("src/log: it keeps changing while it is copied\n", done.stderr)
        self.assertEqual(os.listdir(self.path("copy")), [])

    def test_a_file_too_large_for_the_target(self):
        self.write("src/large", b"x" * 3_000_000)
        self.write("src/small", b"x")
        for way in WAYS:
            done = subprocess.run(["sh", "-c", f"ulimit -f 2000; exec {COPY} {way} src copy{way}"], cwd=self.folder,
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn("src/large: cannot write its copy: File too large\n", done.stderr)
            self.assertEqual(os.listdir(self.path("copy" + way)), ["small"])

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_a_full_disk(self):
        self.fill("src", folders=20, files=8)
        os.mkdir(self.path("small"))
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", self.path("small")]).returncode != 0:
            self.skipTest("no tmpfs to mount")
        self.addCleanup(subprocess.run, ["umount", self.path("small")])
        done = self.copies("src", "small", code=3)
        self.assertIn("No space left on device", done.stderr)
        self.assertEqual(self.leftovers(self.path("small")), [])
        for folder, _, files in os.walk(self.path("small", "src")):
            for name in files:
                with open(os.path.join(folder, name), "rb") as copy, \
                        open(os.path.join(self.path("src"), os.path.relpath(os.path.join(folder, name), self.path("small", "src"))), "rb") as source:
                    self.assertEqual(copy.read(), source.read())

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "needs root to become someone else")
    def test_what_may_not_be_read_is_named_and_the_rest_is_copied(self):
        os.chmod(self.folder, 0o777)
        self.write("src/open", b"x", 0o644)
        self.write("src/closed", b"x", 0o000)
        self.write("src/locked/in", b"x", 0o644)
        os.chmod(self.path("src", "locked"), 0o700)
        done = subprocess.run(["setpriv", "--reuid=65534", "--clear-groups", COPY, "src", "copy"], cwd=self.folder,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("src/closed: cannot open it: Permission denied\n", done.stderr)
        self.assertIn("src/locked", done.stderr)
        self.assertEqual(os.listdir(self.path("copy")), ["open"])

    def test_operands_of_one_name_do_not_take_each_others_place(self):
        self.write("a/x", b"one")
        self.write("b/x", b"two")
        os.mkdir(self.path("there"))
        for way in WAYS:
            done = self.copies(way, "a/x", "b/x", "there", code=3)
            self.assertIn("weft-copy: b/x: it would take the place of 'a/x'", done.stderr)
            with open(self.path("there", "x"), "rb") as file:
                self.assertEqual(file.read(), b"one")

    def test_a_file_is_not_copied_to_a_folder_that_is_not_there(self):
        self.write("a")
        done = self.copies("a", "missing/", code=3)
        self.assertIn("there is no folder 'missing/'", done.stderr)
        self.assertFalse(os.path.exists(self.path("missing")))

    def traced(self, calls, what, *words, log="/dev/null"):
        """Runs weft-copy with system calls that are tampered with."""
        env = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}  # it cannot, under strace
        return subprocess.run(["strace", "-f", "-qq", "-o", log, "-e", f"trace={calls}", "-e", f"inject={calls}:{what}",
                               COPY, *words], cwd=self.folder, env=env, capture_output=True, text=True, timeout=60)

    def injected(self, calls, error, *words, when="1+"):
        """Runs weft-copy with system calls that fail."""
        return self.traced(calls, f"error={error}:when={when}", *words)

    @unittest.skipUnless(shutil.which("strace"), "needs strace")
    def test_a_target_that_knows_no_owners_permissions_or_times_gets_the_bytes(self):
        self.write("src/d/a", b"all of it", 0o640)
        os.symlink("a", self.path("src", "d", "link"))
        for calls, name in [("fchown,fchownat", "owner"), ("fchmod", "permissions"), ("utimensat", "times")]:
            if name == "owner" and os.geteuid() != 0:
                continue
            shutil.rmtree(self.path("copy"), ignore_errors=True)
            done = self.injected(calls, "EPERM", "src", "copy")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f"src/d/a: the copy has not got the attribute {name}\n", done.stderr)
            with open(self.path("copy", "d", "a"), "rb") as file:
                self.assertEqual(file.read(), b"all of it")
            self.assertEqual(os.readlink(self.path("copy", "d", "link")), "a")
        done = self.injected("fchmod", "EIO", "src", "other")
        self.assertEqual(done.returncode, 3, done.stderr)

    @unittest.skipUnless(shutil.which("strace") and os.geteuid() == 0, "needs strace and root")
    def test_without_its_owner_a_copy_is_not_set_user_id(self):
        self.write("src/tool", b"#!/bin/sh\n", 0o4755)
        self.assertEqual(self.injected("fchown", "EPERM", "src", "copy").returncode, 0)
        self.assertEqual(os.stat(self.path("copy", "tool")).st_mode & 0o7777, 0o755)

    @unittest.skipUnless(shutil.which("strace"), "needs strace")
    def test_another_name_of_a_file_that_failed_is_copied_by_itself(self):
        self.write("src/a", b"x" * 300_000)
        os.link(self.path("src", "a"), self.path("src", "b"))
        os.mkdir(self.path("copy"))
        for name in "ab":
            self.write(f"copy/{name}", b"old " + name.encode())
        done = self.injected("fchmod", "EIO", "-j", "1", "src/.", "copy", when="1")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("1 file copied", done.stderr)
        contents = []
        for name in "ab":
            with open(self.path("copy", name), "rb") as file:
                contents.append(file.read())
        failed = "a" if "src/./a: " in done.stderr else "b"
        self.assertEqual(sorted(contents, key=len), [b"old " + failed.encode(), b"x" * 300_000])

    def test_closed_standard_streams_take_no_part_in_the_copy(self):
        self.fill("src", folders=2, files=4)
        os.mkfifo(self.path("src", "fifo"))  # something to say
        for way in WAYS:
            done = subprocess.run(["sh", "-c", f"exec {COPY} {way} src copy{way} 0<&- 1>&- 2>&-"], cwd=self.folder, timeout=60)
            self.assertEqual(done.returncode, 3)
            found, wanted = describe(self.path("copy" + way)), describe(self.path("src"))
            del wanted["fifo"]
            self.assertEqual({k: v for k, v in found.items() if k != "."}, {k: v for k, v in wanted.items() if k != "."})
        done = subprocess.run(["sh", "-c", f"exec {COPY} --json src other 1>&-"], cwd=self.folder, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.returncode, 3)
        self.assertIn("cannot write to standard output: Bad file descriptor", done.stderr)

    def test_standard_output_that_cannot_be_written(self):
        self.write("src/a")
        with open("/dev/full", "wb") as full:
            done = subprocess.run([COPY, "--json", "src", "copy"], cwd=self.folder, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("standard output", done.stderr)


if __name__ == "__main__":
    unittest.main()
