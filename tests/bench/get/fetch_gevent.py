"""Peer: LIST FOLDER JOBS [CA] with gevent, a greenlet and a kept connection a job."""
from gevent import monkey

monkey.patch_all()

import http.client
import os
import ssl
import sys
import urllib.parse

import gevent


def worker(connection, urls, folder):
    for url in urls:
        connection.request("GET", urllib.parse.urlsplit(url).path)
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{url}: {response.status}")
        with open(os.path.join(folder, url.rsplit("/", 1)[1]), "wb") as file:
            file.write(body)
    connection.close()


def main(list_file, folder, jobs, authority=None):
    with open(list_file, encoding="ascii") as lines:
        all_urls = lines.read().split()
    urls = iter(all_urls)
    origin = urllib.parse.urlsplit(all_urls[0])
    context = ssl.create_default_context(cafile=authority) if authority else None

    def connect():
        if context:
            return http.client.HTTPSConnection(origin.hostname, origin.port, context=context)
        return http.client.HTTPConnection(origin.hostname, origin.port)

    gevent.joinall([gevent.spawn(worker, connect(), urls, folder) for _ in range(int(jobs))], raise_error=True)


main(*sys.argv[1:])
