"""Cases of spatialreal alone: what it tells its callers beyond avatarkit."""

from __future__ import annotations

from typing import Iterator

from case import SWIFT, Case
from emulator_process import Emulators
from speech import tone
from spatialreal_sdk import SPATIALREAL


async def animation_in_frames(emulators: Emulators) -> str:
    """The SDK looks into a frame far enough to say whether it carries animation."""
    async with SPATIALREAL.opened(await emulators.get(*SWIFT)) as client:
        request = await client.send(tone(1.0, 16000))
        await client.request_ends(request)
        frames = client.of(request)
        return f"{sum(f.has_animation for f in frames)} of {len(frames)} frames"


def cases() -> Iterator[Case]:
    yield Case("frames carry animation", "10 of 10 frames", animation_in_frames)
