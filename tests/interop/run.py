"""Runs every case with every SDK against the emulator and prints the table.

    run.py PROGRAM     PROGRAM: the avatar-pool binary

Exit code 1 when a case fails.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path
from typing import Iterator, List, Tuple

import audio_cases
import encoder_cases
import error_cases
import scenario_cases
import session_cases
from avatarkit_sdk import AVATARKIT
from case import Case, run_cases
from emulator_process import Emulators
from report import Row, print_table
from sdk import Sdk

# What the SDK spatialreal asks for.
SUCCESSOR_PYTHON = (3, 10)


def cases_of_all() -> Iterator[Tuple[Sdk, List[Case]]]:
    """Every SDK that can be had, with its cases."""
    yield AVATARKIT, [*shared_cases(AVATARKIT), *encoder_cases.cases()]
    if sys.version_info < SUCCESSOR_PYTHON:
        print("spatialreal: needs Python 3.10, so not run\n")
        return
    import successor_cases
    from spatialreal_sdk import SPATIALREAL

    yield SPATIALREAL, [*shared_cases(SPATIALREAL), *successor_cases.cases()]


def shared_cases(sdk: Sdk) -> Iterator[Case]:
    for module in (session_cases, audio_cases, error_cases, scenario_cases):
        yield from module.cases(sdk)


async def run(program: Path) -> List[Row]:
    rows: List[Row] = []
    emulators = Emulators(program)
    try:
        for sdk, cases in cases_of_all():
            rows += await run_cases(sdk.name, cases, emulators)
    finally:
        await emulators.stop()
    return rows


def main() -> int:
    print("Go SDK: not served by the Go module proxy, so not run\n")
    logging.disable(logging.CRITICAL)  # Errors are what many cases are about.
    rows = asyncio.run(run(Path(sys.argv[1])))
    print_table(rows)
    return 0 if all(r.passed for r in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
