#!/usr/bin/python3
"""weft-echo client: checks what comes back, and its exit code says what was found."""
import os
import signal
import socket
import subprocess
import threading
import unittest

from support import ECHO, EchoTest


class Client(EchoTest):
    def liar(self, kind, change):
        """A server that sends back `change(data)`, or nothing for None."""
        server = socket.socket(socket.AF_INET, kind)
        self.addCleanup(server.close)
        server.bind(("127.0.0.1", 0))

        def tcp():
            connection, _ = server.accept()
            with connection:
                while data := connection.recv(65536):
                    if (answer := change(data)) is not None:
                        connection.sendall(answer)

        def udp():
            while True:
                data, source = server.recvfrom(65536)
                if (answer := change(data)) is not None:
                    server.sendto(answer, source)

        def run():
            try:
                tcp() if kind == socket.SOCK_STREAM else udp()
            except OSError:
                pass

        if kind == socket.SOCK_STREAM:
            server.listen()
        threading.Thread(target=run, daemon=True).start()
        return server.getsockname()[1]

    def test_probes_are_answered_and_counted(self):
        server = self.start()
        for protocol in ("--tcp", "--udp"):
            done = self.echo("client", protocol, "-c", 3, "-i", "1ms", "--timeout", 30, "--size", 1000, "127.0.0.1", server.ports["tcp"])
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stdout.count(b"1000 bytes from 127.0.0.1:"), 3)
            self.assertIn(b"3 sent, 3 answered, 0 wrong, 0 lost (0 %)", done.stdout)

    def test_wrong_answers_are_found(self):
        for protocol, kind in (("--tcp", socket.SOCK_STREAM), ("--udp", socket.SOCK_DGRAM)):
            port = self.liar(kind, lambda data: data[:-1] + bytes([data[-1] ^ 1]))
            done = self.echo("client", protocol, "-c", 1, "--timeout", 30, "127.0.0.1", port)
            self.assertEqual(done.returncode, 9, done.stdout)
            self.assertIn(b"1 wrong", done.stdout)

    def test_silence_is_loss(self):
        port = self.liar(socket.SOCK_DGRAM, lambda data: None)
        done = self.echo("client", "--udp", "-c", 2, "-i", "10ms", "--timeout", "50ms", "127.0.0.1", port)
        self.assertEqual(done.returncode, 4)
        self.assertIn(b"2 sent, 0 answered, 0 wrong, 2 lost (100 %)", done.stdout)

    def test_no_server_is_a_failure(self):
        port = self.refusing_port()
        done = self.echo("client", "-c", 1, "127.0.0.1", port)
        self.assertEqual(done.returncode, 4)
        self.assertTrue(done.stderr.startswith(b"weft-echo: cannot connect to '127.0.0.1:"), done.stderr)

    def test_a_pipe_comes_back_whole(self):
        server = self.start()
        data = os.urandom(2_000_000)
        done = self.echo("client", "127.0.0.1", server.ports["tcp"], input=data)
        self.assertEqual((done.returncode, done.stdout), (0, data), done.stderr)
        done = self.echo("client", "--udp", "--timeout", 30, "127.0.0.1", server.ports["udp"], input=data[:5000])
        self.assertEqual((done.returncode, done.stdout), (0, data[:5000]), done.stderr)

    def test_a_pipe_that_comes_back_changed_is_told(self):
        port = self.liar(socket.SOCK_STREAM, lambda data: data.upper())
        done = self.echo("client", "127.0.0.1", port, input=b"hello\n")
        self.assertEqual(done.returncode, 9)
        self.assertIn(b"what came back differs", done.stderr)

    def test_a_server_that_ends_the_stream_ends_the_client_though_its_input_goes_on(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        client = subprocess.Popen([ECHO, "client", "127.0.0.1", str(server.getsockname()[1])], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.end, client)
        server.accept()[0].close()
        self.assertEqual(client.wait(60), 4)
        self.assertIn(b"the server ended the stream", client.stderr.read())

    def test_a_late_answer_is_no_wrong_one(self):
        server = self.datagrams()

        def answer_late():
            first, source = server.recvfrom(2000)
            second, _ = server.recvfrom(2000)
            server.sendto(first, source)
            server.sendto(second, source)

        answering = threading.Thread(target=answer_late)
        answering.start()
        done = self.echo("client", "--udp", "--timeout", "2s", *server.getsockname(), input=b"a" * 1200 + b"b" * 1200)
        self.assertEqual((done.returncode, done.stdout), (0, b"b" * 1200), done.stderr)
        answering.join()

    def test_an_interrupt_prints_the_summary(self):
        server = self.start()
        client = subprocess.Popen([ECHO, "client", "-i", "1h", "127.0.0.1", str(server.ports["tcp"])], stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end, client)
        self.assertIn("number 1", client.stdout.readline())
        client.send_signal(signal.SIGINT)
        out, _ = client.communicate(timeout=60)
        self.assertIn("1 sent, 1 answered", out)
        self.assertEqual(client.returncode, 130)


if __name__ == "__main__":
    unittest.main()
