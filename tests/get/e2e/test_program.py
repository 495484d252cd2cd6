"""The program as such: help, completions, the manual page, wrong words, the demo."""

import re
import shutil
import subprocess
import unittest

from support import Case, start


class Program(Case):
    def test_help_fits_and_names_every_way_to_more(self):
        short, full = self.get("-h"), self.get("--help")
        for result in (short, full):
            self.assertEqual((result.code, result.err), (0, ""))
            for line in result.out.splitlines():
                self.assertLessEqual(len(line), 100)
            for part in ("Usage: weft-get", "Examples:", "Exit codes", "--on-conflict"):
                self.assertIn(part, result.out)
        self.assertLess(len(short.out), len(full.out))
        self.assertIn("--retry-connrefused", full.out)

    def test_version(self):
        self.assertRegex(self.get("--version").out, r"^weft-get \d+\.\d+\.\d+\n$")

    def test_completions_are_valid_scripts(self):
        for shell in ("bash", "zsh", "fish"):
            script = self.get("--completion", shell)
            self.assertEqual(script.code, 0)
            self.assertIn("on-conflict", script.out)
            if shutil.which(shell):
                checked = subprocess.run([shell, "-n"], input=script.out, text=True, capture_output=True)
                self.assertEqual((checked.returncode, checked.stderr), (0, ""))

    def test_bash_completes_options_and_choices(self):
        script = self.get("--completion", "bash").out
        ask = script + '\nCOMP_WORDS=(weft-get --on-conflict r); COMP_CWORD=2; _weft_get; echo "${COMPREPLY[*]}"\n' \
            'COMP_WORDS=(weft-get --on-c); COMP_CWORD=1; _weft_get; echo "${COMPREPLY[*]}"\n'
        answer = subprocess.run(["bash"], input=ask, text=True, capture_output=True).stdout
        self.assertEqual(answer, "rename\n--on-conflict\n")

    def test_the_manual_page_has_every_section(self):
        page = self.get("--man").out
        for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "EXIT STATUS"):
            self.assertIn(".SH " + section, page)

    def test_wrong_words_exit_2_with_one_line(self):
        for words, part in (((), "no URL given"), (("--frobnicate", "u"), "unknown option '--frobnicate'"),
                            (("-O", "u"), "-o NAME"), (("-k", "u"), "--cacert"), (("-j", "0", "u"), "from 1 to"),
                            (("-m", "soon", "u"), "not a time"), (("-H", "nonsense", "u"), "not a header"),
                            (("-o", "x", "a", "b"), "exactly one URL"), (("-o", "x", "-o", "y", "a"), "-o is there twice"),
                            (("-o", "", "a"), "-o needs"), (("-o", "..", "a"), "-o needs"), (("-i", ""), "-i needs"),
                            (("-o", "-", ""), "a URL is empty"), (("a", " "), "a URL is empty"), (("--jobs",), "needs a value"),
                            (("--progress", "fancy", "u"), "auto|bar|plain|none")):
            with self.subTest(words=words):
                result = self.get(*words)
                self.assertEqual(result.code, 2, result)
                self.assertEqual(result.out, "")
                self.assertEqual(len(result.err.splitlines()), 1, result)
                self.assertTrue(result.err.startswith("weft-get: "))
                self.assertIn(part, result.err)

    def test_quiet_is_quiet_about_wrong_words_too(self):
        for words in (("-q",), ("-q", "--frobnicate", "u"), ("--jobs", "0", "-vq", "u"), ("--silent", "-o", "x", "a", "b"),
                      ("-j", "nonsense", "--quiet", "u"), ("-q", "u", "-o")):
            with self.subTest(words=words):
                result = self.get(*words)
                self.assertEqual((result.code, result.out, result.err), (2, "", ""))
        for words in (("-o", "-q", "a", "b"), ("-oq", "a", "b"), ("-j", "0", "--", "-q")):
            with self.subTest(words=words):
                self.assertIn("weft-get: ", self.get(*words).err)

    def test_quiet_leaves_what_was_asked_for(self):
        result = self.get("-q", "--json", "--retry", "0", "http://127.0.0.1:1/x")
        self.assertEqual((result.code, result.err, len(result.out.splitlines())), (4, "", 1), result)

    def test_full_disks_behind_the_streams(self):
        with open("/dev/full", "wb") as full:
            for words, code in ((("--help",), 3), (("--retry", "0", "http://127.0.0.1:1/x"), 4)):
                process = start(*words, cwd=self.folder, stdout=full, stderr=full)
                self.assertEqual(process.wait(timeout=60), code)

    def test_an_escape_sequence_in_a_word_is_shown_and_not_obeyed(self):
        result = self.get("--retry", "0", "http://\x1b[31mx/")
        self.assertEqual(result.code, 2, result)
        self.assertNotIn("\x1b", result.err)

    def test_the_demo_fetches_sixty_pictures_and_a_page(self):
        result = self.get("--demo")
        self.assertEqual(result.code, 0, result)
        folder = self.folder / "weft-demo"
        names = self.names(folder)
        self.assertEqual(len(names), 61)
        page = (folder / "index.html").read_text()
        self.assertEqual(sorted(re.findall(r'<img src="\./([^"]+)"', page)), [n for n in names if n != "index.html"])
        for name in names:
            begin = (folder / name).read_bytes()[:4]
            self.assertEqual(begin, {"jpg": b"\xff\xd8\xff\xe0", "png": b"\x89PNG", "html": b"<!do"}[name.split(".")[1]])
        again = self.get("--demo")
        self.assertEqual((again.code, len(self.names(folder))), (0, 61), again)


if __name__ == "__main__":
    unittest.main()
