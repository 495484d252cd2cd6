#!/usr/bin/python3
"""weft-chat in secure mode: two programs, their keys, and what becomes of an identity that is not the known one."""
import base64
import json
import os
import signal
import subprocess
import unittest

from support import CHAT, LIMIT, Case, Lines


class Secure(Case):
    def words(self, who, *more, accept="all"):
        return ["--mode", "secure", "--key", f"{who}.key", "--known", f"{who}.known", "--accept", accept, "--nick", who, *more]

    def test_lines_arrive_once_in_order_and_are_told(self):
        bob = self.start("--json", *self.words("bob"))
        ann = self.start("--json", "--rate", "1000", "--burst", "1000", *self.words("ann", f"127.0.0.1:{bob.port}"))
        ann.stdin.write(b"".join(b"line %d\n" % i for i in range(100)))
        for i in range(100):
            told = json.loads(bob.out.wait_for(b'"message"'))
            self.assertEqual((told["text"], told["nick"]), (f"line {i}", "ann"))
        for i in range(100):
            self.assertEqual(json.loads(ann.out.wait_for(b'"delivered"'))["id"], i + 1)

    def test_a_bad_link_loses_nothing(self):
        bob = self.start("--json", "--rate", "10000", "--burst", "1000", *self.words("bob"))
        link = subprocess.Popen([os.environ["WEFT_LINK"], "--udp", "--loss", "30%", "--duplicate", "20%", "--reorder", "20%",
                                 "--delay", "10ms", "--seed", "7", f"127.0.0.1:{bob.port}"], stdout=subprocess.PIPE, bufsize=0)
        self.addCleanup(link.stdout.close)
        self.addCleanup(link.wait)
        self.addCleanup(link.kill)
        port = int(Lines(link.stdout).wait_for(b"udp").rsplit(b":", 1)[1])
        ann = self.start("--json", "--rate", "10000", "--burst", "1000", *self.words("ann", f"127.0.0.1:{port}"))
        bob.out.wait_for(b'"joined"')
        ann.stdin.write(b"".join(b"line %d\n" % i for i in range(100)))
        for i in range(100):
            self.assertEqual(json.loads(bob.out.wait_for(b'"message"'))["text"], f"line {i}")
        for i in range(100):
            self.assertEqual(json.loads(ann.out.wait_for(b'"delivered"'))["id"], i + 1)

    def test_both_name_each_other(self):
        where = "%s:%d" % self.free_address()
        bob = self.start("--json", *self.words("bob", where))
        ann = self.start("--json", *self.words("ann", f"127.0.0.1:{bob.port}"), listen=where)
        ann.stdin.write(b"from ann\n")
        bob.stdin.write(b"from bob\n")
        self.assertEqual(json.loads(ann.out.wait_for(b'"message"'))["text"], "from bob")
        self.assertEqual(json.loads(bob.out.wait_for(b'"message"'))["text"], "from ann")
        ann.send_signal(signal.SIGTERM)
        bob.out.wait_for(b'"left"')

    def send(self, who, port, accept="all", wait="20"):
        return self.run_chat(*self.words(who, "--send", "hello", "--wait", wait, f"127.0.0.1:{port}", accept=accept))

    def start_sending(self, who, *words):
        """One that goes on for as long as the test."""
        process = subprocess.Popen([CHAT, "--listen", "127.0.0.1:0", *self.words(who, "--send", "hello", "--wait", "600", *words)],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder)
        self.addCleanup(self.end, process)
        process.err = Lines(process.stderr)
        return process

    def test_delivered_is_success_and_nobody_there_is_failure(self):
        bob = self.start("--json", *self.words("bob"))
        done = self.send("ann", bob.port)
        self.assertEqual(done.returncode, 0, done.stderr)
        bob.out.wait_for(b"hello")
        self.assertEqual(self.send("ann", self.closed_port(), wait="0.5").returncode, 3)

    def test_the_key_is_made_once_and_is_the_users_alone(self):
        bob = self.start(*self.words("bob"))
        for _ in range(2):
            self.assertEqual(self.send("ann", bob.port).returncode, 0)
            with open(os.path.join(self.folder, "ann.key"), encoding="ascii") as file:
                key = file.read()
        for name in ("ann.key", "ann.known"):
            self.assertEqual(os.stat(os.path.join(self.folder, name)).st_mode & 0o777, 0o600)
        self.assertEqual(self.send("ann", bob.port).returncode, 0)
        with open(os.path.join(self.folder, "ann.key"), encoding="ascii") as file:
            self.assertEqual(file.read(), key)
        os.chmod(os.path.join(self.folder, "ann.key"), 0o644)
        done = self.send("ann", bob.port)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"chmod 600", done.stderr)

    def test_a_changed_key_is_refused_under_every_rule(self):
        bob = self.start(*self.words("bob"))
        self.assertEqual(self.send("ann", bob.port).returncode, 0)
        port = bob.port
        bob.kill()
        bob.wait()
        self.start(*self.words("mallory"), listen=f"127.0.0.1:{port}")
        for accept in ("all", "known", "ask"):
            done = self.send("ann", port, accept=accept)
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertIn(b"not the key that is known", done.stderr)

    def test_an_unknown_key_is_refused_unless_all_are_accepted(self):
        bob = self.start("--json", *self.words("bob"))
        for accept in ("known", "ask"):
            done = self.send("ann", bob.port, accept=accept)
            self.assertEqual(done.returncode, 4, done.stderr)
        self.assertEqual(self.send("ann", bob.port, accept="all").returncode, 0)
        self.assertEqual(self.send("ann", bob.port, accept="known").returncode, 0)

    def test_a_stranger_can_be_accepted(self):
        bob = self.start_typed(*self.words("bob", "127.0.0.1:9", accept="ask"))
        ann = self.start(*self.words("ann", f"127.0.0.1:{bob.port}"))
        refused = bob.err.wait_for(b"nobody knows this key").decode()
        shown = refused.split("refused: ")[1].split(":")[0]
        bob.type(f"/accept 127.0.0.1:{ann.port} wrong\n")
        bob.err.wait_for(b"no such key")
        bob.type(f"/accept 127.0.0.1:{ann.port} {shown[:9]}\n")
        bob.err.wait_for(b"has the key " + shown.encode())
        bob.err.wait_for(b"ann is here")
        ann.stdin.write(b"thank you\n")
        bob.out.wait_for(b"ann: thank you")

    def test_who_is_asked_first_may_refuse_too(self):
        bob = self.start("--json", *self.words("bob", accept="known"))
        self.start_sending("ann", f"127.0.0.1:{bob.port}")
        bob.out.wait_for(b'"refused"')
        self.assertEqual(self.send("ann", bob.port, wait="0.5").returncode, 3)
        self.assertFalse(any(b"hello" in line for line in bob.out.seen))

    def test_a_peer_with_two_addresses_is_one(self):
        bob = self.start("--json", *self.words("bob"), listen="0")
        named = (f"127.0.0.1:{bob.port}", f"127.0.0.2:{bob.port}")
        done = self.run_chat("--json", "--listen", "0", *self.words("ann", "--send", "hello", "--wait", "20", *named))
        self.assertEqual(done.returncode, 0, done.stderr)
        told = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([one["type"] for one in told].count("same"), 1)
        self.assertEqual([one["type"] for one in told].count("delivered"), 1)
        self.assertFalse([one for one in told if "not known" in one["text"]])
        with open(os.path.join(self.folder, "ann.known"), encoding="ascii") as file:
            known = dict(line.split() for line in file)
        self.assertEqual(set(known), set(named))
        self.assertEqual(len(set(known.values())), 1)
        ann = self.start_typed("--json", *self.words("ann", *named), listen="0")
        ann.out.wait_for(b'"same"')
        ann.type("again\n")
        ann.out.wait_for(b'"delivered"')
        ann.type("/peers\n")
        listed = ann.out.wait_for(b", received 0")
        for name in named:
            self.assertIn(name.encode(), listed)
        bob.out.wait_for(b"again")
        self.assertEqual(sum(b'"message"' in line for line in bob.out.seen), 2)

    def write_psk(self, name, text, mode=0o600):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(path, mode)
        return name

    def new_psk(self, name):
        return self.write_psk(name, base64.b64encode(os.urandom(32)).decode() + "\n")

    def test_the_same_pre_shared_key_is_needed(self):
        one, another = self.new_psk("one.psk"), self.new_psk("another.psk")
        bob = self.start("--json", *self.words("bob", "--psk-file", one))
        to_bob = f"127.0.0.1:{bob.port}"
        self.start_sending("eve", to_bob).err.wait_for(b"no agreement: it has a pre-shared key")
        bob.out.wait_for(b"no agreement: it has another pre-shared key, or none")
        self.start_sending("mia", "--psk-file", another, to_bob).err.wait_for(b"no agreement: it has another pre-shared key, or none")
        for words in ((), ("--psk-file", another)):
            done = self.run_chat(*self.words("eve", *words, "--send", "hello", "--wait", "0.5", to_bob))
            self.assertEqual(done.returncode, 3, done.stderr)
        done = self.run_chat(*self.words("ann", "--psk-file", one, "--send", "hello", "--wait", "20", to_bob))
        self.assertEqual(done.returncode, 0, done.stderr)
        bob.out.wait_for(b"hello")
        self.assertEqual(sum(b'"message"' in line for line in bob.out.seen), 1)
        for name in ("eve.known", "mia.known"):
            self.assertFalse(os.path.exists(os.path.join(self.folder, name)))

    def test_who_has_none_cannot_be_talked_to_with_one(self):
        bob = self.start("--json", *self.words("bob"))
        ann = self.start_sending("ann", "--psk-file", self.new_psk("psk"), f"127.0.0.1:{bob.port}")
        ann.err.wait_for(b"no agreement: it has another pre-shared key, or none")
        bob.out.wait_for(b"no agreement: it has a pre-shared key")

    def test_a_file_that_is_no_pre_shared_key_is_refused(self):
        key = base64.b64encode(os.urandom(32)).decode()
        for name, text, mode, why in (("open", key, 0o640, b"chmod 600"), ("short", key[4:], 0o600, b"32 bytes in base64"),
                                      ("empty", "", 0o600, b"32 bytes in base64"), ("two", f"{key}\n{key}\n", 0o600, b"32 bytes in base64"),
                                      ("hex", os.urandom(32).hex(), 0o600, b"32 bytes in base64")):
            done = self.run_chat(*self.words("ann", "--psk-file", self.write_psk(name, text, mode), "--send", "hello", "127.0.0.1:9"))
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(why, done.stderr)
        for name, why in (("missing", b"No such file"), (".", b"directory")):
            done = self.run_chat(*self.words("ann", "--psk-file", name, "--send", "hello", "127.0.0.1:9"))
            self.assertEqual(done.returncode, 1, done.stderr)
        done = self.run_chat("--psk-file", "missing", "127.0.0.1:9")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"--psk-file belongs to --mode secure", done.stderr)

    def test_what_is_not_of_the_protocol_is_nothing(self):
        bob = self.start("--json", *self.words("bob"))
        peer = self.peer()
        for data in (b"plain text", b"\xc7\x01", b"\xc7\x01\x01\0" + bytes(300), b"\xc7\x01\x04\0" + bytes(60), b""):
            peer.sendto(data, ("127.0.0.1", bob.port))
        self.assertEqual(self.send("ann", bob.port).returncode, 0)
        bob.out.wait_for(b"hello")
        self.assertFalse(any(b"plain text" in line for line in bob.out.seen))


if __name__ == "__main__":
    unittest.main(verbosity=2)
