#!/usr/bin/python3
"""weft-top against a real program: lists, trees, JSON and kills, also while the loop is held."""
import json
import os
import signal
import subprocess
import tempfile
import unittest

TOP = os.environ["WEFT_TOP"]
SUBJECT = os.environ["WEFT_SUBJECT"]


class Program(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        os.chmod(self.folder.name, 0o700)
        self.environment = {**os.environ, "XDG_RUNTIME_DIR": self.folder.name, "WEFT_DEBUG": "1"}

    def start(self, *words, **changes):
        process = subprocess.Popen([SUBJECT, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env={**self.environment, **changes})
        self.addCleanup(self.end, process)
        self.assertEqual(process.stdout.readline(), b"ready\n")
        return process

    def end(self, process):
        process.kill()
        process.communicate()

    def top(self, *words):
        return subprocess.run([TOP, *map(str, words)], capture_output=True, text=True, env=self.environment, timeout=60)

    def tasks(self, process):
        done = self.top("--json", process.pid)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {task["name"]: task for task in json.loads(done.stdout)["loops"][0]["tasks"]}

    def test_lists_the_tasks_and_what_they_wait_for(self):
        process = self.start()
        done = self.top(process.pid)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("event 'doorbell'", done.stdout)
        self.assertIn("subject.cpp:", done.stdout)
        tasks = self.tasks(process)
        self.assertEqual(tasks["waiter"]["parent"], tasks["main"]["id"])
        self.assertEqual(tasks["main"]["holder"], tasks["sleeper"]["id"])

    def test_shows_the_tree(self):
        done = self.top("--tree", self.start().pid)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("\n  #2 waiter waits for event 'doorbell'", done.stdout)

    def test_kills_a_task_which_sees_the_reason(self):
        process = self.start()
        number = self.tasks(process)["sleeper"]["id"]
        done = self.top("--kill", number, "--reason", "enough of it", process.pid)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertEqual(process.stdout.readline(), b"sleeper: cancelled: enough of it\n")
        self.assertEqual(process.wait(60), 0)
        self.assertEqual(os.listdir(os.path.join(self.folder.name, "weft")), [])

    def test_answers_while_the_loop_is_held(self):
        process = self.start("stuck")
        tasks = self.tasks(process)
        self.assertEqual(tasks["main"]["state"], "running")
        self.assertEqual(tasks["waiter"]["object"], "doorbell")

    def test_the_socket_is_for_its_user_alone(self):
        process = self.start()
        folder = os.path.join(self.folder.name, "weft")
        self.assertEqual(os.stat(folder).st_mode & 0o777, 0o700)
        self.assertEqual(os.stat(os.path.join(folder, f"{process.pid}.sock")).st_mode & 0o777, 0o600)

    def test_lists_the_processes_that_can_be_asked(self):
        none = self.top()
        self.assertEqual(none.returncode, 1)
        self.assertIn("WEFT_DEBUG=1", none.stderr)
        process = self.start()
        self.assertEqual(self.top().stdout, f"{process.pid}\n")

    def test_says_why_a_process_cannot_be_asked(self):
        hidden = self.start(WEFT_DEBUG="0")
        done = self.top(hidden.pid)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot be looked into", done.stderr)
        process = self.start()
        done = self.top("--kill", 999999, process.pid)
        self.assertEqual((done.returncode, done.stderr), (1, "weft-top: there is no such task\n"))

    def test_wrong_words_are_usage_errors(self):
        for words in (["abc"], ["0"], ["1", "2"], ["--kill", "x", "1"], ["--nonsense"]):
            done = self.top(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertTrue(done.stderr.startswith("weft-top: "), words)

    def test_sigusr2_writes_a_dump_and_ends_nothing(self):
        process = self.start(WEFT_DEBUG="0")
        process.send_signal(signal.SIGUSR2)
        self.assertEqual(process.stderr.readline(), b"3 tasks\n")
        self.assertIsNone(process.poll())


if __name__ == "__main__":
    unittest.main()
