#!/usr/bin/python3
"""weft-chat in ipmsg mode against a peer that is played here, packet by packet."""
import json
import os
import signal
import socket
import unittest

from support import LIMIT, Case


IPMSG = ("--mode", "ipmsg", "--discover", "off")


class Ipmsg(Case):
    def begin(self, *words):
        self.other = self.peer()
        self.chat = self.start("--mode", "ipmsg", "--discover", "off", "--json", "--nick", "ann", self.name(self.other), *words)
        fields, _ = self.expect(1)
        self.assertEqual(fields[5], "ann")

    def expect(self, command):
        """The next packet with this command: its fields and extensions."""
        while True:
            data, _ = self.other.recvfrom(65536)
            main, *extensions = data.split(b"\0")
            fields = main.decode().split(":", 5)
            self.assertEqual(fields[0], "1")
            if int(fields[4]) & 0xff == command:
                return fields, extensions

    def say(self, number, command, text=b"", extensions=b""):
        self.other.sendto(b"1_iptux 0.8.3:%d:bob:box:%d:%s\0%s" % (number, command, text, extensions),
                          ("127.0.0.1", self.chat.port))

    def test_finds_a_peer_and_delivers(self):
        self.begin()
        self.say(1, 0x103, b"Bob", b"\0icon\0utf-8\0")
        self.assertEqual(json.loads(self.chat.out.wait_for(b'"joined"'))["nick"], "Bob")
        self.chat.stdin.write("héllo\n".encode())
        fields, _ = self.expect(0x20)
        self.assertEqual((fields[4], fields[5]), (str(0x120), "héllo"))
        self.say(2, 0x121, fields[1].encode())
        self.assertEqual(json.loads(self.chat.out.wait_for(b'"delivered"'))["id"], 1)

    def test_hears_a_text_once_and_acknowledges_it_twice(self):
        self.begin()
        for _ in range(2):
            self.say(7, 0x120, "你好".encode("gb18030"))
            fields, _ = self.expect(0x21)
            self.assertEqual(fields[5], "7")
        self.say(8, 0x120, b"end")
        told = [json.loads(self.chat.out.wait_for(b'"message"'))["text"] for _ in range(2)]
        self.assertEqual(told, ["你好", "end"])

    def test_sends_again_until_there_is_a_receipt(self):
        self.begin()
        self.chat.stdin.write(b"one\ntwo\n")
        first, _ = self.expect(0x20)
        again, _ = self.expect(0x20)
        self.assertEqual(first, again)
        self.say(1, 0x121, first[1].encode())
        while first[5] == again[5]:
            again, _ = self.expect(0x20)
        self.assertEqual(again[5], "two")
        self.assertGreater(int(again[1]), int(first[1]))

    def test_says_goodbye(self):
        self.begin()
        self.say(1, 0x103, b"Bob")
        self.chat.out.wait_for(b'"joined"')
        self.chat.send_signal(signal.SIGTERM)
        self.expect(2)
        self.assertEqual(self.chat.wait(LIMIT), 143)

    def test_no_receipt_is_failure(self):
        other = self.peer()
        done = self.run_chat("--mode", "ipmsg", "--discover", "off", "--send", "x", "--wait", "0.3", self.name(other))
        self.assertEqual(done.returncode, 3, done.stderr)

    def test_two_of_them(self):
        bob = self.start("--mode", "ipmsg", "--discover", "off", "--json", "--nick", "bob")
        done = self.run_chat("--mode", "ipmsg", "--discover", "off", "--nick", "ann", "--send", "hello", f"127.0.0.1:{bob.port}")
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(bob.out.wait_for(b'"message"'))
        self.assertEqual((told["nick"], told["text"]), ("ann", "hello"))
        bob.out.wait_for(b'"left"')

    def test_who_appears_can_be_chosen_by_name(self):
        ann = self.start_typed(*IPMSG, "--nick", "ann", "127.0.0.1:9")
        bob = self.start("--mode", "ipmsg", "--discover", "off", "--nick", "bob", f"127.0.0.1:{ann.port}")
        ann.err.wait_for(b"bob is here")
        ann.type("/to bob\nhello bob\n")
        self.assertIn(b"ann: hello bob", bob.out.wait_for(b"hello"))

    def test_a_file_goes_from_one_to_the_other(self):
        content = os.urandom(300_000)
        os.mkdir(os.path.join(self.folder, "there"))
        source = os.path.join(self.folder, "there", "a: b.bin")
        with open(source, "wb") as file:
            file.write(content)
        with open(os.path.join(self.folder, "a: b.bin"), "wb") as file:
            file.write(b"is here already")
        bob = self.start_typed(*IPMSG, "127.0.0.1:9", "--nick", "bob")
        ann = self.start_typed(*IPMSG, f"127.0.0.1:{bob.port}", "--nick", "ann")
        ann.type(f"/send {source}\n")
        self.assertIn(b"file 1: a: b.bin", bob.out.wait_for(b"offers"))
        bob.type("/get 1\n")
        bob.err.wait_for(b"file 1 is saved as 'a: b.1.bin'")
        with open(os.path.join(self.folder, "a: b.1.bin"), "rb") as file:
            self.assertEqual(file.read(), content)
        ann.err.wait_for(b"was taken by 127.0.0.1")
        bob.type("/get 2\n/get x\n")
        bob.err.wait_for(b"no file has this number")
        ann.type("/send /nonexistent\n")
        ann.err.wait_for(b"cannot open")

    def test_an_offered_name_stays_in_the_folder_and_a_short_file_leaves_nothing(self):
        with socket.socket() as server:
            bob = None
            server.bind(("127.0.0.1", 0))
            server.listen()
            port = server.getsockname()[1]
            self.other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.addCleanup(self.other.close)
            self.other.bind(("127.0.0.1", port))
            self.other.settimeout(LIMIT)
            self.chat = bob = self.start_typed(*IPMSG, f"127.0.0.1:{port}")
            self.say(5, 0x200120, b"see", b"3:../../../etc/.pass\x1bwd:5:65f00000:1:\a4:short:ff:0:1:\a")
            bob.out.wait_for(b"file 2")
            bob.type("/get 1\n/get 2\n")
            for data, told in ((b"12345", b"file 1 is saved as 'passwd'"), (b"too short", b"file 2 failed")):
                connection, _ = server.accept()
                request = connection.recv(1000)
                self.assertRegex(request, rb"^1:\d+:[^:]*:[^:]*:96:5:[34]:0\0$")
                connection.sendall(data)
                connection.close()
                bob.err.wait_for(told)
        self.assertEqual(sorted(os.listdir(self.folder)), ["passwd"])

    def test_files_go_to_those_only_to_whom_they_were_offered(self):
        bob = self.start("--mode", "ipmsg", "--discover", "off")
        for request in (b"1:1:u:h:96:1:1:0\0", b"GET / HTTP/1.0\r\n\r\n", b"x" * 5000):
            with socket.create_connection(("127.0.0.1", bob.port), timeout=LIMIT) as connection:
                try:
                    connection.sendall(request)
                    connection.shutdown(socket.SHUT_WR)
                    self.assertEqual(connection.recv(100), b"")
                except OSError:  # it has hung up already
                    pass


if __name__ == "__main__":
    unittest.main(verbosity=2)
