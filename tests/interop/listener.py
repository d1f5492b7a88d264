"""What an SDK's callbacks say of one session, and waiting for it.

The same for every SDK: each has its own client module that feeds a Listener.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Callable, List


@dataclass(frozen=True)
class Frame:
    """One animation frame, as the SDK handed it on."""

    connection_id: str
    request_id: str
    end: bool
    has_animation: bool = True  # As far as the SDK tells.


class Listener:
    """Collects frames, errors and the end of a session; all on the event loop."""

    def __init__(self) -> None:
        self.frames: List[Frame] = []
        self.errors: List[Exception] = []
        self.closed = False
        self._changed = asyncio.Event()

    def on_frame(self, frame: Frame) -> None:
        self.frames.append(frame)
        self._changed.set()

    def on_error(self, error: Exception) -> None:
        self.errors.append(error)
        self._changed.set()

    def on_close(self) -> None:
        self.closed = True
        self._changed.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Waits until that holds; for as long as the case may take."""
        while not holds():
            self._changed.clear()
            await self._changed.wait()

    async def request_ends(self, request_id: str) -> None:
        """Waits for the frame that ends a request. Raises the error that ends the
        session instead, if one does."""
        await self.until(lambda: self.closed or bool(self.errors) or self.has_ended(request_id))
        if not self.has_ended(request_id):
            raise self.errors[0] if self.errors else ConnectionError("closed before the end")

    async def ends(self) -> None:
        """Waits for the end of the session."""
        await self.until(lambda: self.closed)

    def has_ended(self, request_id: str) -> bool:
        return any(f.end for f in self.of(request_id))

    def of(self, request_id: str) -> List[Frame]:
        return [f for f in self.frames if f.request_id == request_id]

    def describe(self, request_id: str) -> str:
        """The frames of a request: `10 frames, end on the last` when all is well."""
        ends = [f.end for f in self.of(request_id)]
        if True not in ends:
            where = "no end"
        elif ends.index(True) == len(ends) - 1:
            where = "end on the last"
        else:
            where = f"end on number {ends.index(True) + 1}"
        return f"{len(ends)} {'frame' if len(ends) == 1 else 'frames'}, {where}"
