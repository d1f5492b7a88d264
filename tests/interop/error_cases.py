"""Cases: what the service refuses, and what an SDK makes of it.

The code and the phase that avatarkit must find are those of the table of errors
that the SDKs of its generation share; the phase says where in the course of a
session it happened. Its successor sorts by close codes and tells less apart:
what it must find follows from the same answer of the service.
"""

from __future__ import annotations

import asyncio
import time
import warnings
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any, Dict, Iterator, Tuple

import ogg_opus
from case import SWIFT, Case
from console_stand_in import console_giving, fetch_token
from emulator_process import Emulators
from sdk import Sdk, describe, refusal
from speech import tone

SECOND_APP, SECOND_KEY = "second-app", "second-key"
TWO_APPS = (f"--emulator.accounts=emulator-api-key:emulator-app,{SECOND_KEY}:{SECOND_APP}",)
NO_EGRESS = ("--emulator.egress=false",)
JWT = "aGVhZGVy.cGF5bG9hZA.c2lnbmF0dXJl"  # Looks like one: three words in base64url.


async def refused(sdk: Sdk, options: Dict[str, Any], emulators: Emulators,
                  at: Tuple[str, ...] = TWO_APPS) -> str:
    """Opening a session with these options fails, at an emulator with those."""
    async with sdk.client(await emulators.get(*at), **options) as client:
        return await refusal(client.open())


async def expiry_in_the_past(sdk: Sdk, emulators: Emulators) -> str:
    past = datetime.now(timezone.utc) - timedelta(minutes=1)
    return await refused(sdk, {"expire_at": past}, emulators)


async def wrong_token(sdk: Sdk, token: str, emulators: Emulators) -> str:
    async with console_giving(token) as console:
        return await refused(sdk, {"console_endpoint_url": console}, emulators)


async def token_of_another_emulator(sdk: Sdk, emulators: Emulators) -> str:
    """Well formed, but signed by somebody else."""
    async with emulators.own() as other:
        token = await fetch_token(other, other.api_key, int(time.time()) + 60)
    return await wrong_token(sdk, token, emulators)


async def changed_token(sdk: Sdk, emulators: Emulators) -> str:
    """One digit differs from a token that would be good."""
    emulator = await emulators.get(*TWO_APPS)
    token = await fetch_token(emulator, emulator.api_key, int(time.time()) + 60)
    return await wrong_token(sdk, token[:-1] + ("0" if token[-1] != "0" else "1"), emulators)


async def expired_token(sdk: Sdk, emulators: Emulators) -> str:
    """A token that was good when it was made. It ends with a whole second of the
    clock, at most two from now, and that second is waited for."""
    expires_at = int(time.time()) + 2
    until = datetime.fromtimestamp(expires_at, timezone.utc)
    async with sdk.client(await emulators.get(), expire_at=until) as client:
        await client.session.init()
        while (left := expires_at - time.time()) > 0:
            await asyncio.sleep(left)
        return await refusal(client.session.start())


async def egress_taken(sdk: Sdk, options: Dict[str, Any], emulators: Emulators) -> str:
    """A session with an egress takes audio and interrupts, and no frame comes back.
    A session without one, which does the same after it, says when they would
    have come."""
    emulator = await emulators.get(*SWIFT)
    async with sdk.opened(emulator, **options) as client, sdk.opened(emulator) as usual:
        clip = tone(1.0, 16000)
        await client.send(clip)
        await usual.request_ends(await usual.send(clip))
        await client.session.interrupt()
        await client.send_chunks(clip)
        await usual.request_ends(await usual.send_chunks(clip))
        return f"taken; {len(client.frames)} frames, {len(client.errors)} errors"


async def both_egresses(sdk: Sdk, emulators: Emulators) -> str:
    options = {**livekit(sdk), **agora(sdk)}
    return (await refused(sdk, options, emulators)).partition(":")[0]


async def foreign_format(sdk: Sdk, emulators: Emulators) -> str:
    """An error of one request: it is named, and the session goes on."""
    async with sdk.opened(await emulators.get(), audio_format="ogg_opus") as client:
        request = await client.send(tone(0.5, 16000))
        await client.until(lambda: bool(client.errors))
        error = client.errors.pop()
        named = getattr(error, "req_id", None) == request
        good = await client.send(ogg_opus.encode(tone(0.5, 16000), 16000))
        await client.request_ends(good)
        return f"{describe(error)}{', named' if named else ''}; then {client.describe(good)}"


async def session_over(sdk: Sdk, audio: bytes, options: Tuple[str, ...],
                       emulators: Emulators) -> str:
    """The emulator ends the session by itself, in the midst of a request when
    there is audio. The audio is made beforehand: the session's time runs."""
    async with sdk.opened(await emulators.get(*options)) as client:
        if audio:
            await client.send(audio)
        await client.ends()
        return f"{', '.join(map(describe, client.errors))}; {len(client.frames)} frames; closed"


def livekit(sdk: Sdk, **changes: Any) -> Dict[str, Any]:
    """A LiveKit egress with a token, but for the changes."""
    usual = dict(url="wss://livekit.test", room_name="room", publisher_id="avatar")
    credentials = {} if "api_key" in changes else {"api_token": JWT}
    with warnings.catch_warnings():  # Key and secret still work; the SDK advises against them.
        warnings.simplefilter("ignore", FutureWarning)
        return {"livekit_egress": sdk.livekit(**{**usual, **credentials, **changes})}


def agora(sdk: Sdk, **changes: Any) -> Dict[str, Any]:
    """An Agora egress, complete but for the changes."""
    usual = dict(channel_name="channel", token="agora-token", uid=7, publisher_id="avatar")
    return {"agora_egress": sdk.agora(**{**usual, **changes})}


