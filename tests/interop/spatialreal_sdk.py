"""Sessions of the PyPI package spatialreal, the successor of avatarkit. Its console
has another route and field name: a console of our own stands in between."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta, timezone
from typing import Any, AsyncIterator

from spatialreal import (
    AgoraEgressConfig,
    LiveKitEgressConfig,
    PlaybackSignal,
    new_avatar_session,
)

from console_stand_in import console_of_successor
from emulator_process import EmulatorProcess
from listener import Frame
from sdk import Client, Sdk


class SpatialrealClient(Client):
    def __init__(self, emulator: EmulatorProcess, console: str, **options: Any):
        super().__init__()
        usual = dict(
            avatar_id=emulator.avatar_id,
            api_key=emulator.api_key,
            app_id=emulator.app_id,
            console_endpoint_url=console,
            ingress_endpoint_url=emulator.ingress_endpoint,
            expire_at=datetime.now(timezone.utc) + timedelta(minutes=5),
            on_playback=self._on_playback,
            on_error=self.on_error,
            on_close=self.on_close,
        )
        self.session = new_avatar_session(**{**usual, **options})

    def _on_playback(self, signal: PlaybackSignal) -> None:
        self.on_frame(
            Frame(signal.connection_id, signal.req_id, signal.end, signal.has_animation)
        )


@contextlib.asynccontextmanager
async def _client(emulator: EmulatorProcess, **options: Any) -> AsyncIterator[Client]:
    async with console_of_successor(emulator) as console:
        client = SpatialrealClient(emulator, console, **options)
        try:
            yield client
        finally:
            await client.session.close()


SPATIALREAL = Sdk("spatialreal", _client, LiveKitEgressConfig, AgoraEgressConfig)
