#!/usr/bin/python3
"""weft-echo bench: counts right, finds wrong answers, and reports for machines."""
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

from support import ECHO, EchoTest


class Bench(EchoTest):
    def bench(self, *words, code=0):
        """Measures for 300 ms; longer where nothing came in that time, as the machine may have stood still."""
        for milliseconds in (300, 3_000, 30_000):
            done = self.echo("bench", "--json", "-d", f"{milliseconds}ms", *words)
            found = json.loads(done.stdout)
            if done.returncode == code or found["requests"] + found["mismatches"] > 0:
                break
        self.assertEqual(done.returncode, code, (done.stderr, found))
        self.assertEqual(found["seconds"], milliseconds / 1000)
        return found

    def false_server(self, serve):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)

        def run():
            while True:
                try:
                    connection, _ = server.accept()
                    with connection:
                        serve(connection)
                except OSError:
                    if server.fileno() < 0:
                        return

        threading.Thread(target=run, daemon=True).start()
        return server.getsockname()[1]

    def test_reports_as_json(self):
        port = self.start().ports["tcp"]
        for protocol in ("--tcp", "--udp"):
            found = self.bench(protocol, "-n", 5, "--size", 100, "127.0.0.1", port)
            self.assertGreater(found["requests"], 0)
            self.assertEqual(found["mismatches"] + found["broken"], 0)
            if found["seconds"] < 0.5:  # later it gives answers up, of a server that stands still
                self.assertEqual(found["errors"], 0)
            self.assertAlmostEqual(found["rps"], found["requests"] / found["seconds"], delta=1)
            self.assertLessEqual(found["p50"], found["p90"])
            self.assertLessEqual(found["p90"], found["p99"])
            self.assertLessEqual(found["p99"], found["p999"])

    def test_pipelines_and_large_messages(self):
        port = self.start().ports["tcp"]
        for words in (["--pipeline", 16], ["--pipeline", 8, "--size", "100k", "-n", 3], ["--udp", "--pipeline", 16, "--size", 1200, "-n", 2]):
            found = self.bench(*words, "127.0.0.1", port)
            self.assertGreater(found["requests"], 0, words)
            self.assertEqual(found["mismatches"] + found["broken"], 0, words)

    def test_holds_a_rate(self):
        port = self.start().ports["tcp"]
        for protocol in ("--tcp", "--udp"):
            found = self.bench(protocol, "--rate", 1000, "-n", 4, "127.0.0.1", port)
            self.assertLessEqual(found["requests"], 1000 * found["seconds"])
            self.assertGreater(found["requests"], 0)

    def test_a_server_that_stalls_is_seen_in_the_latencies_of_a_rate(self):
        go_on = threading.Event()
        self.addCleanup(go_on.set)
        port = self.false_server(lambda connection: go_on.wait(30))
        found = self.bench("--rate", 1000, "-n", 1, "127.0.0.1", port, code=4)
        self.assertEqual(found["requests"], 0)
        self.assertGreater(found["p50"], 100_000)  # half of what was due has waited for longer than that

    def test_wrong_answers_are_found(self):
        def lie(connection):
            while data := connection.recv(65536):
                connection.sendall(bytes(len(data)))

        found = self.bench("-n", 1, "127.0.0.1", self.false_server(lie), code=9)
        self.assertEqual(found["mismatches"], 1)

    def test_draws_a_picture(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        file = os.path.join(folder.name, "latency.svg")
        self.bench("-n", 2, "--plot", file, "127.0.0.1", self.start().ports["tcp"])
        with open(file, encoding="utf-8") as picture:
            self.assertIn("<polyline", picture.read())

    def test_an_interrupt_prints_what_was_found_so_far(self):
        server = self.start("--stats", "50ms")
        words = [ECHO, "bench", "-n", "2", "-d", "1h", "--json", "127.0.0.1", str(server.ports["tcp"])]
        bench = subprocess.Popen(words, stdout=subprocess.PIPE)
        self.addCleanup(self.end, bench)
        while " 2 connections open" not in server.stderr.readline():
            pass
        bench.send_signal(signal.SIGINT)
        out, _ = bench.communicate(timeout=60)
        self.assertEqual(bench.returncode, 130)
        found = json.loads(out)
        self.assertLess(found["seconds"], 600)
        self.assertEqual(found["errors"], 0)

    def test_no_server_is_a_failure(self):
        port = self.refusing_port()
        self.assertEqual(self.echo("bench", "-d", "100ms", "127.0.0.1", port).returncode, 4)


if __name__ == "__main__":
    unittest.main()
