"""Cases of avatarkit: audio up, frames down, and interrupts.

The emulator answers each second of audio with 10 frames, its default.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Dict, Iterator

from avatarkit import AudioFormat, OggOpusEncoderConfig

import ogg_opus
from avatarkit_client import Client, opened
from case import SWIFT, Case
from emulator_process import Emulators
from speech import bytes_of, pieces, tone

PCM_RATES = (8000, 16000, 22050, 24000, 32000, 44100, 48000)
OGG_OPUS_RATES = (8000, 12000, 16000, 24000, 48000)
FRAME_MILLISECONDS = (10, 20, 40, 60)
APPLICATIONS = ("audio", "voip", "restricted_lowdelay")

TEN_FRAMES = "10 frames, end on the last"
TWICE = f"{TEN_FRAMES}; again {TEN_FRAMES}"

# Frames far apart: there is time to interrupt a long animation.
SLOW = ("--emulator.first-frame=0", "--emulator.frame-interval=200ms")


async def pcm(rate: int, emulators: Emulators) -> str:
    async with opened(await emulators.get(*SWIFT), sample_rate=rate) as client:
        request = await client.send(tone(1.0, rate))
        return await client.settle(request, after=tone(0.5, rate))


async def chunks(emulators: Emulators) -> str:
    async with opened(await emulators.get(*SWIFT)) as client:
        request = await client.send_chunks(tone(1.0, 16000))
        return await client.settle(request, after=tone(0.5, 16000))


async def encoded_by_sdk(
    rate: int, frame: int, application: str, chunked: bool, emulators: Emulators
) -> str:
    """The SDK encodes. The stream that it says it sent goes out once more, in a
    session that does not encode."""
    emulator = await emulators.get(*SWIFT)
    agreed = dict(sample_rate=rate, audio_format=AudioFormat.OGG_OPUS)
    encoder = OggOpusEncoderConfig(frame_duration_ms=frame, application=application)
    streams: Dict[str, bytes] = {}
    async with opened(
        emulator, **agreed, ogg_opus_encoder=encoder, on_encoded_audio=streams.__setitem__
    ) as client:
        audio = tone(1.0, rate)
        request = await (client.send_chunks(audio) if chunked else client.send(audio))
        came = await client.settle(request, after=tone(0.5, rate))
    async with opened(emulator, **agreed) as client:
        again = await client.send(streams[request])
        return f"{came}; again {await client.settle(again, after=streams[request])}"


async def encoded_before(rate: int, piece: int, emulators: Emulators) -> str:
    """A finished stream goes through the SDK as it is, whole or in pieces that
    know nothing of pages."""
    stream = ogg_opus.encode(tone(1.0, rate), rate)
    async with opened(
        await emulators.get(*SWIFT), sample_rate=rate, audio_format=AudioFormat.OGG_OPUS
    ) as client:
        for part in pieces(stream, piece or len(stream)):
            await client.session.send_audio(part)
        request = await client.session.send_audio(b"", end=True)
        return await client.settle(request, after=ogg_opus.encode(tone(0.5, rate), rate))


async def interrupt_while_streaming(emulators: Emulators) -> str:
    """Interrupted before its audio has ended: one frame with the end."""
    async with opened(await emulators.get(*SWIFT)) as client:
        for piece in pieces(tone(0.4, 16000), bytes_of(0.04, 16000)):
            await client.session.send_audio(piece)
        return await _interrupted(client)


async def interrupt_while_frames_come(emulators: Emulators) -> str:
    """20 s of audio would be 200 frames in 40 s; the end comes after a few."""
    async with opened(await emulators.get(*SLOW)) as client:
        request = await client.send(tone(20.0, 16000))
        await client.until(lambda: len(client.of(request)) > 2)
        came = await _interrupted(client)
        few = len(client.of(request)) < 100
        return ("few" if few else "too many") + came[came.index(" frames") :]


async def interrupt_after_the_end(emulators: Emulators) -> str:
    """Too late to change anything."""
    async with opened(await emulators.get(*SWIFT)) as client:
        request = await client.send(tone(1.0, 16000))
        await client.request_ends(request)
        return await _interrupted(client)


async def _interrupted(client: Client) -> str:
    """Interrupts the latest request, then has the session do another; describes
    the frames of both."""
    request = await client.session.interrupt()
    await client.request_ends(request)
    following = await client.send(tone(0.5, 16000))
    await client.request_ends(following)
    if client.errors:
        raise client.errors[0]
    return f"{client.describe(request)}; then {client.describe(following)}"


def _cases() -> Iterator[Case]:
    def case(name: str, expected: str, run: Any, *arguments: Any) -> Case:
        return Case(name, expected, partial(run, *arguments))

    for rate in PCM_RATES:
        yield case(f"PCM at {rate} Hz", TEN_FRAMES, pcm, rate)
    yield case("PCM in pieces of 40 ms", TEN_FRAMES, chunks)
    for rate in OGG_OPUS_RATES:
        yield case(f"Ogg Opus encoded by the SDK, {rate} Hz", TWICE,
                   encoded_by_sdk, rate, 20, "audio", False)
    for frame in FRAME_MILLISECONDS:
        yield case(f"Ogg Opus encoded by the SDK, frames of {frame} ms", TWICE,
                   encoded_by_sdk, 16000, frame, "audio", False)
    for application in APPLICATIONS:
        yield case(f"Ogg Opus encoded by the SDK, {application}", TWICE,
                   encoded_by_sdk, 24000, 20, application, False)
    yield case("Ogg Opus encoded by the SDK, in pieces of 40 ms", TWICE,
               encoded_by_sdk, 16000, 20, "audio", True)
    for rate in OGG_OPUS_RATES:
        yield case(f"Ogg Opus encoded before, {rate} Hz", TEN_FRAMES, encoded_before, rate, 0)
    yield case("Ogg Opus encoded before, in pieces of 100 bytes", TEN_FRAMES,
               encoded_before, 24000, 100)
    yield case("interrupt while audio goes up",
               "1 frame, end on the last; then 5 frames, end on the last",
               interrupt_while_streaming)
    yield case("interrupt while frames come",
               "few frames, end on the last; then 5 frames, end on the last",
               interrupt_while_frames_come)
    yield case("interrupt after the end",
               "10 frames, end on the last; then 5 frames, end on the last",
               interrupt_after_the_end)


CASES = list(_cases())
