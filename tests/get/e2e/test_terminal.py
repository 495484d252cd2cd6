"""The display on a terminal, seen through a pseudo-terminal."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
import unicodedata
import unittest

from support import PROGRAM, Case, OddServer, plain, wait_until

ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


go_on = threading.Event()  # for what is asked for under /held/


def answer(peer, path, fields, count):
    body = b"x" * 40_000
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
    for i in range(0, len(body), 4000):
        peer.sendall(body[i:i + 4000])
        if path.startswith("/held/"):
            go_on.wait(60)
        time.sleep(0.03)


def width(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class Screen:
    """A pseudo-terminal with a program on it; everything written to it is in self.output."""

    def __init__(self, words, cwd, columns=80, rows=24, environment=None):
        self.master, slave = pty.openpty()
        self.resize(columns, rows)
        self.output = b""
        env = {**os.environ, "TERM": "xterm", **(environment or {})}
        self.process = subprocess.Popen([PROGRAM, *words], cwd=cwd, stdin=slave, stdout=slave, stderr=slave, env=env,
                                        start_new_session=True)
        os.close(slave)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def resize(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self):
        try:
            while piece := os.read(self.master, 65536):
                self.output += piece
        except OSError:
            pass

    def finish(self):
        code = self.process.wait(timeout=60)
        self.reader.join()
        os.close(self.master)
        return code

    def text(self):
        return self.output.decode().replace("\r\n", "\n")


class Terminal(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = OddServer(answer)
        cls.addClassCleanup(cls.server.stop)

    def urls(self, count, folder=""):
        return [self.server.url(f"{folder}写真-with-a-long-name-{i}.jpg") for i in range(count)]

    def start_held(self, count):
        """A display with something drawn in it, which goes on with go_on.set()."""
        go_on.clear()
        self.addCleanup(go_on.set)
        screen = Screen(self.urls(count, "held/"), self.folder)
        wait_until(lambda: b"%" in screen.output, "nothing is drawn")
        return screen

    def show(self, words, **options):
        screen = Screen(words, self.folder, **options)
        return screen.finish(), screen.text()

    def test_no_line_is_wider_or_the_block_taller_than_the_screen(self):
        for columns, rows in ((100, 24), (40, 10), (20, 4), (3, 2)):
            with self.subTest(columns=columns, rows=rows):
                code, text = self.show(["-d", str(columns), "-j", "12", "-x", "12", *self.urls(12)], columns=columns, rows=rows)
                self.assertEqual(code, 0, text)
                drawn, _, summary = text.rpartition("\x1b[J")
                self.assertIn("12 files", summary)
                for line in re.split(r"[\r\n]", drawn):
                    self.assertLess(width(ESCAPE.sub("", line)), columns, repr(line))
                for up in re.findall(r"\x1b\[([0-9]+)A", text):
                    self.assertLess(int(up), rows)

    def test_the_display_is_gone_at_the_end(self):
        screen = self.start_held(3)
        go_on.set()
        self.assertEqual(screen.finish(), 0)
        text = screen.text()
        self.assertRegex(text.rpartition("\x1b[J")[2], r"^3 files, 117\.2 KiB in [0-9.]+s \([^)]*\)\n$")

    def test_it_is_drawn_at_most_ten_times_a_second(self):
        begin = time.monotonic()
        code, text = self.show(self.urls(4))
        self.assertEqual(code, 0, text)
        self.assertLessEqual(text.count("\x1b[J"), (time.monotonic() - begin) * 10 + 3)

    def test_an_interrupt_cleans_up(self):
        screen = self.start_held(4)
        screen.process.send_signal(signal.SIGINT)
        self.assertEqual(screen.finish(), 130)
        text = screen.text()
        self.assertRegex(text.rpartition("\x1b[J")[2], r"^interrupted: [0-4] files?, [^\n]*\n$")
        self.assertNotIn("\x1b[?25l", text)
        self.assertFalse([name for name in self.names() if name.endswith(".part")])

    def test_a_terminal_without_cursor_movement_gets_plain_lines(self):
        code, text = self.show(self.urls(3), environment={"TERM": "dumb"})
        self.assertEqual(code, 0, text)
        self.assertNotIn("\x1b", text)
        self.assertEqual(len(text.splitlines()), 4)

    def test_a_window_may_change_its_size(self):
        screen = Screen(["-j", "6", *self.urls(30)], self.folder)
        for columns, rows in ((40, 5), (120, 40), (10, 3), (80, 24)):
            time.sleep(0.15)
            screen.resize(columns, rows)
        self.assertEqual(screen.finish(), 0)


if __name__ == "__main__":
    unittest.main()
