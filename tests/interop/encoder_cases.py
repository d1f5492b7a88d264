"""Cases of avatarkit alone: it can encode PCM to Ogg Opus itself."""

from __future__ import annotations

from functools import partial
from typing import Any, Dict, Iterator

from avatarkit import OggOpusEncoderConfig

from audio_cases import OGG_OPUS_RATES, TEN_FRAMES
from avatarkit_sdk import AVATARKIT
from case import SWIFT, Case
from emulator_process import Emulators
from speech import tone

FRAME_MILLISECONDS = (10, 20, 40, 60)
APPLICATIONS = ("audio", "voip", "restricted_lowdelay")


async def encoded(emulators: Emulators, rate: int = 16000, frame: int = 20,
                  application: str = "audio", chunked: bool = False) -> str:
    """The SDK encodes. The stream that it says it sent goes out once more, in a
    session that does not encode."""
    emulator = await emulators.get(*SWIFT)
    agreed: Dict[str, Any] = dict(sample_rate=rate, audio_format="ogg_opus")
    encoder = OggOpusEncoderConfig(frame_duration_ms=frame, application=application)
    streams: Dict[str, bytes] = {}
    async with AVATARKIT.opened(
        emulator, **agreed, ogg_opus_encoder=encoder, on_encoded_audio=streams.__setitem__
    ) as client:
        audio = tone(1.0, rate)
        request = await (client.send_chunks(audio) if chunked else client.send(audio))
        came = await client.describe_answer(request, after=tone(0.5, rate))
    async with AVATARKIT.opened(emulator, **agreed) as client:
        again = await client.send(streams[request])
        return f"{came}; again {await client.describe_answer(again, after=streams[request])}"


def cases() -> Iterator[Case]:
    def case(what: str, **arguments: Any) -> Case:
        return Case(f"Ogg Opus by the SDK's encoder, {what}",
                    f"{TEN_FRAMES}; again {TEN_FRAMES}", partial(encoded, **arguments))

    for rate in OGG_OPUS_RATES:
        yield case(f"{rate} Hz", rate=rate)
    for frame in FRAME_MILLISECONDS:
        yield case(f"frames of {frame} ms", frame=frame)
    for application in APPLICATIONS:
        yield case(application, application=application)
    yield case("in pieces of 40 ms", chunked=True)
