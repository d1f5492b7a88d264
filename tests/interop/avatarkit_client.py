"""A session of the PyPI package avatarkit on one emulator."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta, timezone
from typing import Any, AsyncIterator, Awaitable

from avatarkit import AvatarSDKError, new_avatar_session
from avatarkit.proto.generated import message_pb2

from emulator_process import EmulatorProcess
from listener import Frame, Listener
from speech import bytes_of, pieces

CHUNK_SECONDS = 0.04


class Client(Listener):
    """One session and what it is told.

    `options` are those of avatarkit's new_avatar_session; what they leave out is
    what the emulator printed.
    """

    def __init__(self, emulator: EmulatorProcess, **options: Any):
        super().__init__()
        usual = dict(
            avatar_id=emulator.avatar_id,
            api_key=emulator.api_key,
            app_id=emulator.app_id,
            console_endpoint_url=emulator.console_endpoint,
            ingress_endpoint_url=emulator.ingress_endpoint,
            expire_at=datetime.now(timezone.utc) + timedelta(minutes=5),
            transport_frames=self._on_bytes,
            on_error=self.on_error,
            on_close=self.on_close,
        )
        self.session = new_avatar_session(**{**usual, **options})
        self.connection_id = ""

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

    async def settle(self, request_id: str, after: bytes) -> str:
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

    def _on_bytes(self, frame: bytes, is_last: bool) -> None:
        envelope = message_pb2.Message.FromString(frame)
        animation = envelope.server_response_animation
        self.on_frame(Frame(animation.connection_id, animation.req_id, is_last))


@contextlib.asynccontextmanager
async def opened(emulator: EmulatorProcess, **options: Any) -> AsyncIterator[Client]:
    """An open session, closed afterwards."""
    client = Client(emulator, **options)
    await client.open()
    try:
        yield client
    finally:
        await client.session.close()


def describe(error: Exception) -> str:
    """`CODE in PHASE`, with what the service said of it in numbers."""
    if not isinstance(error, AvatarSDKError):
        return f"{type(error).__name__}: {error}"
    text = f"{error.code.value} in {error.phase}"
    if error.http_status is not None:
        return f"{text}, HTTP {error.http_status}"
    return text + (f", server code {error.server_code}" if error.server_code else "")


async def refusal(attempt: Awaitable[Any]) -> str:
    """Describes the AvatarSDKError of an attempt that must fail."""
    try:
        await attempt
    except AvatarSDKError as e:
        return describe(e)
    return "no error"
