#!/usr/bin/python3
"""weft-chat in plain mode, in pipes: with sockets, with nc and with the script of the notes; exit codes, JSON, log."""
import base64
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import unittest

from support import CHAT, LIMIT, Case, Lines


class Plain(Case):
    def test_lines_go_out_as_bare_datagrams_and_come_in_as_lines(self):
        peer = self.peer()
        chat = self.start(self.name(peer))
        chat.stdin.write("héllo\n".encode())
        data, where = peer.recvfrom(2048)
        self.assertEqual(data, "héllo".encode())
        self.assertEqual(where[1], chat.port)
        peer.sendto("写真".encode(), where)
        self.assertIn(f"{self.name(peer)}: 写真\n".encode(), chat.out.wait_for("写真".encode()))

    def test_several_peers_get_each_line(self):
        peers = [self.peer() for _ in range(3)]
        chat = self.start(*map(self.name, peers))
        chat.stdin.write(b"to all\n")
        for peer in peers:
            self.assertEqual(peer.recv(2048), b"to all")

    def test_ipv6(self):
        try:
            peer = self.peer(socket.AF_INET6, "::1")
        except OSError:
            self.skipTest("no IPv6 here")
        chat = self.start(self.name(peer), listen="[::1]:0")
        chat.stdin.write(b"six\n")
        data, where = peer.recvfrom(2048)
        self.assertEqual(data, b"six")
        peer.sendto(b"back", where)
        chat.out.wait_for(b"[::1]:")

    def test_both_families_on_one_socket(self):
        peer = self.peer()
        chat = self.start(self.name(peer), listen="[::]:0") if socket.has_ipv6 else self.skipTest("no IPv6 here")
        chat.stdin.write(b"four\n")
        data, where = peer.recvfrom(2048)
        self.assertEqual((data, where[0]), (b"four", "127.0.0.1"))
        peer.sendto(b"back", where)
        self.assertIn(self.name(peer).encode(), chat.out.wait_for(b"back"))

    def test_whatever_arrives_the_output_has_no_controls(self):
        peer = self.peer()
        chat = self.start()
        to = ("127.0.0.1", chat.port)
        peer.sendto(b"\x1b[2J\x07\xff\xc2\x9b31m\x7f\0mid", to)
        line = chat.out.wait_for(b"mid")
        self.assertTrue(line.endswith("^[[2J^G\ufffd<U+009B>31m^?^@mid\n".encode()), line)

    def test_two_lines_in_a_datagram_are_two_messages(self):
        peer = self.peer()
        chat = self.start("--json")
        peer.sendto(b"one\ntwo\r\n", ("127.0.0.1", chat.port))
        self.assertEqual(json.loads(chat.out.wait_for(b"message"))["text"], "one")
        self.assertEqual(json.loads(chat.out.wait_for(b"message"))["text"], "two")

    def test_json_has_one_object_a_line(self):
        peer = self.peer()
        chat = self.start("--json", self.name(peer))
        peer.sendto(b"a\xff", ("127.0.0.1", chat.port))
        told = json.loads(chat.out.wait_for(b'"message"'))
        self.assertEqual(told["peer"], self.name(peer))
        self.assertEqual(base64.b64decode(told["bytes"]), b"a\xff")
        peer.sendto(b"x" * 60000, ("127.0.0.1", chat.port))
        told = json.loads(chat.out.wait_for(b"xxx"))
        self.assertEqual((told["text"], told["bytes"]), ("x" * 60000, None))
        chat.stdin.write(b"out\n")
        self.assertEqual(json.loads(chat.out.wait_for(b'"own"'))["text"], "out")
        self.assertEqual(json.loads(chat.out.wait_for(b'"sent"'))["id"], 1)

    def test_the_end_of_standard_input_does_not_end_it(self):
        peer = self.peer()
        chat = self.start()
        chat.stdin.close()
        peer.sendto(b"still there", ("127.0.0.1", chat.port))
        chat.out.wait_for(b"still there")
        chat.send_signal(signal.SIGTERM)
        self.assertEqual(chat.wait(LIMIT), 143)

    def test_interrupted_it_says_so(self):
        chat = self.start()
        chat.send_signal(signal.SIGINT)
        self.assertEqual(chat.wait(LIMIT), 130)

    def test_a_pipe_is_paced_and_loses_nothing(self):
        peer = self.peer()
        chat = self.start("--rate", "200", "--burst", "2", self.name(peer))
        chat.stdin.write(b"".join(b"line %d\n" % i for i in range(100)))
        for i in range(100):
            self.assertEqual(peer.recv(2048), b"line %d" % i)

    def test_a_flood_is_counted_and_others_are_heard(self):
        flooder, friend = self.peer(), self.peer()
        chat = self.start()
        for i in range(200):
            flooder.sendto(b"flood", ("127.0.0.1", chat.port))
        friend.sendto(b"hello", ("127.0.0.1", chat.port))
        chat.out.wait_for(b"hello")
        shown = sum(b"flood" in line for line in chat.out.seen)
        self.assertLess(shown, 200)
        self.assertIn(b"not shown", chat.err.wait_for(self.name(flooder).encode()))

    def test_a_closed_port_is_told_once_and_others_still_get_everything(self):
        peer = self.peer()
        chat = self.start("--json", f"127.0.0.1:{self.closed_port()}", self.name(peer))
        for i in range(10):
            chat.stdin.write(b"%d\n" % i)
            self.assertEqual(peer.recv(100), b"%d" % i)
        told = json.loads(chat.out.wait_for(b'"failed"'))
        self.assertEqual(told["text"], "its port is closed")
        peer.sendto(b"end", ("127.0.0.1", chat.port))
        chat.out.wait_for(b'"end"')
        self.assertEqual(sum(b'"left"' in line for line in chat.out.seen), 1)

    def test_the_log_is_the_users_alone_and_grows(self):
        peer = self.peer()
        for text in (b"first", b"second"):
            chat = self.start("--log", "chat.log", self.name(peer))
            peer.sendto(text, ("127.0.0.1", chat.port))
            chat.out.wait_for(text)
            chat.stdin.write(b"answer\n")
            peer.recv(100)
            chat.send_signal(signal.SIGTERM)
            chat.wait(LIMIT)
        path = os.path.join(self.folder, "chat.log")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path, encoding="utf-8") as log:
            text = log.read()
        self.assertLess(text.index("first"), text.index("second"))
        self.assertEqual(text.count("me #1 sent: answer"), 2)

    def test_a_long_line_goes_in_several_datagrams(self):
        peer = self.peer()
        chat = self.start("--max-size", "100", self.name(peer))
        chat.stdin.write("é".encode() * 100 + b"\n")
        parts = []
        while not parts or parts[-1].endswith("…"):
            data = peer.recv(2048)
            self.assertLessEqual(len(data), 100)
            parts.append(data.decode())
        self.assertEqual("".join(part.rstrip("…") for part in parts), "é" * 100)


    def test_a_broadcast_address_is_a_peer(self):
        peer = self.peer(address="")
        chat = self.start(f"127.255.255.255:{peer.getsockname()[1]}")
        chat.stdin.write(b"to all\n")
        self.assertEqual(peer.recv(100), b"to all")

    def test_a_closed_standard_output_is_an_error_and_goes_nowhere_else(self):
        done = subprocess.run(["sh", "-c", f"exec {CHAT} --json -l 127.0.0.1:0 >&-"], capture_output=True, timeout=LIMIT,
                              stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cannot write to standard output: Bad file descriptor", done.stderr)


    def test_ends_when_as_many_messages_have_come_as_wanted(self):
        peer = self.peer()
        chat = self.start("--count", "2")
        for text in (b"one", b"two"):
            peer.sendto(text, ("127.0.0.1", chat.port))
            chat.out.wait_for(text)
        self.assertEqual(chat.wait(LIMIT), 0)
        self.assertEqual(self.run_chat("--count", "1", "--wait", "0.2").returncode, 3)

    def test_a_command_is_run_for_each_message(self):
        peer = self.peer()
        chat = self.start("--notify", "tee -a told", "--count", "2")
        for text in (b"one \x1b[2J", b"$(two)"):
            peer.sendto(text, ("127.0.0.1", chat.port))
            chat.out.wait_for(text[:3])
        self.assertEqual(chat.wait(LIMIT), 0)
        with open(os.path.join(self.folder, "told"), encoding="utf-8") as file:
            told = file.read().splitlines()
        self.assertEqual([line.split(": ", 1)[1] for line in told], ["one ^[[2J", "$(two)"])
        chat = self.start("--notify", "/nonexistent/command")
        peer.sendto(b"hello", ("127.0.0.1", chat.port))
        chat.out.wait_for(b"hello")
        chat.err.wait_for(b"cannot start '/nonexistent/command'")

    def test_other_encodings_both_ways(self):
        peer = self.peer()
        chat = self.start("--encoding", "gb18030", self.name(peer))
        chat.stdin.write("你好\n".encode())
        data, where = peer.recvfrom(2048)
        self.assertEqual(data, "你好".encode("gb18030"))
        peer.sendto("再见".encode("gb18030"), where)
        chat.out.wait_for("再见".encode())

    def test_one_interface(self):
        peer = self.peer()
        chat = self.start("--iface", "lo")
        peer.sendto(b"here", ("127.0.0.1", chat.port))
        chat.out.wait_for(b"here")
        done = self.run_chat("--iface", "nonexistent")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"cannot use the interface 'nonexistent'", done.stderr)

    def test_a_peer_can_be_added_without_a_nick(self):
        peer = self.peer()
        chat = self.start_typed()
        chat.type(f"\n/add {self.name(peer)}\nhello\n/add\n/add [::1\n")
        self.assertEqual(peer.recv(100), b"hello")
        chat.err.wait_for(b"/add HOST[:PORT] [NICK]")
        chat.err.wait_for(b"not a peer")

    def test_a_blocked_address_is_not_heard_until_it_is_unblocked(self):
        peer = self.peer()
        chat = self.start_typed("127.0.0.1:9", "--stats")
        peer.sendto(b"first", ("127.0.0.1", chat.port))
        chat.out.wait_for(b"first")
        chat.type(f"/block {self.name(peer)}\n")
        chat.err.wait_for(b"nothing more is heard from 127.0.0.1")
        peer.sendto(b"second", ("127.0.0.1", chat.port))
        self.peer(address="127.0.0.2").sendto(b"from elsewhere", ("127.0.0.1", chat.port))
        chat.out.wait_for(b"from elsewhere")
        chat.type("/block\n/unblock 127.0.0.1\n")
        chat.err.wait_for(b"127.0.0.1 is heard again")
        peer.sendto(b"third", ("127.0.0.1", chat.port))
        chat.out.wait_for(b"third")
        self.assertFalse(any(b"second" in line for line in chat.out.seen))
        chat.type("/quit\n")
        chat.err.wait_for(b"sent 0, received 3")


