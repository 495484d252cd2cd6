"""The site that the downloaders fetch: files, a test authority, and nginx on ports of its own, all in one folder."""
import contextlib
import os
import pathlib
import random
import socket
import subprocess
import time

from .process import running

CONFIG = """
daemon off;
{user}
worker_processes auto;
pid {root}/nginx.pid;
error_log {root}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000;
  open_file_cache max=20000;
  default_type application/octet-stream;
  client_body_temp_path {root}/tmp; proxy_temp_path {root}/tmp; fastcgi_temp_path {root}/tmp;
  uwsgi_temp_path {root}/tmp; scgi_temp_path {root}/tmp;
  ssl_certificate {root}/server.pem;
  ssl_certificate_key {root}/server.key;
  ssl_session_cache shared:s:1m;
  server {{
    listen 127.0.0.1:{plain} backlog=4096;
    listen 127.0.0.1:{tls} ssl backlog=4096;
    root {root}/files;
    location /empty/ {{ return 200 ""; }}
  }}
}}
"""


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def make_authority(root):
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", root / "ca.key", "-out", root / "ca.pem", "-days", 30, "-subj", "/CN=weft bench CA",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
    openssl("req", *key, "-keyout", root / "server.key", "-out", root / "server.csr", "-subj", "/CN=localhost")
    names = root / "names.cnf"
    names.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n", encoding="ascii")
    openssl("x509", "-req", "-in", root / "server.csr", "-CA", root / "ca.pem", "-CAkey", root / "ca.key", "-CAcreateserial", "-days", 30,
            "-extfile", names, "-out", root / "server.pem")


class Site:
    """Folders of files under root/files: each a dict of name and size."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.authority = self.root / "ca.pem"
        self.plain, self.tls = free_ports(2)
        (self.root / "tmp").mkdir(parents=True)
        (self.root / "files").mkdir()
        make_authority(self.root)

    def fill(self, folder, count, smallest, largest):
        random_numbers = random.Random(1)
        block = random_numbers.randbytes(2 * largest)
        target = self.root / "files" / folder
        target.mkdir()
        sizes = {}
        for number in range(count):
            size = random_numbers.randint(smallest, largest)
            start = random_numbers.randrange(largest)
            name = f"{number:05}.jpg"
            (target / name).write_bytes(block[start:start + size])
            sizes[name] = size
        return sizes

    def fill_big(self, folder, size):
        target = self.root / "files" / folder
        target.mkdir()
        block = random.Random(2).randbytes(1 << 20)
        with open(target / "big.bin", "wb") as file:
            for _ in range(size >> 20):
                file.write(block)
        return {"big.bin": size}

    def url(self, folder, name, tls=False):
        return f"https://127.0.0.1:{self.tls}/{folder}/{name}" if tls else f"http://127.0.0.1:{self.plain}/{folder}/{name}"

    def write_list(self, folder, names, tls=False):
        path = self.root / f"{folder}{'-tls' if tls else ''}.list"
        path.write_text("".join(self.url(folder, name, tls) + "\n" for name in names), encoding="ascii")
        return path

    @contextlib.contextmanager
    def serving(self):
        user = "user root;" if os.getuid() == 0 else ""
        config = self.root / "nginx.conf"
        config.write_text(CONFIG.format(root=self.root, plain=self.plain, tls=self.tls, user=user), encoding="ascii")
        with running(["nginx", "-p", self.root, "-c", config], stderr=subprocess.DEVNULL) as server:
            deadline = time.monotonic() + 10
            while True:
                try:
                    socket.create_connection(("127.0.0.1", self.tls), 1).close()
                    break
                except OSError as error:
                    if server.poll() is not None or time.monotonic() > deadline:
                        raise RuntimeError(f"nginx does not start: see {self.root}/error.log") from error
                    time.sleep(0.02)
            yield self
