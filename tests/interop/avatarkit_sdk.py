"""Sessions of the PyPI package avatarkit."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta, timezone
from typing import Any, AsyncIterator

from avatarkit import AgoraEgressConfig, LiveKitEgressConfig, new_avatar_session
from avatarkit.proto.generated import message_pb2

from emulator_process import EmulatorProcess
from listener import Frame
from sdk import Client, Sdk


class AvatarkitClient(Client):
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

    def _on_bytes(self, frame: bytes, is_last: bool) -> None:
        animation = message_pb2.Message.FromString(frame).server_response_animation
        self.on_frame(Frame(animation.connection_id, animation.req_id, is_last))


@contextlib.asynccontextmanager
async def _client(emulator: EmulatorProcess, **options: Any) -> AsyncIterator[Client]:
    client = AvatarkitClient(emulator, **options)
    try:
        yield client
    finally:
        await client.session.close()


AVATARKIT = Sdk("avatarkit", _client, LiveKitEgressConfig, AgoraEgressConfig)
