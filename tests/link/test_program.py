#!/usr/bin/python3
"""weft-link between a client and weft-echo."""
import json
import os
import signal
import socket
import subprocess
import unittest

LINK = os.environ["WEFT_LINK"]
ECHO = os.environ["WEFT_ECHO"]


class Link(unittest.TestCase):
    def run_program(self, *words):
        process = subprocess.Popen(list(words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def setUp(self):
        server = self.run_program(ECHO, "server", "-l", "127.0.0.1:0")
        self.target = server.stdout.readline().split()[1]

    def link(self, *words):
        process = self.run_program(LINK, *words, self.target)
        process.told = {}
        while "seed" not in process.told:
            name, value = process.stdout.readline().split()
            process.told[name] = value
        return process

    def counters(self, process):
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143)
        return {line["protocol"]: line for line in map(json.loads, err.splitlines())}

    def answers(self, process, count):
        """Which of `count` numbers come back; without delays the first answer to what was sent behind them is the last to wait for."""
        host, port = process.told["udp"].rsplit(":", 1)
        came = []
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.settimeout(0.1)
            for n in range(count):
                one.sendto(b"%d" % n, (host, int(port)))
            for _ in range(300):
                one.sendto(b"%d" % count, (host, int(port)))
                try:
                    while count not in came:
                        came.append(int(one.recv(100)))
                    return came[:-1]
                except TimeoutError:
                    pass
        self.fail("no answer")

    def test_the_same_seed_loses_the_same_datagrams(self):
        runs = []
        for _ in range(2):
            process = self.link("--udp", "--json", "--loss", "20%", "--seed", "11")
            self.assertEqual(process.told["seed"], "11")
            runs.append(self.answers(process, 20))
            counted = self.counters(process)["udp"]
            self.assertGreater(counted["lost"], 0)
        self.assertEqual(runs[0], runs[1])
        self.assertLess(len(runs[0]), 20)

    def test_tcp_comes_whole_through_delay_and_loss(self):
        process = self.link("--tcp", "--json", "--loss", "1%", "--delay", "5ms", "--jitter", "5ms")
        host, port = process.told["tcp"].rsplit(":", 1)
        data = os.urandom(300_000)
        done = subprocess.run([ECHO, "client", host, port], input=data, capture_output=True, timeout=120, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, data), done.stderr)
        self.assertGreater(self.counters(process)["tcp"]["delivered"], 100)

    def test_a_cut_lets_nothing_through(self):
        process = self.link("--udp", "--json", "--cut", "0s+1h")
        host, port = process.told["udp"].rsplit(":", 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.settimeout(0.3)
            one.sendto(b"x", (host, int(port)))
            with self.assertRaises(TimeoutError):
                one.recv(10)
        self.assertEqual(self.counters(process)["udp"]["lost"], 1)

    def test_a_cut_ends(self):
        process = self.link("--udp", "--json", "--cut", "0s+1s")
        host, port = process.told["udp"].rsplit(":", 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.settimeout(0.2)
            for _ in range(300):
                one.sendto(b"x", (host, int(port)))
                try:
                    self.assertEqual(one.recv(10), b"x")
                    return
                except TimeoutError:
                    continue
        self.fail("it goes on")

    def test_wrong_words_are_usage_errors(self):
        for words in ([], ["nowhere"], ["--loss", "2", "h:1"], ["--loss", "nan", "h:1"], ["--cut", "5s", "h:1"], ["--rate", "0", "h:1"], ["--stats", "0", "h:1"], ["a:1", "b:2"]):
            done = subprocess.run([LINK, *words], capture_output=True, timeout=60, check=False)
            self.assertEqual(done.returncode, 2, words)
        self.assertIn(b"--reorder", subprocess.run([LINK, "--help"], capture_output=True, timeout=60, check=False).stdout)


if __name__ == "__main__":
    unittest.main()
