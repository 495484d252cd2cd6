#!/usr/bin/python3
"""weft-copy copies trees with everything that is in them, under the names that cp -r would give."""
import json
import os
import pty
import subprocess
import unittest

from support import COPY, CopyTest, WAYS


class Trees(CopyTest):
    def everything(self, root="src"):
        """A tree with one of each."""
        self.fill(root)
        self.write(f"{root}/run.sh", b"#!/bin/sh\n", 0o755)
        self.write(f"{root}/secret", b"s", 0o400)
        self.write(f"{root}/d0/name with \n newline", b"x")
        self.write(f"{root}/two", b"one file")
        os.link(self.path(root, "two"), self.path(root, "d1", "names"))
        os.symlink("../two", self.path(root, "d1", "link"))
        os.symlink("/nowhere/at/all", self.path(root, "dangling"))
        os.makedirs(self.path(root, "empty", "deep"))
        os.chmod(self.path(root, "empty"), 0o750)
        with open(self.path(root, "sparse"), "wb") as file:
            file.seek(50_000_000)
            file.write(b"end")
            file.truncate(60_000_000)
        try:
            os.setxattr(self.path(root, "two"), "user.comment", b"kept")
            os.setxattr(self.path(root, "empty"), "user.folder", b"kept too")
        except OSError:
            pass  # no such attributes on this file system
        for number, (folder, _, files) in enumerate(os.walk(self.path(root), topdown=False)):
            for name in [*files, ""]:
                os.utime(os.path.join(folder, name), ns=(10**18, 10**18 + number * 12345), follow_symlinks=False)

    def test_copies_everything_as_it_is(self):
        self.everything()
        for way in WAYS:
            with self.subTest(way):
                done = self.copies(way, "src", "copy" + way)
                self.assertIn("files copied", done.stderr)
                self.assertEqual(done.stdout, "")
                self.assertSameTree(self.path("src"), self.path("copy" + way))
                sparse = os.stat(self.path("copy" + way, "sparse"))
                self.assertEqual(sparse.st_size, 60_000_000)
                self.assertLess(sparse.st_blocks * 512, 10_000_000)

    def test_an_existing_folder_receives_the_copy_under_its_name(self):
        self.fill("src", folders=1)
        os.mkdir(self.path("there"))
        self.copies("src", "there")
        self.assertSameTree(self.path("src"), self.path("there", "src"))
        self.copies("src/", "there/other")
        self.assertSameTree(self.path("src"), self.path("there", "other"))
        self.copies("src/.", "there")
        self.assertSameTree(self.path("src", "d0"), self.path("there", "d0"))

    def test_copies_files_and_several_sources(self):
        self.write("a", b"A")
        self.write("b", b"B", 0o640)
        self.fill("src", folders=1)
        self.copies("a", "copy of a")
        with open(self.path("copy of a"), "rb") as file:
            self.assertEqual(file.read(), b"A")
        os.mkdir(self.path("there"))
        self.copies("a", "b", "src", "there")
        self.assertEqual(sorted(os.listdir(self.path("there"))), ["a", "b", "src"])
        self.assertEqual(os.stat(self.path("there", "b")).st_mode & 0o777, 0o640)
        self.copies("a", self.path("b"))
        with open(self.path("b"), "rb") as file:
            self.assertEqual(file.read(), b"A")

    def test_a_second_run_with_update_copies_only_what_is_new(self):
        self.everything()
        self.copies("src", "copy")
        done = self.copies("--update", "--json", "src", "copy/.")
        # "src" goes below "copy" then: the name of an existing folder is one to copy into.
        self.assertEqual({json.loads(line)["status"] for line in done.stdout.splitlines()}, {"copied", "linked"})
        self.write("src/new", b"new")
        done = self.copies("--update", "--json", "src/.", "copy")
        changed = [json.loads(line)["path"] for line in done.stdout.splitlines() if json.loads(line)["status"] != "up_to_date"]
        self.assertEqual(changed, ["src/./new"])

    def test_a_file_that_is_there_is_replaced_and_a_longer_one_is_not_mixed_with_it(self):
        self.write("src/f", b"short")
        self.write("copy/f", b"much longer than it will be")
        self.copies("src/.", "copy")
        with open(self.path("copy", "f"), "rb") as file:
            self.assertEqual(file.read(), b"short")

    def test_a_dry_run_makes_nothing(self):
        self.everything()
        done = self.copies("--dry-run", "src", "copy")
        self.assertFalse(os.path.lexists(self.path("copy")))
        self.assertIn("src/d0/e0/f0 -> copy/d0/e0/f0\n", done.stdout)
        self.assertIn("src/dangling -> copy/dangling\n", done.stdout)
        self.assertIn("to copy", done.stderr)

    def test_leaves_out_what_is_excluded(self):
        self.fill("src")
        self.write("src/d0/x.o", b"")
        self.copies("--exclude", "*.o", "--exclude", "d1/", "--exclude", "d2/e0", "src", "copy")
        self.assertFalse(os.path.exists(self.path("copy", "d0", "x.o")))
        self.assertFalse(os.path.exists(self.path("copy", "d1")))
        self.assertEqual(os.listdir(self.path("copy", "d2")), [])
        self.assertTrue(os.path.exists(self.path("copy", "d3", "e1", "f0")))

    def test_verifies_and_tells_the_digest(self):
        self.write("src/f", b"abc")
        for way in WAYS:
            done = self.copies(way, "--verify", "--fsync", "--json", "src", "copy" + way)
            line = json.loads(done.stdout)
            self.assertEqual(line["sha256"], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
            self.assertEqual(line["target"], f"copy{way}/f")

    def test_names_that_are_not_utf8_are_copied_and_told_in_base64(self):
        name = os.path.join(os.fsencode(self.path("src")), b"caf\xe9\x1b[2J")
        os.mkdir(self.path("src"))
        with open(name, "wb") as file:
            file.write(b"x")
        done = self.copies("--json", "src", "copy")
        self.assertIn("path_base64", json.loads(done.stdout))
        self.assertEqual(os.listdir(os.fsencode(self.path("copy"))), [b"caf\xe9\x1b[2J"])
        done = self.copies("--verbose", "src", "again")
        self.assertNotIn("\x1b", done.stdout)

    def test_reads_files_that_say_they_are_empty(self):
        self.copies("/proc/version", "version")
        with open(self.path("version"), "rb") as copy, open("/proc/version", "rb") as source:
            self.assertEqual(copy.read(), source.read())

    def test_deep_trees_and_long_names(self):
        deep = self.path("src")
        for _ in range(200):
            deep = os.path.join(deep, "d")
        os.makedirs(deep)
        with open(os.path.join(deep, "n" * 255), "wb") as file:
            file.write(b"x")
        self.copies("src", "copy")
        self.assertSameTree(self.path("src"), self.path("copy"))

    def test_paths_longer_than_the_system_takes_at_a_time(self):
        name, depth = "a folder with a rather long name", 160
        def at_the_bottom(root, do, make=False):
            folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
            for _ in range(depth):
                if make:
                    os.mkdir(name, dir_fd=folder)
                below = os.open(name, os.O_RDONLY | os.O_DIRECTORY, dir_fd=folder)
                os.close(folder)
                folder = below
            try:
                return do(folder)
            finally:
                os.close(folder)

        def put(folder):
            for number in range(3):
                with open(os.open(f"f{number}", os.O_WRONLY | os.O_CREAT, 0o640, dir_fd=folder), "wb") as file:
                    file.write(b"deep")
            os.link("f0", "second", src_dir_fd=folder, dst_dir_fd=folder)

        def look(folder):
            found = {entry: os.stat(entry, dir_fd=folder) for entry in os.listdir(folder)}
            return {entry: (info.st_size, info.st_mode, info.st_nlink, info.st_mtime_ns) for entry, info in found.items()}

        os.mkdir(self.path("src"))
        at_the_bottom(self.path("src"), put, make=True)
        for way in WAYS:
            self.copies(way, "src", "copy" + way)
            self.assertEqual(at_the_bottom(self.path("copy" + way), look), at_the_bottom(self.path("src"), look))
        for root in ["src", *["copy" + way for way in WAYS]]:  # rm can, Python's rmtree cannot
            subprocess.run(["rm", "-rf", self.path(root)], check=True)

    def test_set_user_id_is_dropped_unless_the_owner_is_kept(self):
        self.write("src/tool", b"#!/bin/sh\n", 0o4755)
        self.copies("src", "copy")
        kept = 0o4755 if os.geteuid() == 0 else 0o755
        self.assertEqual(os.stat(self.path("copy", "tool")).st_mode & 0o7777, kept)

    def test_quiet_prints_nothing_and_help_says_how(self):
        self.fill("src", folders=1)
        done = self.copies("-q", "src", "copy")
        self.assertEqual((done.stdout, done.stderr), ("", ""))
        self.assertIn("weft-copy [OPTION]... SRC DST", self.copies("--help").stdout)
        self.assertIn(".TH", self.copies("--man").stdout)

    def test_draws_a_bar_on_a_terminal_and_removes_it(self):
        self.fill("src")
        parent, child = pty.openpty()
        process = subprocess.Popen([COPY, "src", "copy"], cwd=self.folder, stderr=child, env={**os.environ, "TERM": "xterm"})
        os.close(child)
        output = b""
        while True:
            try:
                piece = os.read(parent, 4096)
            except OSError:
                break
            if not piece:
                break
            output += piece
        os.close(parent)
        self.assertEqual(process.wait(60), 0)
        self.assertIn(b"files", output)
        self.assertTrue(output.rstrip().endswith(b"s") and b"48 files copied" in output.splitlines()[-1], output)


if __name__ == "__main__":
    unittest.main()
