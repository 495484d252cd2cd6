#!/usr/bin/python3
"""weft-chat against the real iptux, each in a network namespace of its own; where root may make them and iptux is there.

Iptux has windows only: xdotool is the hand that writes and clicks in them, on a screen in memory.
"""
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import unittest

from support import CHAT, LIMIT, NamespaceCase, make_tree, read_tree

by_hand = unittest.skipUnless(shutil.which("xdotool"), "needs xdotool")


class Iptux(NamespaceCase):
    NEEDED = ("iptux", "Xvfb", "xvfb-run", "xauth", "dbus-run-session")

    def start_iptux(self):
        self.home = os.path.join(self.folder, "home")
        os.makedirs(os.path.join(self.home, "config/iptux/log"), exist_ok=True)
        os.makedirs(os.path.join(self.home, "run"), mode=0o700)
        environment = {**os.environ, "HOME": self.home, "XDG_CONFIG_HOME": os.path.join(self.home, "config"),
                       "XDG_RUNTIME_DIR": os.path.join(self.home, "run")}
        # -r: a key that is held for long, as when the machine stands still, is no second one.
        iptux = self.within(1, "dbus-run-session", "--", "xvfb-run", "-a", "-s", "-screen 0 1280x1024x24 -r", "sh", "-c",
                            "echo screen $DISPLAY $XAUTHORITY; exec iptux -l DEBUG", env=environment)
        _, display, authority = iptux.out.wait_for(b"screen ").split()
        self.screen = {**os.environ, "DISPLAY": display.decode(), "XAUTHORITY": authority.decode()}
        return iptux

    def start_chat(self, *words):
        return self.with_lines(self.within(0, CHAT, "--mode", "ipmsg", "--json", "--nick", "ann", *words))

    def with_lines(self, chat):
        chat.out.wait_for(b"listening on")
        return chat

    def start_typed_chat(self):
        """One that takes commands."""
        main, side = os.openpty()
        chat = self.within(0, CHAT, "--mode", "ipmsg", "--json", "--nick", "ann", "10.99.7.2", stdin=side,
                           env={**os.environ, "TERM": "dumb"})
        os.close(side)
        self.addCleanup(os.close, main)
        chat.type = lambda text: os.write(main, text.encode())
        return self.with_lines(chat)

    def hand(self, *words):
        """What xdotool prints; nothing when it found no window."""
        command = ["ip", "netns", "exec", self.spaces[1], "xdotool", *map(str, words)]
        return subprocess.run(command, env=self.screen, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              timeout=LIMIT).stdout.split()

    def window(self, name, until=lambda: None):
        """Waits for a window, doing `until` again and again."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            found = self.hand("search", "--onlyvisible", "--name", name)
            if found:
                self.hand("windowfocus", "--sync", found[-1])
                return found[-1]
            until()
            time.sleep(0.2)
        raise AssertionError(f"no window {name!r}")

    def open_talk(self):
        """The window in which iptux talks with us: a double click on us among its peers, who are iptux itself and we."""
        rows = itertools.cycle([115, 155])
        def open_next():
            for window in self.hand("search", "--onlyvisible", "--name", "^Iptux$"):
                self.hand("mousemove", "--window", window, 60, next(rows), "click", "--repeat", 2, "--delay", 80, 1,
                          "sleep", 1)
        talk = self.window("^Talk with ann", until=open_next)
        self.hand("windowmove", "--sync", talk, 0, 0, "windowsize", "--sync", talk, 1000, 700)
        return talk

    def answer(self, name, key, text=""):
        """Waits for a dialogue, fills its field and presses a key, again until it is gone."""
        dialogue = self.window(name)
        end = time.monotonic() + LIMIT
        while self.hand("search", "--onlyvisible", "--name", name):
            self.assertLess(time.monotonic(), end, f"{name!r} does not close")
            if text:
                self.hand("key", "--window", dialogue, "ctrl+a", "type", "--window", dialogue, "--delay", 20, text)
            self.hand("key", "--window", dialogue, key, "sleep", 0.5)

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

    def find_iptux(self):
        iptux = self.start_iptux()
        iptux.out.wait_for(b"ANSENTRY")
        chat = self.start_chat()
        self.assertEqual(json.loads(chat.out.wait_for(b'"joined"'))["peer"], "10.99.7.2:2425")
        return chat, iptux

    def test_we_find_iptux(self):
        self.find_iptux()

    @by_hand
    def test_texts_come_from_iptux(self):
        chat, iptux = self.find_iptux()
        talk = self.open_talk()
        for text in ("hello from iptux", "and again"):
            self.hand("mousemove", "--window", talk, 60, 600, "click", 1)
            self.hand("type", "--window", talk, "--delay", 10, text)
            self.hand("key", "--window", talk, "ctrl+Return")
            self.assertEqual(json.loads(chat.out.wait_for(b'"message"'))["text"], text)
            iptux.out.wait_for(b"RECVMSG")

    @by_hand
    def test_a_file_goes_to_iptux(self):
        content = os.urandom(300_000)
        with open(os.path.join(self.folder, "our note.bin"), "wb") as file:
            file.write(content)
        chat = self.start_typed_chat()
        iptux = self.start_iptux()
        chat.out.wait_for(b'"joined"')
        talk = self.open_talk()
        chat.type("/send our note.bin\n")
        chat.out.wait_for(b'"delivered"')
        accept = lambda: self.hand("mousemove", "--window", talk, 985, 77, "click", 1, "sleep", 0.5)
        self.window("^Please select a folder", until=accept)
        self.answer("^Please select a folder", "alt+s")
        chat.out.wait_for(b"was taken by 10.99.7.2")
        iptux.out.wait_for(b"successfully")
        with open(os.path.join(self.home, "our note.bin"), "rb") as file:
            self.assertEqual(file.read(), content)

    TREE = {"a: b.txt": b"content", "größe/zwei": b"x" * 200_000, "größe/empty": b"", "größe/.hidden": b"3", "nothing": None}

    def test_a_folder_comes_from_iptux(self):
        """One that it shares: who asks for what it shares gets it offered, without a hand."""
        top = os.path.join(self.folder, "their photos")
        make_tree(top, self.TREE)
        os.makedirs(os.path.join(self.folder, "home/.iptux"))
        with open(os.path.join(self.folder, "home/.iptux/config.json"), "w", encoding="utf-8") as file:
            json.dump({"version": 1, "shared_file_list": [top]}, file)
        chat = self.start_typed_chat()
        iptux = self.start_iptux()
        iptux.out.wait_for(b"[0x1200003] ANSENTRY")  # ours: it answers to whom it knows
        ask = ("import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);"
               "s.sendto(b'1:2000000000:ann:box:255:\\0', ('10.99.7.2', 2425))")
        subprocess.run(["ip", "netns", "exec", self.spaces[0], sys.executable, "-c", ask], check=True)
        self.assertIn("folder 1: their photos", json.loads(chat.out.wait_for(b'"offer"'))["text"])
        chat.type("/get 1\n")
        chat.out.wait_for(b"is saved as")
        self.assertEqual(read_tree(os.path.join(self.folder, "their photos.1")), self.TREE)

    @by_hand
    def test_a_file_comes_from_iptux(self):
        content = os.urandom(300_000)
        chat = self.start_typed_chat()
        self.start_iptux()
        path = os.path.join(self.home, "their note.bin")
        with open(path, "wb") as file:
            file.write(content)
        chat.out.wait_for(b'"joined"')
        talk = self.open_talk()
        self.hand("key", "--window", talk, "ctrl+s")
        self.answer("^Choose enclosure files", "Return", path)
        self.hand("windowfocus", "--sync", talk, "key", "--window", talk, "ctrl+Return")
        self.assertEqual(json.loads(chat.out.wait_for(b'"offer"'))["text"], "file 1: their note.bin (293.0 KiB)")
        chat.type("/get 1\n")
        chat.out.wait_for(b"is saved as")
        with open(os.path.join(self.folder, "their note.bin"), "rb") as file:
            self.assertEqual(file.read(), content)


if __name__ == "__main__":
    unittest.main(verbosity=2)
