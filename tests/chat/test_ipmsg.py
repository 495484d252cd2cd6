#!/usr/bin/python3
"""weft-chat in ipmsg mode against a peer that is played here, packet by packet."""
import json
import os
import signal
import socket
import struct
import time
import unittest

from support import LIMIT, Case, make_tree, read_tree


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
        server = self.hostile_peer()
        self.say(5, 0x200120, b"see", b"3:../../../etc/.pass\x1bwd:5:65f00000:1:\a4:short:ff:0:1:\a")
        self.chat.out.wait_for(b"file 2")
        for number, data, told in ((1, b"12345", b"file 1 is saved as 'passwd'"), (2, b"too short", b"file 2 failed")):
            self.chat.type(f"/get {number}\n")
            connection, _ = server.accept()
            request = connection.recv(1000)
            self.assertRegex(request, rb"^1:\d+:[^:]*:[^:]*:96:5:[34]:0\0$")
            connection.sendall(data)
            connection.close()
            self.chat.err.wait_for(told)
        self.assertEqual(sorted(os.listdir(self.folder)), ["passwd"])

    TREE = {"a: b.txt": b"content", "empty": b"", "größe/.hidden": b"x" * 200_000, "größe/tief/leer": None, "nothing": None}

    def make_tree(self, *where):
        """Gives the folder's path."""
        top = os.path.join(self.folder, *where)
        make_tree(top, self.TREE)
        return top

    def tree(self, *where):
        return read_tree(os.path.join(self.folder, *where))

    def test_a_folder_goes_from_one_to_the_other(self):
        source = self.make_tree("there", "phötos: all")
        os.symlink("/etc/passwd", os.path.join(source, "link"))
        os.mkdir(os.path.join(self.folder, "phötos: all"))
        bob = self.start_typed(*IPMSG, "127.0.0.1:9", "--nick", "bob")
        ann = self.start_typed(*IPMSG, f"127.0.0.1:{bob.port}", "--nick", "ann")
        ann.type(f"/send {source}/\n")
        self.assertIn("folder 1: phötos: all (195.3 KiB)".encode(), bob.out.wait_for(b"offers"))
        bob.type("/get 1\n")
        bob.err.wait_for("folder 1 is saved as 'phötos: all.1' (3 files, 195.3 KiB)".encode())
        self.assertEqual(self.tree("phötos: all.1"), self.TREE)
        ann.err.wait_for(b"was taken by 127.0.0.1 (3 files, 195.3 KiB)")
        self.assertEqual(sorted(os.listdir(self.folder)), ["phötos: all", "phötos: all.1", "there"])
        ann.type("/send /dev/null\n")
        ann.err.wait_for(b"neither a regular file nor a folder")
        ann.type("/send /\n")
        ann.err.wait_for(b"has no name")

    @staticmethod
    def all_of(connection):
        got = b""
        try:
            while data := connection.recv(65536):
                got += data
        except ConnectionResetError:  # it has hung up without reading
            pass
        return got

    def test_a_folder_is_given_as_a_folder_and_to_whom_it_was_offered(self):
        self.make_tree("photos")
        self.other = self.peer()
        self.chat = ann = self.start_typed(*IPMSG, "--nick", "ann", self.name(self.other))
        ann.type("/send photos\n")
        fields, extensions = self.expect(0x20)
        number, name, size, _, attribute, _ = extensions[0].split(b":")
        self.assertEqual((name, int(size, 16), attribute), (b"photos", 200_007, b"2"))
        for command, address, is_given in ((96, "127.0.0.1", False), (98, "127.0.0.2", False), (98, "127.0.0.1", True)):
            with socket.create_connection(("127.0.0.1", ann.port), LIMIT, (address, 0)) as connection:
                connection.sendall(b"1_iptux 0.8.3:5:bob:box:%d:%x:%x:0\0" % (0x200000 + command, int(fields[1]), int(number)))
                got = self.all_of(connection)
                if is_given:
                    self.assertRegex(got, rb"^00[0-9a-f]{2}:photos:0:2:14=[0-9a-f]+:16=[0-9a-f]+:")
                    self.assertRegex(got, rb":\.:0:3:14=[0-9a-f]+:16=[0-9a-f]+:$")
                else:
                    self.assertEqual(got, b"")

    def test_who_hangs_up_did_not_get_the_folder(self):
        os.mkdir(os.path.join(self.folder, "photos"))
        with open(os.path.join(self.folder, "photos", "large"), "wb") as file:
            file.truncate(100_000_000)
        self.other = self.peer()
        self.chat = ann = self.start_typed(*IPMSG, self.name(self.other))
        ann.type("/send photos\n")
        fields, _ = self.expect(0x20)
        with socket.create_connection(("127.0.0.1", ann.port), LIMIT) as connection:
            connection.sendall(b"1:5:bob:box:98:%x:1:0\0" % int(fields[1]))
            connection.recv(1000)
        ann.err.wait_for(b"'photos' did not get to 127.0.0.1: ")

    def test_who_hangs_up_before_it_asks_is_not_told_of(self):
        self.make_tree("photos")
        self.other = self.peer()
        self.chat = self.start_typed(*IPMSG, self.name(self.other))
        self.chat.type("/send photos\n")
        self.expect(0x20)
        for begun in (b"", b"1:5:bob", b"x" * 5000):
            with socket.create_connection(("127.0.0.1", self.chat.port), LIMIT) as connection:
                connection.sendall(begun)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with socket.create_connection(("127.0.0.1", self.chat.port), LIMIT) as connection:
            connection.sendall(b"1:5:bob:box:96:1:1:0\0")
            self.assertEqual(self.all_of(connection), b"")
        self.chat.type("/stats\n")
        told = []
        while not told or b"sent 0" not in told[-1]:
            told.append(self.chat.err.wait_for(b""))
        self.assertEqual([line for line in told if b"connection" in line], [])

    def test_who_was_offered_nothing_holds_no_connection(self):
        self.make_tree("photos")
        self.other = self.peer()
        self.chat = self.start_typed(*IPMSG, self.name(self.other))
        self.chat.type("/send photos\n")
        self.expect(0x20)
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", self.chat.port), LIMIT, ("127.0.0.2", 0)) as connection:
                connection.settimeout(9)  # who may ask has ten seconds to do so
                self.assertEqual(connection.recv(100), b"")

    def test_nothing_is_offered_that_nobody_could_fetch_or_to_nobody(self):
        self.make_tree("photos")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            self.other = self.peer()
            ann = self.start_typed(*IPMSG, self.name(self.other), listen="127.0.0.1:%d" % taken.getsockname()[1])
            ann.type("/send photos\n")
            ann.err.wait_for(b"no files can be offered: nobody could fetch them from here")
        bob = self.start_typed(*IPMSG)
        bob.type("\n/send photos\n")
        bob.err.wait_for(b"nobody to talk to")

    def hostile_peer(self):
        """A chat with a peer that is played here; gives the peer's TCP side."""
        self.other = self.peer()
        port = self.other.getsockname()[1]
        server = socket.socket()
        self.addCleanup(server.close)
        try:
            server.bind(("127.0.0.1", port))
        except OSError:  # for TCP another program has it
            return self.hostile_peer()
        server.settimeout(LIMIT)
        server.listen()
        self.chat = self.start_typed(*IPMSG, f"127.0.0.1:{port}")
        return server

    def hostile_giver(self, *words):
        """One that offers folders with the numbers and sizes of `words`."""
        server = self.hostile_peer()
        offers = b"".join(b"%d:../p\x1bics:%x:65f00000:2:\a" % word for word in words)
        self.say(5, 0x200120, b"see", b"%s" % offers)
        self.chat.out.wait_for(b"folder %d" % len(words))
        return server

    def wait_until(self, condition):
        end = time.monotonic() + LIMIT
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)

    @staticmethod
    def header(name, size, attribute):
        rest = b":%s:%x:%x:" % (name, size, attribute)
        return b"%04x" % (len(rest) + 4) + rest

    def test_a_hostile_folder_leaves_nothing(self):
        top = self.header(b"pics", 0, 2)
        file = self.header(b"a", 3, 1) + b"abc"
        streams = [top + file + self.header(name, 0, attribute)
                   for name in (b"..", b"../evil", b"/tmp/evil", b"", b".", b"a\0b", b"x" * 256) for attribute in (1, 2)]
        streams += [self.header(b"../../evil", 0, 2), file, b"GET / HTTP/1.0\r\n\r\n", b"", top, top + file, top + file + file,
                    top + self.header(b"big", 0xffffffffffffffff, 1), top + self.header(b"big", 2_000_000, 1) + b"x" * 1000,
                    top + self.header(b"short", 100, 1) + b"x", top + b"ffff:x:0:1:", (top * 3000)[:-1], top * 65]
        server = self.hostile_giver(*((number, 1000) for number in range(1, len(streams) + 1)))
        for number, stream in enumerate(streams, 1):
            self.chat.type(f"/get {number}\n")
            connection, _ = server.accept()
            with connection:
                self.assertRegex(connection.recv(1000), rb"^1:\d+:[^:]*:[^:]*:98:5:%x:0\0$" % number)
                try:
                    connection.sendall(stream)
                except OSError:  # it has seen enough
                    pass
            line = self.chat.err.wait_for(b"folder %d failed" % number)
            self.assertNotIn(b"\x1b", line)
            self.assertEqual(os.listdir(self.folder), [], stream[:100])

    def test_a_folder_without_end_ends(self):
        top = self.header(b"pics", 0, 2)
        again = self.header(b"a", 0, 2) + self.header(b".", 0, 3)
        link = self.header(b"left out", 0, 4)
        server = self.hostile_giver((1, 0), (2, 0))
        for number, entry in enumerate((again, link), 1):
            self.chat.type(f"/get {number}\n")
            connection, _ = server.accept()
            with connection:
                connection.sendall(top)
                with self.assertRaises(OSError):
                    for _ in range(10_000):
                        connection.sendall(entry * 100)
            self.chat.err.wait_for(b"folder %d failed" % number)
            self.assertEqual(os.listdir(self.folder), [])

    def test_a_folder_under_a_strange_name_is_saved_when_it_is_complete_only(self):
        server = self.hostile_giver((3, 0), (4, 0))
        self.chat.type("/get 1\n")
        connection, _ = server.accept()
        with connection:
            connection.sendall(self.header(b"other", 0, 2) + self.header(b"a", 3, 1) + b"ab")
            self.wait_until(lambda: b"ab" in self.tree().values())
            self.assertTrue(os.listdir(self.folder)[0].startswith(".pics."))
            connection.sendall(b"c" + self.header(b".", 0, 3))
            self.chat.err.wait_for(b"folder 1 is saved as 'pics' (1 file, 3 B)")
        self.assertEqual(self.tree("pics"), {"a": b"abc"})
        self.chat.type("/get 2\n")
        connection, _ = server.accept()
        with connection:
            connection.sendall(self.header(b"pics", 0, 2) + self.header(b"a", 3, 1) + b"ab")
            self.wait_until(lambda: b"ab" in self.tree().values())
            self.chat.send_signal(signal.SIGINT)
            self.assertEqual(self.chat.wait(LIMIT), 130)
        self.assertEqual(os.listdir(self.folder), ["pics"])

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
