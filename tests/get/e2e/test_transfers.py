"""Whole downloads from a real web server: complete, byte for byte, over HTTP and HTTPS."""

import json
import os
import pathlib
import random
import shutil
import signal
import tempfile
import unittest

from support import HAVE_NGINX, Case, Certificates, Nginx, start, wait_until

FILES = 500


def setUpModule():
    global site, certificates, server
    if not HAVE_NGINX:
        raise unittest.SkipTest("nginx is not installed")
    site = pathlib.Path(tempfile.mkdtemp(prefix="weft-site-"))
    noise = random.Random(1)
    for i in range(FILES):
        (site / f"{i}.bin").write_bytes(noise.randbytes(noise.choice([0, 1, 300, 2000, 27000, 70000])))
    (site / "large.bin").write_bytes(noise.randbytes(5_000_001))
    (site / "70k.bin").write_bytes(noise.randbytes(70_000))
    (site / "block.bin").write_bytes(noise.randbytes(256 * 1024))
    keys = pathlib.Path(tempfile.mkdtemp(prefix="weft-keys-"))
    unittest.addModuleCleanup(shutil.rmtree, keys)
    unittest.addModuleCleanup(shutil.rmtree, site)
    certificates = Certificates(keys)
    server = Nginx(site, certificates)
    unittest.addModuleCleanup(server.stop)


class Transfers(Case):
    def check_files(self, names):
        self.assertEqual(self.names(), sorted(names))
        for name in names:
            self.assertEqual((self.folder / name).read_bytes(), (site / name).read_bytes(), name)

    def fetch_all(self, address, *options):
        names = [f"{i}.bin" for i in range(FILES)] + ["large.bin", "block.bin"]
        listing = "".join(address(name) + "\n" for name in names)
        result = self.get("-i", "-", "-j", 40, "-x", 20, *options, stdin=listing)
        self.assertEqual(result.code, 0, result)
        self.check_files(names)
        return result

    def test_500_files_over_http(self):
        result = self.fetch_all(server.url)
        self.assertEqual(len(result.err.splitlines()), FILES + 3)
        self.assertEqual(result.out, "")

    def test_500_files_over_https(self):
        self.fetch_all(server.secure_url, "--cacert", certificates.authority)

    def test_reports_are_one_json_object_a_file(self):
        result = self.fetch_all(server.url, "--json")
        reports = [json.loads(line) for line in result.out.splitlines()]
        self.assertEqual(sorted(report["n"] for report in reports), list(range(1, FILES + 3)))
        for report in reports:
            self.assertEqual(report["status"], "ok")
            self.assertEqual(report["http_status"], 200)
            self.assertEqual(report["bytes"], (site / report["path"]).stat().st_size)
            self.assertEqual(report["attempts"], 1)
            self.assertGreaterEqual(report["t_total"], report["t_first"])
            self.assertEqual(report["remote_ip"], "127.0.0.1")
        self.assertEqual(result.err, "")

    def test_a_body_goes_to_standard_output(self):
        result = self.get("-o", "-", server.url("large.bin"), text=False)
        self.assertEqual(result.code, 0, result)
        self.assertEqual(result.out, (site / "large.bin").read_bytes())
        self.assertEqual(self.names(), [])

    def test_modes_follow_the_umask(self):
        old = os.umask(0o027)
        try:
            self.assertEqual(self.get(server.url("1.bin")).code, 0)
        finally:
            os.umask(old)
        self.assertEqual((self.folder / "1.bin").stat().st_mode & 0o777, 0o640)

    def test_killed_in_the_middle_nothing_partial_has_a_final_name(self):
        names = [f"{i}.bin" for i in range(200)] + ["large.bin"]
        listing = self.folder / "list"
        listing.write_text("".join(server.url("limited/" + name) + "\n" for name in names))
        target = self.folder / "out"
        process = start("-i", listing, "-d", target, "-j", 30, "-x", 30, cwd=self.folder)
        wait_until(lambda: target.exists() and len(self.names(target)) > 20, "no files arrive")
        process.kill()
        process.communicate()
        complete = [name for name in self.names(target) if not name.endswith(".part")]
        self.assertLess(len(complete), len(names))
        for name in complete:
            self.assertEqual((target / name).read_bytes(), (site / name).read_bytes(), name)

    def test_what_a_run_is_writing_and_what_a_killed_one_has_just_left_is_not_removed_by_the_next_one(self):
        # That it goes once it is a minute old: tests/fs/temporaries_test.cpp, which can say what time it is.
        process = start(server.url("limited/large.bin"), cwd=self.folder)
        wait_until(lambda: self.names(), "the file does not begin")
        (running,) = self.names()
        os.utime(self.folder / running, (0, 0))
        self.assertEqual(self.get(server.url("1.bin")).code, 0)
        self.assertIn(running, self.names())
        process.kill()
        process.communicate()
        self.assertEqual(self.get(server.url("2.bin")).code, 0)
        self.assertEqual(self.names(), sorted([running, "1.bin", "2.bin"]))

    def interrupt(self, number, code):
        target = self.folder / "out"
        process = start("-d", target, server.url("limited/large.bin"), server.url("1.bin"), cwd=self.folder)
        # The small file may have its own name later than the large one is begun.
        wait_until(lambda: target.exists() and "1.bin" in self.names(target) and len(self.names(target)) == 2,
                   "the large file does not begin, or the small one does not come")
        process.send_signal(number)
        _, notes = process.communicate(timeout=60)
        self.assertEqual(process.returncode, code, notes)
        self.assertEqual(self.names(target), ["1.bin"])
        self.assertIn(b"interrupted: 1 file", notes)

    def test_an_interrupt_leaves_complete_files_only(self):
        self.interrupt(signal.SIGINT, 130)

    def test_termination_leaves_complete_files_only(self):
        self.interrupt(signal.SIGTERM, 143)

    def test_a_closed_terminal_leaves_complete_files_only(self):
        self.interrupt(signal.SIGHUP, 129)

    def test_nohup_keeps_it_going_when_the_terminal_closes(self):
        process = start(server.url("limited/70k.bin"), cwd=self.folder,
                        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        wait_until(lambda: self.names(), "the file does not begin")
        process.send_signal(signal.SIGHUP)
        _, notes = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, notes)
        self.check_files(["70k.bin"])


