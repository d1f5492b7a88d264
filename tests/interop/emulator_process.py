"""The emulator as the process it is for its users: started on a free port, known
by the lines it prints, ended by its process id."""

from __future__ import annotations

import asyncio
import contextlib
import re
from pathlib import Path
from typing import AsyncIterator, Dict, Tuple

START_LIMIT = 15.0  # seconds, for the emulator to say where it listens
END_LIMIT = 10.0  # seconds, from the signal to the end of the process
EXPORTED = 5  # lines of `export NAME="value"`
EXPORT_LINE = re.compile(r'export (\w+)="(.*)"\n')


class EmulatorProcess:
    """One running emulator, and what a client needs to open sessions on it.

    Made by `start`; whoever starts it calls `stop` or `kill`.
    """

    def __init__(self, process: asyncio.subprocess.Process, exported: Dict[str, str]):
        self._process = process
        self.api_key = exported["AVATAR_API_KEY"]
        self.app_id = exported["AVATAR_APP_ID"]
        self.avatar_id = exported["AVATAR_SESSION_AVATAR_ID"]
        self.console_endpoint = exported["AVATAR_CONSOLE_ENDPOINT"]
        self.ingress_endpoint = exported["AVATAR_INGRESS_ENDPOINT"]

    @classmethod
    async def start(cls, program: Path, *options: str) -> EmulatorProcess:
        """Runs `program emulator` with these options on a free loopback port.

        Raises RuntimeError when it does not say where it listens."""
        process = await asyncio.create_subprocess_exec(
            str(program), "emulator", "--emulator.port=0", *options,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )
        try:
            exported = await asyncio.wait_for(_read_exports(process), START_LIMIT)
            return cls(process, exported)
        except BaseException:
            await _end(process, kill=True)
            raise

    @property
    def port(self) -> int:
        return int(self.console_endpoint.split("/")[2].rsplit(":", 1)[1])

    async def stop(self) -> None:
        """Asks it to end, as Ctrl-C does: sessions are closed with code 1001."""
        await _end(self._process, kill=False)

    async def kill(self) -> None:
        """Ends it without a word to its clients."""
        await _end(self._process, kill=True)


class Emulators:
    """Emulators shared by the cases: one process for each set of options, ended
    together by `stop`."""

    def __init__(self, program: Path):
        self._program = program
        self._running: Dict[Tuple[str, ...], EmulatorProcess] = {}

    async def get(self, *options: str) -> EmulatorProcess:
        if options not in self._running:
            self._running[options] = await EmulatorProcess.start(self._program, *options)
        return self._running[options]

    @contextlib.asynccontextmanager
    async def own(self, *options: str) -> AsyncIterator[EmulatorProcess]:
        """One for a case that ends it or wears it out."""
        emulator = await EmulatorProcess.start(self._program, *options)
        try:
            yield emulator
        finally:
            await emulator.kill()

    async def stop(self) -> None:
        """Raises RuntimeError when one does not end when asked; it is killed then."""
        ends = [emulator.stop() for emulator in self._running.values()]
        self._running.clear()
        for result in await asyncio.gather(*ends, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result


async def _read_exports(process: asyncio.subprocess.Process) -> Dict[str, str]:
    assert process.stdout and process.stderr
    exported: Dict[str, str] = {}
    while len(exported) < EXPORTED:
        line = (await process.stdout.readline()).decode()
        found = EXPORT_LINE.fullmatch(line)
        if not found:
            said = (line.encode() + await process.stderr.read()).decode(errors="replace")
            raise RuntimeError(f"the emulator did not start: {said.strip()}")
        exported[found[1]] = found[2]
    return exported


async def _end(process: asyncio.subprocess.Process, kill: bool) -> None:
    if process.returncode is None:
        (process.kill if kill else process.terminate)()
    try:
        # Reads what is left on its pipes too, so that it cannot hang on a full one.
        await asyncio.wait_for(process.communicate(), END_LIMIT)
    except asyncio.TimeoutError:
        process.kill()
        await process.wait()
        raise RuntimeError(f"the emulator did not end within {END_LIMIT} s") from None
