"""Lists of URLs: streamed, of any length and any content."""

import fcntl
import json
import os
import pathlib
import shutil
import signal
import struct
import tempfile
import termios
import threading
import unittest

from support import HAVE_NGINX, Case, Nginx, OddServer, plain, start, wait_until


def answer(peer, path, fields, count):
    peer.sendall(plain(path if path != "/huge" else b"x" * 20_000_000))


PAGE = 4096


def is_full(reader):
    """Whoever is stuck in a write to this pipe of two pages has filled more than one: the kernel adds a write to a page only when it
    fits there as a whole, so that two writes which have a page each are more than one page together."""
    return struct.unpack("i", fcntl.ioctl(reader, termios.FIONREAD, b"    "))[0] > PAGE


class Lists(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = OddServer(answer)
        cls.addClassCleanup(cls.server.stop)

    def test_comments_blanks_and_both_ends_of_line(self):
        listing = f"# pictures\n\n  {self.server.url('a')}\r\n{self.server.url('b')}"
        result = self.get("-i", "-", self.server.url("first"), stdin=listing)
        self.assertEqual(result.code, 0, result)
        self.assertEqual(self.names(), ["a", "b", "first"])

    def test_a_bad_line_fails_and_the_rest_goes_on(self):
        listing = self.server.url("a") + "\n" + self.server.url("x" * 9000) + "\nhttp://a\x01b/\n" + self.server.url("b") + "\n"
        result = self.get("--json", "-i", "-", stdin=listing)
        self.assertEqual(result.code, 2, result)
        reports = sorted(map(json.loads, result.out.splitlines()), key=lambda report: report["n"])
        self.assertEqual([report["error"] for report in reports], [None, "line_too_long", "line_not_text", None])
        self.assertEqual(self.names(), ["a", "b"])

    def test_downloads_begin_before_the_list_ends(self):
        first, second = threading.Event(), threading.Event()

        def pieces():
            yield self.server.url("early") + "\n"
            first.wait(60)
            yield self.server.url("late") + "\n"
            second.set()

        def watch():
            wait_until(lambda: (self.folder / "early").exists(), "the first file waits for the end of the list")
            first.set()

        watcher = threading.Thread(target=watch)
        watcher.start()
        result = self.get("-i", "-", stdin=pieces())
        watcher.join()
        self.assertEqual(result.code, 0, result)
        self.assertTrue(second.is_set())
        self.assertEqual(self.names(), ["early", "late"])

    def test_an_interrupt_ends_the_wait_for_a_silent_list(self):
        reader, writer = os.pipe()
        process = start("-i", "-", self.server.url("a"), cwd=self.folder, stdin=reader)
        os.close(reader)
        wait_until(lambda: (self.folder / "a").exists(), "no file comes")
        process.terminate()
        _, notes = process.communicate(timeout=60)
        os.close(writer)
        self.assertEqual(process.returncode, 143, notes)

    def test_an_empty_list_is_done_at_once(self):
        self.assertEqual(self.get("-i", "-", stdin="").code, 0)

    def test_a_list_that_is_not_there(self):
        result = self.get("-i", "nowhere.txt")
        self.assertEqual(result.code, 3, result)
        self.assertIn("cannot open 'nowhere.txt'", result.err)

    def test_a_reader_of_reports_that_goes_away_ends_the_run_quietly(self):
        listing = "".join(self.server.url(f"{i}") + "\n" for i in range(2000))
        (self.folder / "list").write_text(listing)
        process = start("--json", "-i", "list", "-d", "out", cwd=self.folder)
        process.stdout.readline()
        process.stdout.close()
        process.wait(timeout=60)
        self.assertEqual(process.returncode, 3)
        process.stderr.close()


    def end_with_stuck_readers(self, number, code, *words, streams=("stdout",), ready):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 2 * PAGE)
        process = start(*words, cwd=self.folder, **{name: writer for name in streams})
        os.close(writer)
        wait_until(lambda: ready(reader), "the pipe does not fill")
        process.send_signal(number)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, code)
        self.assertEqual([name for name in self.names(self.folder) if ".part" in name], [])

    def test_a_reader_of_a_body_that_is_stuck_does_not_hold_up_the_end(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(signal=number):
                self.end_with_stuck_readers(number, code, "-o", "-", self.server.url("huge"), ready=is_full)

    def test_a_reader_of_reports_that_is_stuck_does_not_hold_up_the_end(self):
        (self.folder / "list").write_text("".join(self.server.url(f"{i}") + "\n" for i in range(2000)))
        self.end_with_stuck_readers(signal.SIGINT, 130, "--json", "-i", "list", "-d", "out", ready=is_full)
        for name in self.names(self.folder / "out"):
            self.assertFalse(name.endswith(".part"))

    def test_a_reader_of_messages_that_is_stuck_does_not_hold_up_the_end(self):
        (self.folder / "list").write_text("".join(self.server.url(f"{i}") + "\n" for i in range(2000)))
        self.end_with_stuck_readers(signal.SIGINT, 130, "--progress", "plain", "-i", "list", "-d", "out",
                                    streams=("stdout", "stderr"), ready=is_full)

    def test_a_reader_of_a_body_that_goes_away_ends_the_run(self):
        process = start("-o", "-", "--retry", "3", self.server.url("huge"), cwd=self.folder)
        process.stdout.read(1)
        process.stdout.close()
        notes = process.stderr.read().decode()
        process.stderr.close()
        self.assertEqual(process.wait(timeout=60), 3, notes)
        self.assertIn("cannot write to standard output: Broken pipe\n", notes)
        self.assertEqual(self.names(), [])


@unittest.skipUnless(HAVE_NGINX, "nginx is not installed")
class Memory(Case):
    """A list costs about 20 bytes a line for the names and nothing else."""

    LINES = int(os.environ.get("WEFT_LIST_LINES", "50000"))

    def test_a_long_list_takes_little_memory(self):
        root = pathlib.Path(tempfile.mkdtemp(prefix="weft-site-"))
        self.addCleanup(shutil.rmtree, root)
        server = Nginx(root)
        self.addCleanup(server.stop)
        with open(self.folder / "list", "w") as listing:
            for i in range(self.LINES):
                listing.write(server.url(f"none/some/folder/picture-{i}.jpg\n"))
        result = self.get("-q", "-i", "list", "-d", "out", "-j", 50, "-x", 50, timeout=800)
        self.assertEqual(result.code, 7, result)
        if not os.environ.get("WEFT_SANITIZE"):  # a sanitizer's own memory is several times that
            self.assertLess(result.peak_kib, 64 * 1024)
        self.assertEqual(self.names(self.folder / "out"), [])


if __name__ == "__main__":
    unittest.main()
