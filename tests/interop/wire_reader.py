"""Reads the bytes of a client: one HTTP request, and the WebSocket frames that
follow an upgrade (RFC 9112; RFC 6455, section 5.2). Understands what the SDKs
send, refuses the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Tuple

CLOSE = 8  # opcode


@dataclass(frozen=True)
class Request:
    """The head of an HTTP request, and all bytes after it."""

    method: str
    target: str
    headers: List[Tuple[str, str]]  # In the order they came.
    rest: bytes

    @property
    def is_upgrade(self) -> bool:
        return "websocket" in [v.lower() for n, v in self.headers if n.lower() == "upgrade"]


@dataclass(frozen=True)
class ClientFrame:
    """A WebSocket frame with its payload unmasked."""

    opcode: int
    payload: bytes

    @property
    def close_code(self) -> int:
        """Of a close frame; 1005 when it has none, as the RFC calls that."""
        return int.from_bytes(self.payload[:2], "big") if self.payload else 1005


def read_request(sent: bytes) -> Request:
    head, separator, rest = bytes(sent).partition(b"\r\n\r\n")
    if not separator:
        raise ValueError("the head of the request is not complete")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    if version != "HTTP/1.1":
        raise ValueError(f"expected HTTP/1.1, not {version}")
    headers = []
    for line in lines:
        name, _, value = line.partition(":")
        headers.append((name, value.strip()))
    return Request(method, target, headers, rest)


def read_frames(sent: bytes) -> List[ClientFrame]:
    """All frames, to the last byte."""
    frames = []
    while sent:
        frame, sent = _read_frame(sent)
        frames.append(frame)
    return frames


def _read_frame(sent: bytes) -> Tuple[ClientFrame, bytes]:
    first, second = sent[0], sent[1]
    if first & 0xF0 != 0x80:
        raise ValueError("a frame that is only a part of its message, or extended")
    if not second & 0x80:
        raise ValueError("a client's frame without a mask")
    size, at = second & 0x7F, 2
    if size >= 126:
        width = 2 if size == 126 else 8
        size, at = int.from_bytes(sent[at : at + width], "big"), at + width
    mask, at = sent[at : at + 4], at + 4
    if len(sent) < at + size:
        raise ValueError("a frame that is cut off")
    payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(sent[at : at + size]))
    return ClientFrame(first & 0x0F, payload), sent[at + size :]
