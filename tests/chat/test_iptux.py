#!/usr/bin/python3
"""weft-chat against the real iptux, each in a network namespace of its own; where root may make them and iptux is there."""
import json
import os
import shutil
import signal
import subprocess
import time
import unittest

from support import CHAT, LIMIT, Case, Lines

NEEDED = ("ip", "iptux", "Xvfb", "xvfb-run", "xauth", "dbus-run-session")


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Iptux(Case):
    def setUp(self):
        super().setUp()
        missing = [name for name in NEEDED if not shutil.which(name)]
        if missing or os.geteuid() != 0:
            self.skipTest(f"not here: {missing or 'root'}")
        self.spaces = [f"weftchat{os.getpid()}{side}" for side in "ab"]
        links = [f"wc{os.getpid() % 100000}{side}" for side in "ab"]
        try:
            for space in self.spaces:
                ip("netns", "add", space)
                self.addCleanup(subprocess.run, ["ip", "netns", "del", space], capture_output=True)
            ip("link", "add", links[0], "netns", self.spaces[0], "type", "veth", "peer", "name", links[1], "netns", self.spaces[1])
        except subprocess.CalledProcessError as error:
            self.skipTest(f"no namespaces here: {error.stderr}")
        for number, (space, link) in enumerate(zip(self.spaces, links), 1):
            ip("-n", space, "addr", "add", f"10.99.7.{number}/24", "broadcast", "+", "dev", link)
            ip("-n", space, "link", "set", "lo", "up")
            ip("-n", space, "link", "set", link, "up")
            ip("-n", space, "route", "add", "default", "via", f"10.99.7.{3 - number}")

    def within(self, space, *words, **options):
        """A program in a namespace, ended with all that it starts."""
        process = subprocess.Popen(["ip", "netns", "exec", self.spaces[space], *words], cwd=self.folder, bufsize=0,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   start_new_session=True, **options)
        self.addCleanup(self.end_group, process)
        process.out = Lines(process.stdout)
        return process

    def end_group(self, process):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        process.stdin.close()
        process.stdout.close()

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
