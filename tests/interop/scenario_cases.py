"""Cases: every error of the table, provoked by the scenario that comes with the
emulator, and what else can go wrong on the wire (scenarios.json)."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Iterator

from case import SWIFT, Case
from emulator_process import EmulatorProcess, Emulators
from error_cases import close_after_limit
from sdk import Client, Sdk, describe, refusal
from speech import tone

HERE = Path(__file__).parent
EVERY_ERROR = HERE.parents[1] / "emulator" / "scenarios" / "every-error.json"
OURS = HERE / "scenarios.json"
CLIP = tone(1.0, 16000)


async def never_opens(sdk: Sdk, scenario: Path, options: Any, emulators: Emulators) -> str:
    async with sdk.client(await _emulator(emulators, scenario), **options) as client:
        return await refusal(client.open())


async def ends(sdk: Sdk, scenario: Path, avatar: str, emulators: Emulators) -> str:
    """A request ends with its session."""
    emulator = await _emulator(emulators, scenario)
    async with sdk.opened(emulator, avatar_id=avatar) as client:
        request = await client.send(CLIP)
        await client.ends()
        return f"{_errors(client, request)}; {client.describe(request)}; closed"


async def fails_alone(sdk: Sdk, avatar: str, emulators: Emulators) -> str:
    """A request fails; the session goes on: the next fails by itself."""
    emulator = await _emulator(emulators, EVERY_ERROR)
    async with sdk.opened(emulator, avatar_id=avatar) as client:
        said = []
        for _ in range(2):
            request = await client.send(CLIP)
            await client.until(lambda: bool(client.errors) or client.closed)
            said.append(f"{_errors(client, request)}; {client.describe(request)}")
            client.errors.clear()
        return said[0] if said[0] == said[1] and not client.closed else " / ".join(said)


async def says(sdk: Sdk, avatar: str, emulators: Emulators) -> str:
    """The service sends what is no message, and is silent then."""
    emulator = await _emulator(emulators, EVERY_ERROR)
    async with sdk.opened(emulator, avatar_id=avatar) as client:
        request = await client.send(CLIP)
        await client.until(lambda: bool(client.errors) or client.closed)
        return f"{_errors(client, request)}; {client.describe(request)}"


async def _emulator(emulators: Emulators, scenario: Path) -> EmulatorProcess:
    return await emulators.get(*SWIFT, f"--emulator.scenario={scenario}")


def _errors(client: Client, request: str) -> str:
    """What the SDK said, each with `named` when it is of the request alone."""

    def say(error: Exception) -> str:
        named = getattr(error, "req_id", None) == request
        return describe(error) + (", named" if named else "")

    return ", ".join(map(say, client.errors)) or "no error"


def cases(sdk: Sdk) -> Iterator[Case]:
    """Where codes are `A/B`, A is avatarkit's and B its successor's, which knows
    an upgrade's refusal by its status and a server's error by close codes."""

    def case(name: str, codes: str, where: str, run: Any, *arguments: Any) -> Case:
        usual, _, successors = codes.partition("/")
        code = usual if sdk.name == "avatarkit" else successors or usual
        return Case(f"scenario: {name}", f"{code} in {where}", partial(run, sdk, *arguments))

    for key, codes, status in (("unknown", "unknown/invalidRequest", 200),
                               ("serverError", "serverError", 500)):
        yield case(f"API key {key}", codes, f"session_token, HTTP {status}",
                   never_opens, EVERY_ERROR, {"api_key": key})

    failed = "connectionFailed"
    for avatar, successors, status in (("sessionTokenExpired", "sessionTokenInvalid", 401),
                                       ("sessionTokenInvalid", failed, 400),
                                       ("appIDUnrecognized", failed, 404),
                                       ("appIDMismatch", failed, 400),
                                       ("avatarNotFound", failed, 404),
                                       ("billingRequired", failed, 402),
                                       ("serverError-upgrade", failed, 503)):
        yield case(avatar, f"{avatar.partition('-')[0]}/{successors}",
                   f"websocket_connect, HTTP {status}",
                   never_opens, EVERY_ERROR, {"avatar_id": avatar})

    for avatar, successors, server_code in (("creditsExhausted", "creditsExhausted", 4001),
                                            ("unsupportedSampleRate", "serverError", 2),
                                            ("invalidEgressConfig", "serverError", 16),
                                            ("egressUnavailable", "serverError", 14)):
        yield case(avatar, f"{avatar}/{successors}",
                   f"websocket_handshake, server code {server_code}",
                   never_opens, EVERY_ERROR, {"avatar_id": avatar})

    for avatar in ("protocolError", "protocolError-garbage", "protocolError-empty-id",
                   "protocolError-unexpected"):
        yield case(avatar, "protocolError", "websocket_handshake",
                   never_opens, EVERY_ERROR, {"avatar_id": avatar})
    for avatar in ("handshake-close", "handshake-cut"):
        yield case(avatar, "connectionClosed", "websocket_handshake",
                   never_opens, OURS, {"avatar_id": avatar})

    runtime = "websocket_runtime"
    one, none = "1 frame, no end", "0 frames, no end"
    yield case("sessionDurationExceeded", "sessionDurationExceeded",
               f"{runtime}, server code 4002, {close_after_limit(sdk)}; {one}; closed",
               ends, EVERY_ERROR, "sessionDurationExceeded")
    yield case("idleTimeout", "idleTimeout/serverError",
               f"{runtime}, server code 4; {none}; closed", ends, EVERY_ERROR, "idleTimeout")
    for avatar in ("connectionClosed", "connectionReset"):
        yield case(avatar, "connectionClosed", f"{runtime}; {one}; closed",
                   ends, EVERY_ERROR, avatar)
    yield Case("scenario: end-of-course", "no error; 2 frames, no end; closed",
               partial(ends, sdk, OURS, "end-of-course"))

    for avatar, server_code, frames in (("upstreamError", 13, "2 frames, no end"),
                                        ("invalidRequest", 3, none), ("serverError", 13, none)):
        yield case(avatar, f"{avatar}/serverError",
                   f"{runtime}, server code {server_code}, named; {frames}", fails_alone, avatar)
    yield case("protocolError-later", "protocolError", f"{runtime}; {one}",
               says, "protocolError-later")
