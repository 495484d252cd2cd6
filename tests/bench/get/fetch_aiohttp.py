"""Peer: LIST FOLDER JOBS [CA] with aiohttp, a worker a connection, the body written in one go."""
import asyncio
import os
import ssl
import sys

import aiohttp


async def worker(session, urls, folder):
    for url in urls:
        async with session.get(url) as response:
            response.raise_for_status()
            body = await response.read()
        with open(os.path.join(folder, url.rsplit("/", 1)[1]), "wb") as file:
            file.write(body)


async def main(list_file, folder, jobs, authority=None):
    with open(list_file, encoding="ascii") as lines:
        urls = iter(lines.read().split())
    context = ssl.create_default_context(cafile=authority) if authority else None
    connector = aiohttp.TCPConnector(limit=int(jobs), ssl=context)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(worker(session, urls, folder) for _ in range(int(jobs))))


asyncio.run(main(*sys.argv[1:]))
