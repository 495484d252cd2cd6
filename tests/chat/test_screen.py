#!/usr/bin/python3
"""weft-chat on a terminal: a small screen model interprets what it writes to a pseudo-terminal."""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata
import unittest

from support import CHAT, LIMIT, Case


class Screen:
    """As xterm behaves, as far as a chat needs it; whatever else is written fails the test."""

    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.cells = [[] for _ in range(rows)]
        self.row = self.column = 0
        self.pastes = False
        self.pending = ""
        self.rings = 0

    def resize(self, rows, columns):
        self.rows, self.columns = rows, columns
        while len(self.cells) > rows:
            self.cells.pop(0)
            self.row = max(0, self.row - 1)
        while len(self.cells) < rows:
            self.cells.append([])

    def write(self, text):
        text = self.pending + text
        self.pending = ""
        while text:
            if text[0] == "\x1b":
                end = next((i for i in range(2, len(text)) if "@" <= text[i] <= "~"), None)
                if end is None:
                    self.pending = text
                    return
                self.control(text[1:end + 1])
                text = text[end + 1:]
                continue
            if text[0] == "\r":
                self.column = 0
            elif text[0] == "\n":
                self.feed()
            elif text[0] == "\a":
                self.rings += 1
            else:
                self.put(text[0])
            text = text[1:]

    def feed(self):
        if self.row + 1 < self.rows:
            self.row += 1
        else:
            self.cells.pop(0)
            self.cells.append([])

    def put(self, char):
        assert unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs"), repr(char)
        width = 0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if self.column + width > self.columns:
            self.column = 0
            self.feed()
        row = self.cells[self.row]
        row.extend(" " * (self.column + width - len(row)))
        if width == 0:
            row[self.column - 1] += char
            return
        row[self.column] = char
        for i in range(1, width):
            row[self.column + i] = ""
        self.column += width

    def control(self, sequence):
        body, final = sequence[1:-1], sequence[-1]
        assert sequence[0] == "[", repr(sequence)
        if final == "A":
            self.row = max(0, self.row - int(body or 1))
        elif final == "B":
            self.row = min(self.rows - 1, self.row + int(body or 1))
        elif final == "G":
            self.column = min(self.columns, int(body or 1)) - 1
        elif final == "H":
            assert body == ""
            self.row = self.column = 0
        elif final == "J":
            assert body == ""
            del self.cells[self.row][self.column:]
            for row in self.cells[self.row + 1:]:
                row.clear()
        elif final in "hl":
            assert body == "?2004", body
            self.pastes = final == "h"
        else:
            assert final == "m", repr(sequence)

    def lines(self):
        out = ["".join(row).rstrip() for row in self.cells]
        while out and not out[-1]:
            out.pop()
        return out


