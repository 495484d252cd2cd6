"""Every way a server can fail: the documented error, the documented exit code, and no file."""

import json
import socket
import struct
import time
import unittest

from support import Case, OddServer, plain


def send_slowly(peer, count, pause):
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(count):
        peer.sendall(b"x")
        time.sleep(pause)


def reset(peer):
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return True


def answer(peer, path, fields, count):
    kind, _, rest = path[1:].partition("/")
    if kind == "ok":
        peer.sendall(plain("content of " + rest))
    elif kind == "status":
        peer.sendall(plain("<html>error page</html>" if rest not in ("204", "304") else "", rest + " Some Words"))
    elif kind == "redirect":
        target = f"/redirect/{int(rest) - 1}" if rest != "0" else "/ok/end"
        peer.sendall(plain("", "302 Found", "Location: " + target))
    elif kind == "loop":
        peer.sendall(plain("", "301 Moved", "Location: /loop"))
    elif kind == "elsewhere":
        peer.sendall(plain("", "302 Found", "Location: http://" + rest.replace("/", ":", 1)))
    elif kind == "to-file":
        peer.sendall(plain("", "302 Found", "Location: file:///etc/passwd"))
    elif kind == "short":
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 2000)
        return True
    elif kind == "short-chunked":
        peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + b"x" * 2000 + b"\r\n")
        return True
    elif kind == "chunked":
        peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")
    elif kind == "until-close":
        peer.sendall(b"HTTP/1.0 200 OK\r\n\r\nabcde")
        return True
    elif kind == "slow":
        send_slowly(peer, 1000, 0.02)
    elif kind == "silent":
        time.sleep(60)
    elif kind == "garbage":
        peer.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        return True
    elif kind == "reset":
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 2000)
        return reset(peer)
    elif kind == "hang-up":
        return True
    elif kind == "flaky":
        times = int(rest.split("/")[0])
        peer.sendall(plain("at last") if count >= times else plain("busy", "503 Busy"))
    elif kind == "flaky-short":
        if count >= 2:
            peer.sendall(plain("whole"))
        else:
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwh")
            return True
    elif kind == "retry-after":
        peer.sendall(plain("done") if count > 0 else plain("", "429 Slow down", "Retry-After: " + rest))
    elif kind == "busy-then-gone":
        if count > 0:
            return True
        peer.sendall(plain("busy", "503 Busy", "ETag: \"old\"", "Content-Type: text/html"))
    elif kind == "part":
        peer.sendall(plain("par", "206 Partial Content", "Content-Range: bytes 0-2/7"))
    elif kind == "name":
        peer.sendall(plain(rest))
    return None


