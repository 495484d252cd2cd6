#!/usr/bin/python3
"""weft-echo server: echoes, ends well, and cannot be misused."""
import os
import resource
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from support import SANITIZED, EchoTest, read_all


def resident(process):
    with open(f"/proc/{process.pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * 4096


class Tcp(EchoTest):
    def test_echoes_and_ends_its_side_when_the_peer_has_ended_its(self):
        connection = self.connect(self.start())
        data = os.urandom(3_000_000)
        sender = threading.Thread(target=lambda: (connection.sendall(data), connection.shutdown(socket.SHUT_WR)))
        sender.start()
        self.assertEqual(read_all(connection), data)
        sender.join()

    def test_a_peer_that_does_not_read_is_not_read_from(self):
        server = self.start("--tcp")
        connection = self.connect(server)
        connection.setblocking(False)
        before = resident(server)
        sent = 0
        until = time.monotonic() + 1
        while time.monotonic() < until:
            try:
                sent += connection.send(b"x" * 65536)
            except BlockingIOError:
                time.sleep(0.01)
        self.assertLess(sent, 64 << 20)
        self.assertLess(resident(server) - before, 4 << 20)
        connection.settimeout(30)
        connection.shutdown(socket.SHUT_WR)
        self.assertEqual(len(read_all(connection)), sent)

    def test_connections_over_the_cap_wait_for_a_place(self):
        server = self.start("--tcp", "--max-conn", "1")
        first = self.connect(server)
        first.sendall(b"1")
        self.assertEqual(first.recv(10), b"1")
        second = self.connect(server)
        second.sendall(b"2")
        second.settimeout(0.3)
        with self.assertRaises(TimeoutError):
            second.recv(10)
        first.close()
        second.settimeout(30)
        self.assertEqual(second.recv(10), b"2")

    def test_idle_connections_are_closed_and_busy_ones_are_not(self):
        server = self.start("--tcp", "--idle", "1")
        for _ in range(20):
            idle, busy = self.connect(server), self.connect(server)
            longest, last = 0, time.monotonic()
            until = last + 2.5
            answer = b"x"
            while time.monotonic() < until and answer == b"x":
                try:
                    busy.sendall(b"x")
                    answer = busy.recv(10)
                except ConnectionError:
                    answer = b""
                longest, last = max(longest, time.monotonic() - last), time.monotonic()
                time.sleep(0.05)
            self.assertEqual(idle.recv(10), b"")
            if answer == b"x":
                return
            self.assertGreater(longest, 0.5, "closed while it was busy")  # else this test stood still
        self.fail("never kept busy")

    @unittest.skipIf(SANITIZED, "the sanitizer itself needs descriptors to look at memory, and calls what it cannot see invalid")
    def test_survives_running_out_of_descriptors(self):
        server = self.start("--tcp", "--max-conn", "1000", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32)))
        many = [self.connect(server) for _ in range(60)]
        many[0].sendall(b"served")
        self.assertEqual(many[0].recv(10), b"served")
        for each in many[1:]:
            each.close()
        last = self.connect(server)
        last.sendall(b"again")
        self.assertEqual(last.recv(10), b"again")

    def test_a_reset_disturbs_no_one(self):
        server = self.start("--tcp")
        for _ in range(20):
            connection = self.connect(server)
            connection.sendall(b"x" * 100_000)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.close()
        last = self.connect(server)
        last.sendall(b"here")
        self.assertEqual(last.recv(10), b"here")
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(60), 143)
        self.assertEqual(server.stderr.read(), "")

    def test_several_threads_share_the_port(self):
        server = self.start("--threads", "3")
        for n in range(30):
            connection = self.connect(server)
            connection.sendall(b"%d" % n)
            self.assertEqual(connection.recv(10), b"%d" % n)
        for n in range(10):
            one = self.datagrams()
            one.sendto(b"%d" % n, ("127.0.0.1", server.ports["udp"]))
            self.assertEqual(one.recv(10), b"%d" % n)

    @unittest.skipIf(SANITIZED, "memory of a sanitized program says nothing")
    def test_an_idle_connection_takes_little_memory(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        count = min(2000, hard - 200)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * count), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        server = self.start("--tcp")
        warm = [self.connect(server) for _ in range(50)]
        before = resident(server)
        many = [self.connect(server) for _ in range(count)]
        for each in (warm[0], many[-1]):
            each.sendall(b"x")
            self.assertEqual(each.recv(10), b"x")
        self.assertLess((resident(server) - before) / count, 4096)


