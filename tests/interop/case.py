"""A case: what is done with an SDK, and what must come of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Awaitable, Callable, Iterable, List

from emulator_process import Emulators
from report import Row

LIMIT = 20.0  # seconds a case may take

# Emulator options that suit most cases: frames soon and close together, so that a
# case takes no longer than it must.
SWIFT = ("--emulator.first-frame=0.01", "--emulator.frame-interval=5ms")


@dataclass(frozen=True)
class Case:
    """`run` gives what came, in words that are equal to `expected` when all is
    well. It waits as long as it likes: the case has its limit."""

    name: str
    expected: str
    run: Callable[[Emulators], Awaitable[str]]


async def run_cases(sdk: str, cases: Iterable[Case], emulators: Emulators) -> List[Row]:
    """Runs them one after another. A case that fails does not keep the others
    from running."""
    return [Row(sdk, c.name, c.expected, await _outcome(c, emulators)) for c in cases]


async def _outcome(case: Case, emulators: Emulators) -> str:
    try:
        return await asyncio.wait_for(case.run(emulators), LIMIT)
    except asyncio.TimeoutError:
        return f"not done within {LIMIT:g} s"
    except Exception as e:  # The table shows it: the other cases go on.
        return f"{type(e).__name__}: {e}"