class Certificate(Case):
    def check_refused(self, result, error):
        self.assertEqual(result.code, 5, result)
        self.assertEqual(json.loads(result.out)["error"], error)
        self.assertEqual(self.names(), [])

    def test_an_unknown_authority_is_refused(self):
        self.check_refused(self.get("--json", server.secure_url("1.bin")), "tls_untrusted")

    def test_a_certificate_for_another_host_is_refused(self):
        result = self.get("--json", "--cacert", certificates.authority, server.secure_url("1.bin", "other"))
        self.check_refused(result, "tls_host_mismatch")

    def test_an_expired_certificate_is_refused(self):
        result = self.get("--json", "--cacert", certificates.authority, server.secure_url("1.bin", "expired"))
        self.check_refused(result, "tls_expired")

    def test_a_missing_authority_file_is_an_error(self):
        result = self.get("--cacert", "nowhere.pem", server.secure_url("1.bin"))
        self.assertEqual(result.code, 3, result)
        self.assertEqual(result.err, "weft-get: cannot read CA file 'nowhere.pem': No such file or directory\n")
        (self.folder / "no.pem").write_text("not a certificate")
        result = self.get("--cacert", "no.pem", server.secure_url("1.bin"))
        self.assertEqual(result.code, 3, result)
        self.assertEqual(result.err, "weft-get: cannot read CA file 'no.pem': no certificate or crl found\n")


if __name__ == "__main__":
    unittest.main()
