#!/usr/bin/python3
"""weft-chat in ipmsg mode against a peer that is played here, packet by packet."""
import json
import signal
import unittest

from support import LIMIT, Case


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


if __name__ == "__main__":
    unittest.main(verbosity=2)
