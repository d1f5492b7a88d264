"""PCM into a finished Ogg Opus stream (RFC 7845), for the cases in which the
client has encoded its audio before it meets an SDK."""

from __future__ import annotations

import struct
from typing import Iterator, List, Tuple

import opuslib

FRAME_SECONDS = 0.02
GRANULE_RATE = 48000  # Opus counts positions at 48 kHz whatever was encoded.
PRE_SKIP = 312  # samples at 48 kHz
BEGIN, END = 2, 4  # page flags
SERIAL = 0x61766174  # The same each time: equal audio gives equal bytes.
VENDOR = b"avatar-pool interop"


def encode(pcm: bytes, rate: int) -> bytes:
    """Mono 16-bit PCM at `rate` Hz as one stream, one packet a page."""
    packets = list(_packets(pcm, rate))
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, PRE_SKIP, rate, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", len(VENDOR)) + VENDOR + struct.pack("<I", 0)
    pages: List[Tuple[bytes, int, int]] = [(head, 0, BEGIN), (tags, 0, 0)]
    for number, (packet, position) in enumerate(packets, start=1):
        pages.append((packet, position, END if number == len(packets) else 0))
    return b"".join(_page(n, *page) for n, page in enumerate(pages))


def _packets(pcm: bytes, rate: int) -> Iterator[Tuple[bytes, int]]:
    """Opus packets, each with the granule position at its end."""
    encoder = opuslib.Encoder(rate, 1, "audio")
    samples = round(rate * FRAME_SECONDS)
    for at in range(0, len(pcm), samples * 2):
        frame = pcm[at : at + samples * 2]
        heard = (at + len(frame)) // 2  # Samples of the input, the padding not among them.
        packet = encoder.encode(frame.ljust(samples * 2, b"\0"), samples)
        yield packet, PRE_SKIP + heard * GRANULE_RATE // rate


def _page(number: int, packet: bytes, position: int, flags: int) -> bytes:
    lacing = b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])
    before = b"OggS" + struct.pack("<BBqII", 0, flags, position, SERIAL, number)
    after = bytes([len(lacing)]) + lacing + packet
    return before + struct.pack("<I", _checksum(before + bytes(4) + after)) + after


def _checksum(page: bytes) -> int:
    """Ogg's own CRC-32: polynomial 0x04c11db7, not reflected, starting at 0."""
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7) if value & 0x80000000 else value << 1
        value &= 0xFFFFFFFF
    return value