class Failures(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = OddServer(answer)
        cls.addClassCleanup(cls.server.stop)

    def fails(self, path, code, error, *options, retry="0"):
        url = path if "://" in path else self.server.url(path)
        result = self.get("--json", "--retry", retry, *options, url)
        self.assertEqual(result.code, code, result)
        report = json.loads(result.out)
        self.assertEqual((report["status"], report["error"]), ("failed", error), result)
        self.assertIn(f"failed {url}: ", result.err)
        self.assertEqual(self.names(), [])
        return report

    def succeeds(self, path, content, *options):
        result = self.get("--json", *options, self.server.url(path))
        self.assertEqual(result.code, 0, result)
        report = json.loads(result.out)
        self.assertEqual((self.folder / report["path"]).read_text(), content)
        return report

    def test_error_answers(self):
        for status, code in ((404, 8), (403, 8), (500, 8), (401, 6), (204, 7), (304, 7), (206, 7)):
            with self.subTest(status=status):
                report = self.fails(f"status/{status}", code, f"http_{status}")
                self.assertEqual(report["http_status"], status)

    def test_a_part_that_was_asked_for_is_saved(self):
        for name in ("Range", "range"):
            report = self.succeeds("part/x", "par", "--on-conflict", "overwrite", "-H", name + ": bytes=0-2")
            self.assertEqual((report["http_status"], report["bytes"]), (206, 3))
        (self.folder / "x").unlink()
        self.fails("part/x", 7, "http_206")

    def test_what_is_not_modified_saves_nothing_and_is_no_failure(self):
        for line in ('If-None-Match: "a"', "if-modified-since: Sat, 29 Oct 1994 19:43:31 GMT"):
            result = self.get("--json", "-v", "-H", line, self.server.url("status/304"))
            self.assertEqual(result.code, 0, result)
            report = json.loads(result.out)
            self.assertEqual((report["status"], report["http_status"], report["message"], report["path"]),
                             ("skipped", 304, "not modified", None))
            self.assertIn("304: not modified\n", result.err)
            self.assertEqual(self.names(), [])

    def test_only_what_may_pass_is_tried_again(self):
        self.assertEqual(self.fails("status/410", 8, "http_410", retry="3")["attempts"], 1)
        report = self.fails("status/502", 8, "http_502", "--retry-delay", "1ms", retry="3")
        self.assertEqual(report["attempts"], 4)

    def test_redirects_are_followed_within_the_limit(self):
        report = self.succeeds("redirect/5", "content of end")
        self.assertTrue(report["final_url"].endswith("/ok/end"))
        self.assertEqual(report["path"], "5")
        (self.folder / "5").unlink()
        self.fails("loop", 7, "redirect_limit")
        self.fails("redirect/5", 7, "redirect_limit", "--max-redirs", "3")

    def test_redirects_to_other_schemes_are_refused(self):
        self.fails("to-file", 11, "redirect_blocked")

    def test_truncated_bodies(self):
        self.fails("short", 4, "body_incomplete")
        self.fails("short-chunked", 4, "body_incomplete")

    def test_complete_bodies_of_every_framing(self):
        self.succeeds("chunked", "abcde")
        self.succeeds("until-close", "abcde")

    def test_a_body_that_drips_is_a_stall(self):
        self.fails("slow", 4, "timeout_body", "--speed-limit", "10k", "--speed-time", "300ms")

    def test_the_whole_time_is_limited(self):
        self.fails("slow", 4, "timeout_total", "--max-time", "300ms", retry="5")

    def test_an_answer_that_never_comes(self):
        self.fails("silent", 4, "timeout_first_byte", "--timeout", "200ms")

    def test_connections_that_break(self):
        self.fails("reset", 4, "connection_reset")
        self.fails("hang-up", 4, "closed_before_response")

    def test_what_is_not_http(self):
        self.fails("garbage", 7, "protocol_error")

    def test_refused_connections_are_tried_again_only_when_asked(self):
        url = f"http://127.0.0.1:{self.refusing_port()}/x"
        self.assertEqual(self.fails(url, 4, "connect_refused", retry="3")["attempts"], 1)
        report = self.fails(url, 4, "connect_refused", "--retry-connrefused", "--retry-delay", "1ms", retry="2")
        self.assertEqual(report["attempts"], 3)

    def test_unknown_hosts(self):
        result = self.get("--json", "--retry", "0", "http://nowhere.invalid/x")
        self.assertEqual(result.code, 4, result)
        report = json.loads(result.out)
        # The second one where no name server answers.
        self.assertIn(report["error"], ("dns_nxdomain", "dns_temp"), result)
        self.assertEqual((report["status"], self.names()), ("failed", []), result)

    def test_wrong_urls(self):
        self.fails("http://[::1/x", 2, "invalid_url")
        self.fails("ftp://127.0.0.1/x", 2, "invalid_url")

    def test_failures_of_the_moment_are_overcome(self):
        report = self.succeeds("flaky/3/a", "at last", "--retry-delay", "1ms")
        self.assertEqual(report["attempts"], 4)
        self.succeeds("flaky-short", "whole", "--retry-delay", "1ms")

    def test_retry_after_is_obeyed(self):
        report = self.succeeds("retry-after/1", "done", "--retry-delay", "1ms")
        self.assertGreaterEqual(report["t_total"], 1)

    def test_a_retry_after_that_is_too_long_gives_up_at_once(self):
        self.assertEqual(self.fails("retry-after/601", 8, "http_429", retry="5")["attempts"], 1)
        self.assertEqual(self.fails("retry-after/60", 8, "http_429", "-m", "30", retry="5")["attempts"], 1)

    def test_a_report_tells_of_the_last_attempt_only(self):
        report = self.fails("busy-then-gone", 4, "closed_before_response", "--retry-delay", "1ms", retry="1")
        self.assertEqual(report["attempts"], 2)
        for key in ("http_status", "etag", "content_type", "t_first", "remote_ip", "path"):
            self.assertIsNone(report[key], key)

    def test_a_redirect_that_is_not_followed_is_named(self):
        report = self.fails("loop", 7, "redirect_limit")
        self.assertEqual((report["http_status"], report["final_url"]), (301, self.server.url("loop")))
        report = self.fails("to-file", 11, "redirect_blocked")
        self.assertEqual((report["http_status"], report["final_url"]), (302, self.server.url("to-file")))
        port = self.refusing_port()
        report = self.fails(f"elsewhere/127.0.0.1/{port}/x", 4, "connect_refused")
        self.assertEqual(report["final_url"], f"http://127.0.0.1:{port}/x")

    def test_only_a_file_that_is_there_has_a_path(self):
        self.assertIsNone(self.fails("status/404", 8, "http_404")["path"])
        self.assertEqual(self.succeeds("ok/a", "content of a")["path"], "a")
        result = self.get("--json", "--on-conflict", "skip", self.server.url("ok/a"))
        self.assertEqual(json.loads(result.out)["path"], "a")

    def test_one_failure_among_successes_counts(self):
        words = [self.server.url(path) for path in ("ok/a", "status/404", "ok/b", "short")]
        result = self.get("--retry", "0", *words)
        self.assertEqual(result.code, 4, result)
        self.assertEqual(self.names(), ["a", "b"])
        self.assertIn("2 files", result.err)
        self.assertIn("2 failed", result.err)

    def test_quiet_means_nothing_at_all(self):
        result = self.get("-q", "--retry", "0", self.server.url("status/404"), self.server.url("ok/a"))
        self.assertEqual((result.code, result.out, result.err), (8, "", ""))

    def test_headers_stay_with_their_origin(self):
        other = OddServer(answer)
        self.addCleanup(other.stop)
        result = self.get("-H", "Authorization: secret", "-H", "X-Token: secret", "-A", "me/1",
                          self.server.url(f"elsewhere/127.0.0.1/{other.port}/ok/x"))
        self.assertEqual(result.code, 0, result)
        path, fields = self.server.requests[-1]
        self.assertEqual((fields["authorization"], fields["x-token"]), ("secret", "secret"))
        path, fields = other.requests[-1]
        self.assertEqual(path, "/ok/x")
        self.assertNotIn("authorization", fields)
        self.assertNotIn("x-token", fields)
        self.assertEqual(fields["user-agent"], "me/1")

    def test_passwords_in_urls_are_not_shown(self):
        url = f"http://user:canary@127.0.0.1:{self.server.port}/status/404"
        for words in ((), ("--json",), ("-v",), ("--json", "-v")):
            result = self.get("--retry", "0", *words, url)
            self.assertNotIn("canary", result.out + result.err)


class Names(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = OddServer(answer)
        cls.addClassCleanup(cls.server.stop)

    def test_names_are_safe(self):
        for path, name in (("..%2f..%2fpwn", "pwn"), (".bashrc", "bashrc"), ("a%00%1b%5b2Jb.jpg", "a[2Jb.jpg"),
                           ("-rf", "_rf"), ("%2e%2e", "download"), ("x" * 400 + ".jpg", "x" * 227 + ".jpg")):
            with self.subTest(path=path):
                result = self.get(self.server.url("name/" + path))
                self.assertEqual(result.code, 0, result)
                self.assertEqual(self.names(), [name])
                (self.folder / name).unlink()

    def test_equal_names_are_numbered_in_list_order(self):
        urls = [self.server.url(f"ok/{i}/image.jpg") for i in range(20)]
        self.assertEqual(self.get("-x", "20", *urls).code, 0)
        self.assertEqual((self.folder / "image.jpg").read_text(), "content of 0/image.jpg")
        for i in range(1, 20):
            self.assertEqual((self.folder / f"image.{i}.jpg").read_text(), f"content of {i}/image.jpg")

    def test_what_is_there_is_treated_as_asked(self):
        for policy, code, names, text in (("rename", 0, ["a", "a.1"], "old"), ("skip", 0, ["a"], "old"),
                                          ("overwrite", 0, ["a"], "content of a"), ("fail", 12, ["a"], "old")):
            with self.subTest(policy=policy):
                (self.folder / "a").write_text("old")
                result = self.get("--on-conflict", policy, self.server.url("ok/a"))
                self.assertEqual(result.code, code, result)
                self.assertEqual(self.names(), names)
                self.assertEqual((self.folder / "a").read_text(), text)
                for name in names:
                    (self.folder / name).unlink()

    def test_links_are_replaced_and_never_followed(self):
        (self.folder / "victim").write_text("precious")
        (self.folder / "a").symlink_to("victim")
        (self.folder / "b").symlink_to("not-there")
        result = self.get("--on-conflict", "overwrite", self.server.url("ok/a"), self.server.url("ok/b"))
        self.assertEqual(result.code, 0, result)
        self.assertEqual((self.folder / "victim").read_text(), "precious")
        self.assertEqual(self.names(), ["a", "b", "victim"])
        self.assertFalse((self.folder / "a").is_symlink())

    def test_folders_are_made_and_special_files_left_alone(self):
        import os
        result = self.get("-d", "x/y", "-o", "z/name.txt", self.server.url("ok/a"))
        self.assertEqual(result.code, 0, result)
        self.assertEqual((self.folder / "x/y/z/name.txt").read_text(), "content of a")
        os.mkfifo(self.folder / "fifo")
        for name in ("fifo", "x", "/dev/null"):
            for policy in ("rename", "overwrite", "skip"):
                with self.subTest(name=name, policy=policy):
                    result = self.get("-o", name, "--on-conflict", policy, self.server.url("ok/a"))
                    self.assertEqual(result.code, 3, result)
        self.assertTrue((self.folder / "fifo").is_fifo())

    def test_a_folder_that_cannot_be_made(self):
        (self.folder / "file").write_text("")
        result = self.get("-d", "file/sub", self.server.url("ok/a"))
        self.assertEqual(result.code, 3, result)
        self.assertIn("cannot make the folder 'file/sub'", result.err)


if __name__ == "__main__":
    unittest.main()
