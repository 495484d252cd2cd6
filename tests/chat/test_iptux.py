#!/usr/bin/python3
"""weft-chat against the real iptux, each in a network namespace of its own; where root may make them and iptux is there."""
import json
import os
import signal
import unittest

from support import CHAT, NamespaceCase

class Iptux(NamespaceCase):
    NEEDED = ("iptux", "Xvfb", "xvfb-run", "xauth", "dbus-run-session")

    def start_iptux(self):
        os.makedirs(os.path.join(self.folder, "config/iptux/log"))
        os.makedirs(os.path.join(self.folder, "run"), mode=0o700)
        environment = {**os.environ, "HOME": self.folder, "XDG_CONFIG_HOME": os.path.join(self.folder, "config"),
                       "XDG_RUNTIME_DIR": os.path.join(self.folder, "run")}
        return self.within(1, "dbus-run-session", "--", "xvfb-run", "-a", "iptux", "-l", "DEBUG", env=environment)

    def start_chat(self, *words):
        chat = self.within(0, CHAT, "--mode", "ipmsg", "--json", "--nick", "ann", *words)
        chat.out.wait_for(b"listening on")
        return chat

    def test_iptux_finds_us_and_takes_our_texts(self):
        chat = self.start_chat("10.99.7.2")
        iptux = self.start_iptux()
        # By its broadcast: it enters when it is ready.
        self.assertEqual(json.loads(chat.out.wait_for(b'"joined"'))["peer"], "10.99.7.2:2425")
        for text in ("one", "zwei ü", "三"):
            chat.stdin.write(text.encode() + b"\n")
        for number in (1, 2, 3):
            self.assertEqual(json.loads(chat.out.wait_for(b'"delivered"'))["id"], number)
        iptux.out.wait_for(b":288:one")
        iptux.out.wait_for(b":288:zwei")
        chat.send_signal(signal.SIGTERM)
        iptux.out.wait_for(b"BR_EXIT")

    def test_we_find_iptux(self):
        iptux = self.start_iptux()
        iptux.out.wait_for(b"ANSENTRY")
        chat = self.start_chat()
        self.assertEqual(json.loads(chat.out.wait_for(b'"joined"'))["peer"], "10.99.7.2:2425")


if __name__ == "__main__":
    unittest.main(verbosity=2)