class Terminal(Case):
    def launch(self, *words, rows=12, columns=100, term="xterm"):
        self.main, side = pty.openpty()
        self.size(rows, columns)
        self.has_screen = term != "dumb"
        self.before = termios.tcgetattr(side)
        self.screen = Screen(rows, columns)
        environment = {**os.environ, "TERM": term, "NO_COLOR": "1"}
        self.chat = subprocess.Popen([CHAT, *words], stdin=side, stdout=side, stderr=side, cwd=self.folder,
                                     env=environment, start_new_session=True,
                                     preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.side = side
        self.addCleanup(self.finish, self.chat, self.main, side)

    def finish(self, chat, *terminal):
        chat.kill()
        chat.wait()
        for side in terminal:
            os.close(side)

    def size(self, rows, columns):
        fcntl.ioctl(self.main, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        os.write(self.main, text.encode())

    def pump(self, wait):
        if select.select([self.main], [], [], wait)[0]:
            try:
                data = os.read(self.main, 65536)
            except OSError:
                return False
            self.screen.write(data.decode())
        return True

    def until(self, condition, what):
        end = time.monotonic() + LIMIT
        while not condition(self.screen.lines()):
            if time.monotonic() > end:
                raise AssertionError(f"{what} did not come: {self.screen.lines()}")
            self.pump(0.05)

    def until_line(self, end):
        self.until(lambda lines: any(line.endswith(end) for line in lines), repr(end))

    def until_last(self, line):
        self.until(lambda lines: lines and lines[-1] == line, repr(line))

    def port(self):
        """Where it listens, once it reads key by key."""
        if self.has_screen:
            self.until(lambda _: self.screen.pastes, "the editor")
        self.until(lambda lines: any("listening on" in line for line in lines), "the port")
        line = next(line for line in self.screen.lines() if "listening on" in line)
        return int(line.rsplit(":", 1)[1])

    def test_the_half_typed_line_survives_what_arrives(self):
        peer = self.peer()
        self.launch("-l", "127.0.0.1:0", self.name(peer))
        port = self.port()
        self.type("half typed 写真")
        self.until_last("> half typed 写真")
        for i in range(5):
            peer.sendto(f"message {i} \x1b[2J".encode(), ("127.0.0.1", port))
        self.until_line("message 4 ^[[2J")
        self.assertEqual(self.screen.lines()[-1], "> half typed 写真")
        self.assertEqual(self.screen.column, len("> half typed ") + 4)
        self.type(" sent\r")
        self.assertEqual(peer.recv(100).decode(), "half typed 写真 sent")
        self.until_line("me #1 sent: half typed 写真 sent")

    def test_asks_for_address_and_port_as_the_notes_do(self):
        peer = self.peer()
        self.launch("-l", "127.0.0.1:0")
        self.until_last("peer's address (empty: only listen):")
        self.type("127.0.0.1\r")
        self.until_last("peer's port (7070):")
        self.type(f"{peer.getsockname()[1]}\r")
        self.until_last(">")
        self.type("hello\r")
        self.assertEqual(peer.recv(100), b"hello")

    def test_a_stranger_can_be_answered(self):
        peer = self.peer()
        self.launch("-l", "127.0.0.1:0")
        port = self.port()
        self.type("\r")
        self.until_last(">")
        peer.sendto(b"hi\n", ("127.0.0.1", port))
        self.until_line(f"{self.name(peer)}: hi")
        self.type("nobody\r")
        self.until(lambda lines: any("nobody to talk to" in line for line in lines), "the refusal")
        self.type(f"/to {self.name(peer)}\rback\r")
        self.assertEqual(peer.recv(100), b"back\n")

    def test_a_closed_port_shows_at_the_line_that_failed(self):
        self.launch("-l", "127.0.0.1:0", f"127.0.0.1:{self.closed_port()}")
        self.port()
        self.type("x\r")
        self.until_line("its port is closed")
        self.until(lambda lines: any("! #1 failed for" in line for line in lines), "the failure")

    def test_a_long_paste_asks_once(self):
        peer = self.peer()
        self.launch("-l", "127.0.0.1:0", self.name(peer))
        self.port()
        pasted = "\x1b[200~" + "".join(f"line {i}\r" for i in range(8)) + "\x1b[201~"
        self.type("half" + pasted)
        self.until_last("send these 8 lines? (y/n)")
        self.type("\x1b")
        self.until_last("> half")
        self.type("\x15" + pasted)
        self.until_last("send these 8 lines? (y/n)")
        self.type("y")
        for i in range(8):
            self.assertEqual(peer.recv(100).decode(), f"line {i}")

    def test_the_window_may_change(self):
        peer = self.peer()
        self.launch("-l", "127.0.0.1:0", self.name(peer), columns=60)
        port = self.port()
        self.type("0123456789" * 4)
        self.until_last("> " + "0123456789" * 4)
        self.screen.resize(12, 80)
        self.size(12, 80)
        os.killpg(self.chat.pid, signal.SIGWINCH)
        peer.sendto(b"wide", ("127.0.0.1", port))
        self.until_line("wide")
        self.until_last("> " + "0123456789" * 4)

    def test_suspended_it_gives_the_terminal_back(self):
        peer = self.peer()
        self.launch("-l", "127.0.0.1:0", self.name(peer))
        port = self.port()
        self.type("half")
        self.until_last("> half")
        self.type("\x1a")
        stopped = os.waitid(os.P_PID, self.chat.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        self.assertEqual(stopped.si_code, os.CLD_STOPPED)
        self.assertEqual(termios.tcgetattr(self.side)[3], self.before[3])
        self.chat.send_signal(signal.SIGCONT)
        self.until_last("> half")
        peer.sendto(b"awake", ("127.0.0.1", port))
        self.until_line("awake")
        self.type("\r")
        self.assertEqual(peer.recv(100), b"half")

    def test_leaves_the_terminal_as_it_was(self):
        for leave, code in (("/quit\r", 0), ("\x04", 0), ("\x03", 130)):
            self.launch("-l", "127.0.0.1:0", "127.0.0.1:9")
            self.port()
            self.type(leave)
            while self.chat.poll() is None:
                self.pump(0.05)
            while select.select([self.main], [], [], 0)[0] and self.pump(0):
                pass
            self.assertEqual(self.chat.returncode, code)
            self.assertEqual(termios.tcgetattr(self.side), self.before)
            self.assertFalse(self.screen.pastes)
            self.assertNotIn(">", "".join(self.screen.lines()))

    def test_commands(self):
        peer = self.peer()
        self.launch("-l", "127.0.0.1:0", self.name(peer), rows=40, columns=100)
        self.port()
        self.type("/add 127.0.0.1:9 bob\r/pe\t\r")
        self.until(lambda lines: any("127.0.0.1:9  bob" in line for line in lines), "the list")
        self.type("/help\r/nonsense\r//slash\r")
        self.assertEqual(peer.recv(100), b"/slash")
        self.until(lambda lines: any("no command /nonsense" in line for line in lines), "the refusal")
        self.type("/to bo\t\r")
        self.until_last("bob>")

    def test_what_was_not_sent_or_confirmed_is_told_at_the_end(self):
        self.launch("-l", "127.0.0.1:0", "--rate", "0.01", "--burst", "1", "127.0.0.1:9")
        self.port()
        self.type("one\rtwo\rthree\r/quit\r")
        self.until_line("2 lines were not sent")
        self.launch("-l", "127.0.0.1:0", "--mode", "secure", "--key", "key", "--known", "known", "127.0.0.1:9")
        self.port()
        self.type("one\r")
        self.until_line("me #1: one")
        self.type("/quit\r")
        self.until_line("what became of 1 more is not known")

    def test_stopped_by_others_it_takes_the_terminal_again(self):
        peer = self.peer()
        self.launch("-l", "127.0.0.1:0", self.name(peer))
        self.port()
        self.type("half")
        self.until_last("> half")
        self.chat.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.chat.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        termios.tcsetattr(self.side, termios.TCSANOW, self.before)  # as a shell does
        self.chat.send_signal(signal.SIGCONT)
        while termios.tcgetattr(self.side)[3] == self.before[3]:
            self.pump(0.05)
        self.type(" done\r")
        self.assertEqual(peer.recv(100), b"half done")

    def test_a_dumb_terminal_gets_no_escapes(self):
        peer = self.peer()
        self.launch("-l", "127.0.0.1:0", self.name(peer), term="dumb")
        port = self.port()
        peer.sendto(b"hello", ("127.0.0.1", port))
        self.until_line("hello")
        self.type("answer\r")
        self.assertEqual(peer.recv(100), b"answer")
        self.assertFalse(self.screen.pastes)


if __name__ == "__main__":
    unittest.main(verbosity=2)
