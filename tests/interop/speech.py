"""Audio for the cases. It need not be speech: the emulator measures it only."""

from __future__ import annotations

import math
import struct
from typing import Iterator

AMPLITUDE = 8000
TONE = 440.0  # Hz


def tone(seconds: float, rate: int) -> bytes:
    """A tone as mono signed 16-bit little-endian PCM at `rate` Hz."""
    step = 2 * math.pi * TONE / rate
    samples = (int(AMPLITUDE * math.sin(i * step)) for i in range(round(seconds * rate)))
    return b"".join(struct.pack("<h", s) for s in samples)


def ramp(seconds: float, rate: int) -> bytes:
    """A rising ramp in the same format: every sample differs from the one before,
    so a byte that is lost or moved shows."""
    return b"".join(struct.pack("<h", i % 32768) for i in range(round(seconds * rate)))


def pieces(audio: bytes, size: int) -> Iterator[bytes]:
    """The audio in pieces of `size` bytes; the last may be shorter."""
    return (audio[at : at + size] for at in range(0, len(audio), size))


def bytes_of(seconds: float, rate: int) -> int:
    """How many bytes of PCM play that long."""
    return round(seconds * rate) * 2
