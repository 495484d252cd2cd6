"""weft-chat as a process, and peers for it."""
import json
import os
import pty
import queue
import re
import shutil
import select
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

CHAT = os.environ["WEFT_CHAT"]
LIMIT = 60  # seconds until a test gives up; nothing takes that long


class Lines:
    """What a pipe brings, line by line."""

    def __init__(self, pipe):
        self.lines = queue.Queue()
        self.seen = []
        threading.Thread(target=self.read, args=(pipe,), daemon=True).start()

    def read(self, pipe):
        for line in pipe:
            self.lines.put(line)
        self.lines.put(None)

    def wait_for(self, part, limit=LIMIT):
        """The first line that holds `part`."""
        end = time.monotonic() + limit
        while True:
            line = self.lines.get(timeout=max(0.01, end - time.monotonic()))
            if line is None:
                raise AssertionError(f"{part!r} did not come: {self.seen}")
            self.seen.append(line)
            if part in line:
                return line


def make_tree(top, tree):
    """A folder with files and empty folders (None), by their names in it."""
    for name, content in tree.items():
        path = os.path.join(top, name)
        os.makedirs(path if content is None else os.path.dirname(path), exist_ok=True)
        if content is not None:
            with open(path, "wb") as file:
                file.write(content)


def read_tree(top):
    """What make_tree() would have made of it."""
    found = {}
    for folder, folders, files in os.walk(top):
        name = os.path.relpath(folder, top)
        if not folders and not files:
            found[name] = None
        for one in files:
            with open(os.path.join(folder, one), "rb") as file:
                found[os.path.normpath(os.path.join(name, one))] = file.read()
    return found


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def start(self, *words, stdin=subprocess.PIPE, listen="127.0.0.1:0", environment={}):
        """weft-chat in pipes; its lines are in .out and .err, its port in .port."""
        process = subprocess.Popen([CHAT, "--listen", listen, *words], stdin=stdin, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, cwd=self.folder, bufsize=0, env={**os.environ, **environment})
        self.addCleanup(self.end, process)
        process.out = Lines(process.stdout)
        process.err = Lines(process.stderr)
        told = process.out if "--json" in words else process.err
        line = told.wait_for(b"listening on ")
        process.port = int(re.search(rb"listening on \S+:(\d+)", line).group(1))
        return process

    def start_typed(self, *words, **options):
        """One whose standard input is a terminal without a screen: the way to type commands."""
        main, side = pty.openpty()
        chat = self.start(*words, stdin=side, environment={"TERM": "dumb"}, **options)
        os.close(side)
        self.addCleanup(os.close, main)
        chat.type = lambda text: os.write(main, text.encode())
        return chat

    def end(self, process):
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                pipe.close()

    def run_chat(self, *words, **options):
        return subprocess.run([CHAT, "--listen", "127.0.0.1:0", *words], capture_output=True, timeout=LIMIT, cwd=self.folder,
                              stdin=subprocess.DEVNULL, **options)

    def peer(self, family=socket.AF_INET, address="127.0.0.1"):
        """A socket that plays a peer; .name is how weft-chat is told about it."""
        peer = socket.socket(family, socket.SOCK_DGRAM)
        peer.bind((address, 0))
        peer.settimeout(LIMIT)
        self.addCleanup(peer.close)
        return peer

    def name(self, peer):
        host, port = peer.getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def closed_port(self):
        """One that is taken, so that no one else gets it, by a socket that hears only itself."""
        taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(taken.close)
        taken.bind(("127.0.0.1", 0))
        taken.connect(taken.getsockname())
        return taken.getsockname()[1]

    def free_address(self):
        """A host and a port that nobody has yet: the host is this test's own, and the port is none that is given out."""
        number = os.getpid()
        return f"127.{64 + (number >> 16 & 63)}.{number >> 8 & 255}.{number & 255 or 1}", 7979


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


class NamespaceCase(Case):
    """Two network namespaces with a link between them: 10.99.7.1 and .2, fd99:7::1 and ::2; where root may make them."""

    NEEDED = ()

    def setUp(self):
        super().setUp()
        missing = [name for name in ("ip", *self.NEEDED) if not shutil.which(name)]
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
            ip("-n", space, "addr", "add", f"fd99:7::{number}/64", "nodad", "dev", link)
            ip("-n", space, "link", "set", "lo", "up")
            ip("-n", space, "link", "set", link, "up")
            ip("-n", space, "route", "add", "default", "via", f"10.99.7.{3 - number}")

    def within(self, space, *words, **options):
        """A program in a namespace, ended with all that it starts."""
        options = {"stdin": subprocess.PIPE, "start_new_session": True, **options}
        process = subprocess.Popen(["ip", "netns", "exec", self.spaces[space], *words], cwd=self.folder, bufsize=0,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
        self.addCleanup(self.end_group, process)
        process.out = Lines(process.stdout)
        return process

    def end_group(self, process):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
