"""A TCP relay that keeps what the client sends.

It stands between an SDK and the emulator and passes every byte on as it is, both
ways. What it kept is read afterwards, by wire_reader.py.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import AsyncIterator, List

READ_SIZE = 64 * 1024


class Relay:
    """One listening socket on loopback, and the bytes of each client that came."""

    def __init__(self, target_port: int):
        self._target_port = target_port
        self._tasks: List[asyncio.Task] = []
        self.port = 0
        self.sent: List[bytearray] = []  # By the clients, in the order of their coming.

    async def finished(self) -> None:
        """Waits until every client and the emulator have ended their connections."""
        while self._tasks:
            await self._tasks.pop()

    async def _on_client(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.append(task)
        kept = bytearray()
        self.sent.append(kept)
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        await asyncio.gather(_pass_on(reader, to_writer, kept), _pass_on(to_reader, writer, None))
        writer.close()
        to_writer.close()


@contextlib.asynccontextmanager
async def relaying_to(port: int) -> AsyncIterator[Relay]:
    """A relay to that loopback port, on a free port of its own."""
    relay = Relay(port)
    server = await asyncio.start_server(relay._on_client, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()


async def _pass_on(
    source: asyncio.StreamReader, to: asyncio.StreamWriter, kept: bytearray | None
) -> None:
    """Until the source ends its side; then the other side learns of it."""
    try:
        while data := await source.read(READ_SIZE):
            if kept is not None:
                kept += data
            to.write(data)
            await to.drain()
        if to.can_write_eof():
            to.write_eof()
    except ConnectionError:
        to.close()
