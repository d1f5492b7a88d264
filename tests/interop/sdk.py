"""What the cases see of an SDK: sessions to open, the same for every SDK. Each has
a module of its own that makes them: avatarkit_sdk.py, spatialreal_sdk.py."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any, AsyncContextManager, AsyncIterator, Awaitable, Callable

from listener import Listener
from speech import bytes_of, pieces

CHUNK_SECONDS = 0.04


class Client(Listener):
    """One session, open or to be opened, and what it is told.

    `session` is the SDK's own object, with init, start, send_audio, interrupt,
    close and config.
    """

    session: Any
    connection_id = ""

    async def open(self) -> str:
        """Token, upgrade and handshake; gives the connection id."""
        await self.session.init()
        self.connection_id = await self.session.start()
        return self.connection_id

    async def send(self, audio: bytes) -> str:
        """All the audio of a request in one message; gives its id."""
        return await self.session.send_audio(audio, end=True)

    async def send_chunks(self, pcm: bytes) -> str:
        """The audio of a request in pieces of 40 ms, then an empty last one."""
        for piece in pieces(pcm, bytes_of(CHUNK_SECONDS, self.session.config.sample_rate)):
            await self.session.send_audio(piece)
        return await self.session.send_audio(b"", end=True)

    async def describe_answer(self, request_id: str, after: bytes) -> str:
        """Waits for the end of a request, then for that of one more with the audio
        `after`, so that frames too many would have come; describes the frames of
        the first, and says so if any belong to no request or another session."""
        await self.request_ends(request_id)
        another = await self.send(after)
        await self.request_ends(another)
        strays = [
            f
            for f in self.frames
            if f.request_id not in (request_id, another) or f.connection_id != self.connection_id
        ]
        return self.describe(request_id) + (f", {len(strays)} strays" if strays else "")


@dataclass(frozen=True)
class Sdk:
    """`client(emulator, **options)` makes a session that is not open yet and closes
    it in the end. The options are those of the SDK's new_avatar_session, which
    the SDKs share; what they leave out is what the emulator printed. `livekit`
    and `agora` are the SDK's egress settings."""

    name: str
    client: Callable[..., AsyncContextManager[Client]]
    livekit: Callable[..., Any]
    agora: Callable[..., Any]

    @contextlib.asynccontextmanager
    async def opened(self, *emulator: Any, **options: Any) -> AsyncIterator[Client]:
        """An open session."""
        async with self.client(*emulator, **options) as client:
            await client.open()
            yield client


def describe(error: Exception) -> str:
    """`CODE in PHASE`, with what the service said of it in numbers. Of an error that
    is not the SDK's own: its type and text."""
    code, phase = getattr(error, "code", None), getattr(error, "phase", None)
    if code is None or phase is None:
        return f"{type(error).__name__}: {error}"
    status, server_code = getattr(error, "http_status"), getattr(error, "server_code")
    text = f"{code.value} in {phase}"
    if status is not None:
        return f"{text}, HTTP {status}"
    return text + (f", server code {server_code}" if server_code else "")


async def refusal(attempt: Awaitable[Any]) -> str:
    """Describes the error of an attempt that must fail."""
    try:
        await attempt
    except Exception as e:
        return describe(e)
    return "no error"
