"""What the tests of weft-copy share: a folder of their own, a tree with everything in it, and comparisons."""
import os
import random
import stat
import subprocess
import tempfile
import unittest

COPY = os.environ["WEFT_COPY"]
SANITIZED = bool(os.environ.get("WEFT_SANITIZE"))
WAYS = ["--threads", "--processes"]


class CopyTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, content=b"content\n", mode=None):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        if mode is not None:
            os.chmod(path, mode)
        return path

    def copy(self, *words, **popen):
        popen.setdefault("cwd", self.folder)
        return subprocess.run([COPY, *words], capture_output=True, text=True, timeout=120, **popen)

    def copies(self, *words, code=0, **popen):
        done = self.copy(*words, **popen)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def fill(self, root, folders=6, files=8, seed=1):
        """Folders with files of many sizes."""
        rng = random.Random(seed)
        for d in range(folders):
            for f in range(files):
                size = rng.choice([0, 1, 1000, 27_000, 200_000])
                self.write(f"{root}/d{d}/e{d % 2}/f{f}", rng.randbytes(size))

    def assertSameTree(self, a, b, with_links=True):
        self.assertEqual(describe(a, with_links), describe(b, with_links))

    def leftovers(self, root):
        return [name for _, _, names in os.walk(root) for name in names if name.endswith(".weft.part")]


def describe(root, with_links=True):
    """Every name below the root with what a copy has to keep."""
    found = {}
    first_names = {}
    for folder, folders, files in os.walk(root):
        for name in [*folders, *files, ""]:
            path = os.path.join(folder, name) if name else folder
            info = os.lstat(path)
            key = os.path.relpath(path, root)
            kind = stat.S_IFMT(info.st_mode)
            entry = [kind, stat.S_IMODE(info.st_mode), info.st_mtime_ns]
            if stat.S_ISLNK(info.st_mode):
                entry = [kind, os.readlink(path), info.st_mtime_ns]
            elif stat.S_ISREG(info.st_mode):
                with open(path, "rb") as file:
                    entry.append(file.read())
                if with_links:
                    entry.append(first_names.setdefault(info.st_ino, key))
            if kind in (stat.S_IFREG, stat.S_IFDIR):
                entry.append({name: os.getxattr(path, name) for name in os.listxattr(path) if name.startswith("user.")})
            found[key] = entry
    return found
