#!/usr/bin/python3
"""Two weft-chats in network namespaces of their own: a bad link between them, and how they find each other."""
import json
import os
import pty
import re
import signal
import termios
import threading
import unittest

from support import CHAT, LIMIT, NamespaceCase


class Network(NamespaceCase):
    def type(self, terminal, text):
        while text:
            text = text[os.write(terminal, text[:1000]):]

    def start_secure(self, space, who, *words, **options):
        chat = self.within(space, CHAT, "--mode", "secure", "--json", "--nick", who, "--key", f"{who}.key",
                           "--known", f"{who}.known", "--accept", "all", *words, **options)
        chat.out.wait_for(b"listening on")
        return chat

    def test_a_thousand_lines_each_way_over_a_bad_link(self):
        count = 1000
        main, side = pty.openpty()
        self.addCleanup(os.close, main)
        mode = termios.tcgetattr(side)
        mode[3] &= ~termios.ECHO  # nobody reads it
        termios.tcsetattr(side, termios.TCSANOW, mode)
        bob = self.start_secure(1, "bob", "--rate", "100000", "--burst", "100000", stdin=side)
        os.close(side)
        link = self.within(0, os.environ["WEFT_LINK"], "--udp", "--loss", "30%", "--duplicate", "20%", "--reorder", "20%",
                           "--delay", "200ms", "--seed", "11", "10.99.7.2:7070")
        port = int(re.search(rb":(\d+)", link.out.wait_for(b"udp")).group(1))
        ann = self.start_secure(0, "ann", "-l", "0", "--rate", "100000", "--burst", "100000", f"127.0.0.1:{port}")
        # Where bob finds ann is known when she has come.
        there = json.loads(bob.out.wait_for(b'"joined"'))["peer"]
        self.assertTrue(there.startswith("10.99.7.1:"))
        os.write(main, f"\n/add {there}\n".encode())  # it has asked for a peer
        lines = {name: [f"{name} {i}" for i in range(count)] for name in ("ann", "bob")}
        texts = {name: "".join(line + "\n" for line in lines[name]).encode() for name in lines}
        threading.Thread(target=ann.stdin.write, args=(texts["ann"],), daemon=True).start()
        threading.Thread(target=self.type, args=(main, texts["bob"]), daemon=True).start()
        for chat, other in ((bob, "ann"), (ann, "bob")):
            for line in lines[other]:
                self.assertEqual(json.loads(chat.out.wait_for(b'"message"', 4 * LIMIT))["text"], line)
        for chat in (ann, bob):
            told = [json.loads(line) for line in chat.out.seen]
            delivered = [event["id"] for event in told if event["type"] == "delivered"]
            while len(delivered) < count:
                delivered.append(json.loads(chat.out.wait_for(b'"delivered"', LIMIT))["id"])
            self.assertEqual(delivered, list(range(1, count + 1)))

    def test_they_find_each_other(self):
        for family in ("-4", "-6"):
            ann = self.start_secure(0, "ann", "--discover", "on", family)
            bob = self.start_secure(1, "bob", "--discover", "on", family)
            found = json.loads(ann.out.wait_for(b'"joined"'))
            self.assertEqual(found["nick"], "bob")
            self.assertTrue(found["peer"].startswith("10.99.7.2:7070" if family == "-4" else "[f"), found)
            bob.out.wait_for(b'"joined"')
            for chat in (ann, bob):
                chat.send_signal(signal.SIGTERM)
                chat.wait(LIMIT)

    def test_who_cannot_be_found_says_so(self):
        for where in ("0", "10.99.7.1:7070"):
            chat = self.within(0, CHAT, "--mode", "secure", "--discover", "on", "--key", "key", "--known", "known", "-l", where)
            chat.out.wait_for(b"is not found by others")


if __name__ == "__main__":
    unittest.main(verbosity=2)
