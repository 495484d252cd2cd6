"""What the tests of weft-echo share: servers on ports of their own."""
import os
import socket
import subprocess
import unittest

ECHO = os.environ["WEFT_ECHO"]
SANITIZED = bool(os.environ.get("WEFT_SANITIZE"))


class EchoTest(unittest.TestCase):
    def start(self, *words, listen="127.0.0.1:0", **popen):
        """A server; gives its process with .ports, by protocol."""
        process = subprocess.Popen([ECHO, "server", "-l", listen, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **popen)
        self.addCleanup(self.end, process)
        udp = "--tcp" not in words and "--tls" not in words or "--udp" in words
        tcp = "--udp" not in words or "--tcp" in words
        process.ports = {}
        for _ in range(udp + tcp):
            protocol, address = process.stdout.readline().split()
            process.ports[protocol] = int(address.rsplit(":", 1)[1])
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def connect(self, process, protocol="tcp"):
        connection = socket.create_connection(("127.0.0.1", process.ports[protocol]), timeout=30)
        self.addCleanup(connection.close)
        return connection

    def refusing_port(self):
        """A TCP port that is taken, so that it is no one else's, and where nobody listens."""
        taken = socket.socket()
        self.addCleanup(taken.close)
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]

    def own_address(self):
        """A loopback address that other tests which run now do not use."""
        number = os.getpid()
        return f"127.{64 + (number >> 16 & 63)}.{number >> 8 & 255}.{number & 255 or 1}"

    def datagrams(self, host="127.0.0.1", port=0, timeout=30, family=socket.AF_INET):
        one = socket.socket(family, socket.SOCK_DGRAM)
        self.addCleanup(one.close)
        one.bind((host, port))
        one.settimeout(timeout)
        return one

    def echo(self, *words, **popen):
        if "input" not in popen:
            popen["stdin"] = subprocess.DEVNULL
        return subprocess.run([ECHO, *map(str, words)], capture_output=True, timeout=120, **popen)


def read_all(connection):
    pieces = []
    while piece := connection.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)
