"""What the end-to-end tests of weft-get share: running it, nginx, certificates and a server that misbehaves on request."""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest

PROGRAM = os.environ.get("WEFT_GET", "weft-get")
HAVE_NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/sbin")


class Result:
    """How a run of weft-get ended."""

    def __init__(self, code, out, err, peak_kib):
        self.code, self.out, self.err, self.peak_kib = code, out, err, peak_kib

    def __repr__(self):
        return f"exit {self.code}\n--- stdout\n{self.out[:2000]}\n--- stderr\n{self.err[:4000]}"


def start(*words, cwd, **options):
    options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    return subprocess.Popen([PROGRAM, *map(str, words)], cwd=cwd, **options)


def run(*words, cwd, text=True, stdin=None, timeout=120):
    """Runs weft-get to its end, measuring its memory."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        source = subprocess.PIPE if stdin is not None else subprocess.DEVNULL
        process = start(*words, cwd=cwd, stdin=source, stdout=out, stderr=err)
        if stdin is not None:
            feeder = threading.Thread(target=feed, args=(process, stdin))
            feeder.start()
        timer = threading.Timer(timeout, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        if stdin is not None:
            feeder.join()
        out.seek(0)
        err.seek(0)
        data, notes = out.read(), err.read().decode(errors="replace")
        return Result(process.returncode, data.decode() if text else data, notes, usage.ru_maxrss)


def feed(process, pieces):
    with contextlib.suppress(BrokenPipeError):
        for piece in [pieces] if isinstance(pieces, (str, bytes)) else pieces:
            process.stdin.write(piece.encode() if isinstance(piece, str) else piece)
            process.stdin.flush()
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()


def bound_socket():
    """Nobody listens at its port, and no one else gets it."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    return taken


def wait_until(condition, what, patience=60):
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.01)


class Case(unittest.TestCase):
    """A test with an empty folder of its own, self.folder."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="weft-get-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def get(self, *words, **options):
        return run(*words, cwd=self.folder, **options)

    def refusing_port(self):
        taken = bound_socket()
        self.addCleanup(taken.close)
        return taken.getsockname()[1]

    def names(self, folder=None):
        return sorted(entry.name for entry in (folder or self.folder).iterdir())


class Certificates:
    """A test authority and certificates signed by it: good, for another host, out of date."""

    def __init__(self, folder):
        self.folder = folder
        self.authority = folder / "authority.pem"
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                     "-subj", "/CN=weft test authority", "-addext", "basicConstraints=critical,CA:TRUE",
                     "-addext", "keyUsage=critical,keyCertSign", "-keyout", "authority.key", "-out", "authority.pem")
        self.issue("good", "IP:127.0.0.1,DNS:localhost", "30")
        self.issue("other", "DNS:elsewhere.example", "30")
        self.issue("expired", "IP:127.0.0.1,DNS:localhost", "-1")

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def issue(self, name, hosts, days):
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + name,
                     "-keyout", name + ".key", "-out", name + ".csr")
        (self.folder / (name + ".ext")).write_text(f"subjectAltName={hosts}\nextendedKeyUsage=serverAuth\n")
        self.openssl("x509", "-req", "-in", name + ".csr", "-CA", "authority.pem", "-CAkey", "authority.key",
                     "-CAcreateserial", "-days", days, "-extfile", name + ".ext", "-out", name + ".pem")


NGINX_CONF = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  sendfile on;
  keepalive_requests 100000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  root {root};
  server {{
    listen 127.0.0.1:{http};
    location /none/ {{ return 204; }}
    location /limited/ {{ alias {root}/; limit_rate 64k; }}
  }}
  {secure}
}}
"""

NGINX_SECURE = """
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {certificates}/{name}.pem;
    ssl_certificate_key {certificates}/{name}.key;
  }}
"""


class Nginx:
    """nginx on the loopback, serving `root` over HTTP and, with `certificates`, over HTTPS once for each of them."""

    def __init__(self, root, certificates=None):
        for _ in range(10):
            self.folder = pathlib.Path(tempfile.mkdtemp(prefix="weft-nginx-"))
            self.start(root, certificates)
            # It writes its number when it has its ports, and ends when another program was faster to take one of them.
            wait_until(lambda: self.is_ready() or self.process.poll() is not None, "nginx does not start")
            if self.is_ready():
                return
            self.stop()
        raise RuntimeError("nginx does not start")

    def start(self, root, certificates):
        with contextlib.ExitStack() as sockets:
            ports = [sockets.enter_context(bound_socket()).getsockname()[1] for _ in range(4)]
        self.http = ports[0]
        self.https = {}
        secure = ""
        for name, port in zip(("good", "other", "expired"), ports[1:]) if certificates else ():
            self.https[name] = port
            secure += NGINX_SECURE.format(port=port, name=name, certificates=certificates.folder)
        conf = self.folder / "nginx.conf"
        conf.write_text(NGINX_CONF.format(folder=self.folder, root=root, http=self.http, secure=secure))
        self.process = subprocess.Popen([HAVE_NGINX, "-c", conf, "-p", self.folder, "-e", self.folder / "error.log"],
                                        stderr=subprocess.DEVNULL)

    def is_ready(self):
        with contextlib.suppress(FileNotFoundError):
            return (self.folder / "nginx.pid").read_text().strip() == str(self.process.pid)
        return False

    def stop(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)

    def url(self, path):
        return f"http://127.0.0.1:{self.http}/{path}"

    def secure_url(self, path, name="good"):
        return f"https://127.0.0.1:{self.https[name]}/{path}"


class OddServer:
    """A server whose answers are Python functions: `answer(connection, path, fields, count)` writes to the socket.

    `count` says how often this path was asked for before. The connection is closed when the function returns True.
    """

    def __init__(self, answer):
        self.answer = answer
        self.counts = {}
        self.requests = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]
        self.open = set()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.listener.accept()
                self.open.add(peer)
                threading.Thread(target=self.converse, args=(peer,), daemon=True).start()

    def converse(self, peer):
        received = b""
        with contextlib.suppress(OSError), peer:
            while True:
                while b"\r\n\r\n" not in received:
                    piece = peer.recv(65536)
                    if not piece:
                        return
                    received += piece
                head, _, received = received.partition(b"\r\n\r\n")
                lines = head.decode("latin-1").split("\r\n")
                path = lines[0].split(" ")[1]
                fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
                count = self.counts.get(path, 0)
                self.counts[path] = count + 1
                self.requests.append((path, fields))
                if self.answer(peer, path, fields, count):
                    return
        self.open.discard(peer)

    def url(self, path):
        return f"http://127.0.0.1:{self.port}/{path}"

    def stop(self):
        self.listener.close()
        for peer in list(self.open):
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)


def plain(body, status="200 OK", *fields):
    if isinstance(body, str):
        body = body.encode()
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body