class Udp(EchoTest):
    def setUp(self):
        self.server = self.start()
        self.to = ("127.0.0.1", self.server.ports["udp"])

    def test_echoes_datagrams_of_every_size(self):
        one = self.datagrams()
        for size in (0, 1, 64, 1200, 9000, 65507):
            data = os.urandom(size)
            one.sendto(data, self.to)
            got, source = one.recvfrom(70000)
            self.assertEqual(got, data)
            self.assertEqual(source, self.to)

    def test_its_own_port_elsewhere_gets_no_reply(self):
        forged = self.datagrams(self.own_address(), self.to[1], timeout=0.3)
        forged.sendto(b"loop", self.to)
        with self.assertRaises(TimeoutError):
            forged.recv(10)

    @unittest.skipIf(os.geteuid() != 0, "needs a reserved port")
    def test_reserved_ports_get_no_reply(self):
        forged = self.datagrams(self.own_address(), 7, timeout=0.3)
        forged.sendto(b"loop", self.to)
        with self.assertRaises(TimeoutError):
            forged.recv(10)

    def test_a_source_that_is_gone_disturbs_no_one(self):
        one = self.datagrams()  # before, so that it has the port of none of those
        for _ in range(20):
            gone = self.datagrams()
            gone.sendto(b"x" * 1000, self.to)
            gone.close()
        one.sendto(b"here", self.to)
        self.assertEqual(one.recv(10), b"here")

    def test_answers_from_the_address_that_was_asked(self):
        server = self.start("--udp", listen="0.0.0.0:0")
        one = self.datagrams()
        one.sendto(b"who", ("127.0.0.77", server.ports["udp"]))
        self.assertEqual(one.recvfrom(10), (b"who", ("127.0.0.77", server.ports["udp"])))

    def test_what_is_sent_to_a_whole_network_gets_no_reply(self):
        for listen in ("0.0.0.0:0", "*:0"):
            server = self.start("--udp", listen=listen)
            one = self.datagrams()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            one.sendto(b"anyone?", ("127.255.255.255", server.ports["udp"]))
            one.sendto(b"you?", ("127.0.0.1", server.ports["udp"]))
            self.assertEqual(one.recv(10), b"you?")

    def test_both_families(self):
        try:
            self.datagrams(family=socket.AF_INET6, host="::1")
        except OSError:
            self.skipTest("no IPv6 here")
        server = self.start("--udp", listen="*:0")
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with socket.socket(family, socket.SOCK_DGRAM) as one:
                one.settimeout(30)
                one.sendto(b"hello", (host, server.ports["udp"]))
                self.assertEqual(one.recv(10), b"hello")
        done = self.echo("client", "--udp", "-c", 1, "--timeout", 30, "::1", server.ports["udp"])
        self.assertIn(b"64 bytes from [::1]:%d: number 1" % server.ports["udp"], done.stdout)


class Tls(EchoTest):
    def test_serves_tls_and_ends_it_well(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        key, certificate = f"{folder.name}/key.pem", f"{folder.name}/cert.pem"
        made = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate,
                               "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], capture_output=True, check=False)
        if made.returncode != 0:
            self.skipTest("no openssl program")
        server = self.start("--tls", "--tls-cert", certificate, "--tls-key", key)
        data = os.urandom(300_000)
        done = self.echo("client", "--tls", "--tls-ca", certificate, "127.0.0.1", server.ports["tls"], input=data)
        self.assertEqual((done.returncode, done.stdout), (0, data), done.stderr)
        done = self.echo("client", "--tls", "127.0.0.1", server.ports["tls"], "-c", 1)
        self.assertEqual(done.returncode, 5, done.stderr)
        done = self.echo("bench", "--tls", "--tls-ca", certificate, "127.0.0.1", server.ports["tls"], "-n", 2, "-d", "200ms")
        if done.returncode == 4:  # nothing came in so short a time
            done = self.echo("bench", "--tls", "--tls-ca", certificate, "127.0.0.1", server.ports["tls"], "-n", 2, "-d", "20s")
        self.assertEqual(done.returncode, 0, done.stderr)


class Words(EchoTest):
    def test_a_port_in_use_is_named(self):
        port = self.start().ports["tcp"]
        done = self.echo("server", "-l", f"127.0.0.1:{port}")
        self.assertEqual(done.returncode, 4)
        self.assertEqual(done.stderr, f"weft-echo: cannot listen on '127.0.0.1:{port}': Address already in use\n".encode())

    def test_help_manual_and_completions_name_every_option(self):
        for words in (["--help"], ["--man"], ["--completion", "bash"]):
            done = self.echo(*words)
            self.assertEqual(done.returncode, 0)
            self.assertIn(b"pipeline", done.stdout)
        self.assertEqual(self.echo("--nonsense").returncode, 2)

    def test_counters_are_printed(self):
        server = self.start("--stats", "50ms")
        connection = self.connect(server)
        connection.sendall(b"12345")
        connection.recv(10)
        for line in server.stderr:  # to the end: until the test's own time is over
            if "1 connections open, 1 in all" in line and " 5 bytes" in line:
                return
        self.fail(line)


if __name__ == "__main__":
    unittest.main()
