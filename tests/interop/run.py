"""Runs every case with every SDK against the emulator and prints the table.

    run.py PROGRAM     PROGRAM: the avatar-pool binary

Exit code 1 when a case fails.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path
from typing import List

import avatarkit_audio
import avatarkit_errors
import avatarkit_sessions
from case import run_cases
from emulator_process import Emulators
from report import Row, print_table


async def run(program: Path) -> List[Row]:
    emulators = Emulators(program)
    try:
        cases = avatarkit_sessions.CASES + avatarkit_audio.CASES + avatarkit_errors.CASES
        return await run_cases("avatarkit", cases, emulators)
    finally:
        await emulators.stop()


def main() -> int:
    logging.disable(logging.CRITICAL)  # Errors are what many cases are about.
    print("Go SDK: not served by the Go module proxy, so not run\n")
    rows = asyncio.run(run(Path(sys.argv[1])))
    print_table(rows)
    return 0 if all(r.passed for r in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