class Send(Case):
    def test_an_answer_may_be_waited_for(self):
        peer = self.peer()
        asking = subprocess.Popen([CHAT, "-l", "127.0.0.1:0", "--send", "question", "--count", "1", self.name(peer)],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        data, where = peer.recvfrom(100)
        self.assertEqual(data, b"question")
        peer.sendto(b"answer", where)
        told, _ = asking.communicate(timeout=LIMIT)
        self.assertIn(b": answer", told)
        self.assertEqual(asking.returncode, 0)
        done = self.run_chat("--send", "x", "--count", "1", "--wait", "30", f"127.0.0.1:{self.closed_port()}")
        self.assertEqual(done.returncode, 3)

    def test_handed_to_the_kernel_is_success(self):
        peer = self.peer()
        done = self.run_chat("--send", "hello", self.name(peer))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(peer.recv(100), b"hello")

    def test_a_closed_port_within_the_wait_is_failure(self):
        done = self.run_chat("--send", "x", "--wait", "30", f"127.0.0.1:{self.closed_port()}")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(b"failed", done.stderr)

    def test_one_of_two_is_failure_and_the_other_has_it(self):
        peer = self.peer()
        done = self.run_chat("--send", "x", "--wait", "30", self.name(peer), f"127.0.0.1:{self.closed_port()}")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(peer.recv(100), b"x")

    def test_an_open_port_waits_and_is_success(self):
        peer = self.peer()
        self.assertEqual(self.run_chat("--send", "x", "--wait", "0.2", self.name(peer)).returncode, 0)

    def test_a_name_that_does_not_exist_is_failure(self):
        peer = self.peer()
        self.assertEqual(self.run_chat("--send", "x", "name.invalid", self.name(peer)).returncode, 3)
        self.assertEqual(peer.recv(100), b"x")

    def test_wrong_usage(self):
        for words in (["--send", "x"], ["--nonsense"], ["-l", "x"], ["--mode"], ["--wait", "1"], ["--count", "0"],
                      ["--encoding", "klingon"], ["--retries", "1"], ["--notify", " "]):
            self.assertEqual(self.run_chat(*words).returncode, 1, words)

    def test_a_port_in_use(self):
        peer = self.peer()
        done = subprocess.run([CHAT, "-l", self.name(peer)], capture_output=True, timeout=LIMIT)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"cannot bind", done.stderr)


