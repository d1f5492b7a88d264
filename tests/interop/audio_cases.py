"""Cases: audio up, frames down, and interrupts.

The emulator answers each second of audio with 10 frames, its default.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Iterator

import ogg_opus
from case import SWIFT, Case
from emulator_process import Emulators
from sdk import Client, Sdk
from speech import bytes_of, pieces, tone

PCM_RATES = (8000, 16000, 22050, 24000, 32000, 44100, 48000)
OGG_OPUS_RATES = (8000, 12000, 16000, 24000, 48000)

TEN_FRAMES = "10 frames, end on the last"

# The first frame at once, the others far apart: there is time to interrupt a long
# animation.
SLOW = ("--emulator.first-frame=0", "--emulator.frame-interval=200ms")


async def pcm(sdk: Sdk, rate: int, emulators: Emulators) -> str:
    async with sdk.opened(await emulators.get(*SWIFT), sample_rate=rate) as client:
        request = await client.send(tone(1.0, rate))
        return await client.describe_answer(request, after=tone(0.5, rate))


async def pcm_chunks(sdk: Sdk, emulators: Emulators) -> str:
    async with sdk.opened(await emulators.get(*SWIFT)) as client:
        request = await client.send_chunks(tone(1.0, 16000))
        return await client.describe_answer(request, after=tone(0.5, 16000))


async def ogg_opus_as_it_is(sdk: Sdk, rate: int, piece: int, emulators: Emulators) -> str:
    """A finished stream goes through the SDK untouched, in pieces of so many bytes
    that know nothing of pages; 0: whole."""
    stream = ogg_opus.encode(tone(1.0, rate), rate)
    async with sdk.opened(
        await emulators.get(*SWIFT), sample_rate=rate, audio_format="ogg_opus"
    ) as client:
        for part in pieces(stream, piece or len(stream)):
            await client.session.send_audio(part)
        request = await client.send(b"")
        return await client.describe_answer(request, after=ogg_opus.encode(tone(0.5, rate), rate))


async def interrupt_while_streaming(sdk: Sdk, emulators: Emulators) -> str:
    """Interrupted before its audio has ended, so that the end is the interrupt's."""
    async with sdk.opened(await emulators.get(*SLOW)) as client:
        for piece in pieces(tone(20.0, 16000), bytes_of(1.0, 16000)):
            await client.session.send_audio(piece)
        return await _interrupted_early(client)


async def interrupt_before_frames(sdk: Sdk, emulators: Emulators) -> str:
    """Too little audio for a frame so far: the end is the only one."""
    async with sdk.opened(await emulators.get(*SWIFT)) as client:
        await client.session.send_audio(tone(0.04, 16000))
        return await _interrupted(client)


async def interrupt_while_frames_come(sdk: Sdk, emulators: Emulators) -> str:
    """20 s of audio would be 200 frames in 40 s; the end comes after a few."""
    async with sdk.opened(await emulators.get(*SLOW)) as client:
        request = await client.send(tone(20.0, 16000))
        await client.until(lambda: len(client.of(request)) > 2)
        return await _interrupted_early(client)


async def interrupt_after_the_end(sdk: Sdk, emulators: Emulators) -> str:
    """Too late to change anything."""
    async with sdk.opened(await emulators.get(*SWIFT)) as client:
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


async def _interrupted_early(client: Client) -> str:
    """The same of a request that would be 200 frames, of which few may come."""
    came = await _interrupted(client)
    frames, where = came.split(" ", 1)[0], came[came.index(",") :]
    return ("few frames" if int(frames) < 100 else came) + where


def cases(sdk: Sdk) -> Iterator[Case]:
    def case(name: str, expected: str, run: Any, *arguments: Any) -> Case:
        return Case(name, expected, partial(run, sdk, *arguments))

    for rate in PCM_RATES:
        yield case(f"PCM at {rate} Hz", TEN_FRAMES, pcm, rate)
    yield case("PCM in pieces of 40 ms", TEN_FRAMES, pcm_chunks)
    for rate in OGG_OPUS_RATES:
        yield case(f"Ogg Opus as it is, {rate} Hz", TEN_FRAMES, ogg_opus_as_it_is, rate, 0)
    yield case("Ogg Opus as it is, in pieces of 100 bytes", TEN_FRAMES,
               ogg_opus_as_it_is, 24000, 100)

    then = "; then 5 frames, end on the last"
    yield case("interrupt while audio goes up", f"few frames, end on the last{then}",
               interrupt_while_streaming)
    yield case("interrupt before the first frame", f"1 frame, end on the last{then}",
               interrupt_before_frames)
    yield case("interrupt while frames come", f"few frames, end on the last{then}",
               interrupt_while_frames_come)
    yield case("interrupt after the end", f"10 frames, end on the last{then}",
               interrupt_after_the_end)