def close_after_limit(sdk: Sdk) -> str:
    """What an SDK makes of close code 4002, which comes after the server_error. Only the
    successor knows it."""
    code = "connectionClosed" if sdk.name == "avatarkit" else "sessionDurationExceeded"
    return f"{code} in websocket_runtime"


def cases(sdk: Sdk) -> Iterator[Case]:
    yield from _console_cases(sdk)
    yield from _upgrade_cases(sdk)
    yield from _handshake_cases(sdk)
    yield from _runtime_cases(sdk)


def _case(sdk: Sdk, name: str, codes: str, phase: str, run: Any, *arguments: Any) -> Case:
    """`codes`: what avatarkit must find, or `A/B` where its successor must find
    B. `phase` may go on with what else must be said."""
    usual, _, successors = codes.partition("/")
    code = usual if sdk.name == "avatarkit" else successors or usual
    return Case(name, f"{code} in {phase}", partial(run, sdk, *arguments))


def _console_cases(sdk: Sdk) -> Iterator[Case]:
    yield _case(sdk, "wrong API key", "sessionTokenExpired/sessionTokenInvalid",
                "session_token, HTTP 401", refused, {"api_key": "no-such-key"})
    yield _case(sdk, "expiry in the past", "invalidRequest", "session_token, HTTP 400",
                expiry_in_the_past)


def _upgrade_cases(sdk: Sdk) -> Iterator[Case]:
    def case(name: str, usual: str, status: int, run: Any, *arguments: Any) -> Case:
        # The successor knows a refused upgrade by its status alone.
        successors = "sessionTokenInvalid" if status == 401 else "connectionFailed"
        return _case(sdk, name, f"{usual}/{successors}", f"websocket_connect, HTTP {status}",
                     run, *arguments)

    yield case("wrong token", "sessionTokenInvalid", 400, wrong_token, "no-token-of-ours")
    yield case("token of another emulator", "sessionTokenInvalid", 400,
               token_of_another_emulator)
    yield case("token with one digit changed", "sessionTokenInvalid", 400, changed_token)
    yield case("expired token", "sessionTokenExpired", 401, expired_token)
    yield case("app id of another token", "appIDMismatch", 400, refused, {"app_id": SECOND_APP})
    yield case("token of another app id", "appIDMismatch", 400, refused, {"api_key": SECOND_KEY})
    for in_query in (False, True):
        yield case(f"unknown app id in the {'query' if in_query else 'header'}",
                   "appIDUnrecognized", 404, refused,
                   {"app_id": "no-such-app", "use_query_auth": in_query})
    yield case("unknown avatar", "avatarNotFound", 404, refused,
               {"avatar_id": "no such avatar/&?"})


def _handshake_cases(sdk: Sdk) -> Iterator[Case]:
    def case(name: str, usual: str, server_code: int, options: Dict[str, Any]) -> Case:
        phase = f"websocket_handshake, server code {server_code}"
        run = partial(refused, at=NO_EGRESS)
        return _case(sdk, name, f"{usual}/serverError", phase, run, options)

    yield case("PCM at 11025 Hz", "unsupportedSampleRate", 2, {"sample_rate": 11025})
    yield case("Ogg Opus at 44100 Hz", "unsupportedSampleRate", 2,
               {"sample_rate": 44100, "audio_format": "ogg_opus"})

    invalid, unavailable = "invalidEgressConfig", "egressUnavailable"
    yield case("LiveKit without url", invalid, 3, livekit(sdk, url=""))
    yield case("LiveKit without room", invalid, 3, livekit(sdk, room_name=""))
    yield case("LiveKit without credentials", invalid, 16, livekit(sdk, api_token=""))
    yield case("LiveKit with key, without secret", invalid, 16, livekit(sdk, api_key="key"))
    yield case("LiveKit with a token that is none", invalid, 16, livekit(sdk, api_token="none"))
    yield case("LiveKit with token, no egress there", unavailable, 14, livekit(sdk))
    yield case("LiveKit with key and secret, no egress there", unavailable, 14,
               livekit(sdk, api_key="key", api_secret="secret"))
    yield case("Agora without channel", invalid, 3, agora(sdk, channel_name=""))
    yield case("Agora without token, no egress there", unavailable, 14, agora(sdk, token=""))
    yield case("Agora, no egress there", unavailable, 14, agora(sdk))
    for name, options in (("LiveKit with token", livekit(sdk)),
                          ("LiveKit with key and secret",
                           livekit(sdk, api_key="key", api_secret="secret")),
                          ("Agora", agora(sdk))):
        yield Case(name, "taken; 0 frames, 0 errors", partial(egress_taken, sdk, options))
    # No SDK sends a configuration with both.
    yield Case("both egresses", "ValueError", partial(both_egresses, sdk))


def _runtime_cases(sdk: Sdk) -> Iterator[Case]:
    phase = "websocket_runtime, server code"
    yield _case(sdk, "PCM where Ogg Opus was agreed", "invalidRequest/serverError",
                f"{phase} 3, named; then 5 frames, end on the last", foreign_format)
    limit = ("sessionDurationExceeded", f"{phase} 4002, {close_after_limit(sdk)}; 0 frames; closed",
             session_over)
    yield _case(sdk, "session limit", *limit, b"", ("--emulator.session-limit=500ms",))
    # Long enough to send half a second of audio on a busy machine, and no frame in that time.
    yield _case(sdk, "session limit in a request", *limit, tone(0.5, 16000),
                ("--emulator.session-limit=3s", "--emulator.first-frame=1000"))
    yield _case(sdk, "idle timeout", "idleTimeout/serverError", f"{phase} 4; 0 frames; closed",
                session_over, b"", ("--emulator.idle-timeout=300ms",))