class Others(Case):
    def test_netcat_both_ways(self):
        if not shutil.which("nc"):
            self.skipTest("no nc here")
        host, port = self.free_address()
        chat = self.start(f"{host}:{port}")
        nc = subprocess.Popen(["nc", "-u", "-s", host, "-p", str(port), "127.0.0.1", str(chat.port)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, bufsize=0)
        self.addCleanup(self.end_nc, nc)
        heard = Lines(nc.stdout)
        nc.stdin.write(b"from nc\n")
        self.assertIn(f"{host}:{port}: from nc\n".encode(), chat.out.wait_for(b"from nc"))
        chat.stdin.write(b"to nc\n")
        self.assertEqual(heard.wait_for(b"to nc"), b"to nc\n")

    def test_netcat_listening_hears_lines(self):
        if not shutil.which("nc"):
            self.skipTest("no nc here")
        host, port = self.free_address()
        nc = subprocess.Popen(["nc", "-u", "-l", host, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              bufsize=0)
        self.addCleanup(self.end_nc, nc)
        heard = Lines(nc.stdout)
        chat = self.start("--eol", "lf", "--rate", "10", f"{host}:{port}")
        for _ in range(300):
            chat.stdin.write(b"are you there\n")
            try:
                heard.wait_for(b"are you there", 0.2)
                break
            except queue.Empty:  # nc has not bound its port yet
                continue
        nc.stdin.write(b"here I am\n")
        self.assertIn(f"{host}:{port}".encode(), chat.out.wait_for(b"here I am"))

    def end_nc(self, nc):
        nc.kill()
        nc.wait()
        nc.stdin.close()
        nc.stdout.close()

    def test_the_script_of_the_notes_both_ways(self):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "notes_script.py")
        notes = subprocess.Popen([sys.executable, script, "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.addCleanup(self.end_nc, notes)
        said = Lines(notes.stdout)
        port = int(said.wait_for(b"port").split()[1])
        chat = self.start(f"127.0.0.1:{port}")
        notes.stdin.write(b"127.0.0.1\n%d\nfrom the notes\n" % chat.port)
        chat.out.wait_for(b"from the notes")
        chat.stdin.write("zurück\n".encode())
        line = said.wait_for(b"zur")
        self.assertIn(repr("zurück".encode()).encode(), line)
        self.assertIn(b"'127.0.0.1', %d" % chat.port, line)


if __name__ == "__main__":
    unittest.main(verbosity=2)
