"""Cases of avatarkit: what the service refuses, and what the SDK makes of it.

The code and the phase that are expected come from the table of errors that the
public SDKs share; the phase says where in the course of a session it happened.
"""

from __future__ import annotations

import asyncio
import time
import warnings
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any, Iterator

from avatarkit import AgoraEgressConfig, AudioFormat, LiveKitEgressConfig

import ogg_opus
from avatarkit_client import Client, describe, opened, refusal
from case import Case
from console_stand_in import console_giving, fetch_token
from emulator_process import Emulators
from speech import tone

SECOND_APP = "emulator-second-app"
SECOND_KEY = "emulator-second-api-key"


async def refused(options: dict[str, Any], emulators: Emulators) -> str:
    """Opening a session with these options fails."""
    return await refusal(Client(await emulators.get(), **options).open())


async def expiry_in_the_past(emulators: Emulators) -> str:
    past = datetime.now(timezone.utc) - timedelta(minutes=1)
    return await refusal(Client(await emulators.get(), expire_at=past).open())


async def wrong_token(token: str, emulators: Emulators) -> str:
    emulator = await emulators.get()
    async with console_giving(token) as console:
        return await refusal(Client(emulator, console_endpoint_url=console).open())


async def token_of_another_emulator(emulators: Emulators) -> str:
    """Well formed, but signed by somebody else."""
    async with emulators.own() as other:
        token = await fetch_token(other, other.api_key, int(time.time()) + 60)
    return await wrong_token(token, emulators)


async def changed_token(emulators: Emulators) -> str:
    """One digit differs from a token that would be good."""
    emulator = await emulators.get()
    token = await fetch_token(emulator, emulator.api_key, int(time.time()) + 60)
    return await wrong_token(token[:-1] + ("0" if token[-1] != "0" else "1"), emulators)


async def expired_token(emulators: Emulators) -> str:
    """A token that was good when it was made. It ends with a whole second of the
    clock, at most two from now, and that second is waited for."""
    expires_at = int(time.time()) + 2
    client = Client(
        await emulators.get(), expire_at=datetime.fromtimestamp(expires_at, timezone.utc)
    )
    await client.session.init()
    while (left := expires_at - time.time()) > 0:
        await asyncio.sleep(left)
    return await refusal(client.session.start())


async def app_mismatch(emulators: Emulators) -> str:
    """The token of one app with the id of another; both are known."""
    emulator = await emulators.get()
    return await refused({"api_key": SECOND_KEY, "app_id": emulator.app_id}, emulators)


async def both_egresses(emulators: Emulators) -> str:
    """The SDK does not send such a configuration."""
    client = Client(await emulators.get(), livekit_egress=livekit(), agora_egress=agora())
    try:
        await client.open()
    except ValueError:
        return "ValueError"
    return "no error"


async def audio_of_another_format(emulators: Emulators) -> str:
    """An error of one request: it is named, and the session goes on."""
    async with opened(await emulators.get(), audio_format=AudioFormat.OGG_OPUS) as client:
        request = await client.send(tone(0.5, 16000))
        await client.until(lambda: bool(client.errors))
        error = client.errors.pop()
        named = getattr(error, "req_id", None) == request
        good = await client.send(ogg_opus.encode(tone(0.5, 16000), 16000))
        await client.request_ends(good)
        return f"{describe(error)}{', named' if named else ''}; then {client.describe(good)}"


async def session_over(option: str, seconds_of_audio: float, emulators: Emulators) -> str:
    """The emulator ends the session by itself, in the midst of a request when
    there is audio: its first frame would come long after."""
    async with opened(await emulators.get(option)) as client:
        if seconds_of_audio:
            await client.send(tone(seconds_of_audio, 16000))
        await client.ends()
        return f"{', '.join(map(describe, client.errors))}; {len(client.frames)} frames; closed"


def livekit(**changes: Any) -> LiveKitEgressConfig:
    usual = dict(url="wss://livekit.test", room_name="room", publisher_id="avatar")
    credentials = {} if "api_key" in changes else {"api_token": "livekit-token"}
    with warnings.catch_warnings():  # Key and secret still work; the SDK advises against them.
        warnings.simplefilter("ignore", FutureWarning)
        return LiveKitEgressConfig(**{**usual, **credentials, **changes})


def agora(**changes: Any) -> AgoraEgressConfig:
    usual = dict(channel_name="channel", token="agora-token", uid=7, publisher_id="avatar")
    return AgoraEgressConfig(**{**usual, **changes})


def _cases() -> Iterator[Case]:
    def case(name: str, expected: str, run: Any, *arguments: Any) -> Case:
        return Case(name, expected, partial(run, *arguments))

    def refusing(name: str, expected: str, **options: Any) -> Case:
        return case(name, expected, refused, options)

    # The console.
    yield refusing("wrong API key", "sessionTokenExpired in session_token, HTTP 401",
                   api_key="no-such-key")
    yield case("expiry in the past", "invalidRequest in session_token, HTTP 400",
               expiry_in_the_past)

    # The upgrade.
    invalid = "sessionTokenInvalid in websocket_connect, HTTP 400"
    yield case("wrong token", invalid, wrong_token, "no-token-of-ours")
    yield case("token of another emulator", invalid, token_of_another_emulator)
    yield case("token with one digit changed", invalid, changed_token)
    yield case("expired token", "sessionTokenExpired in websocket_connect, HTTP 401",
               expired_token)
    yield case("app id mismatch", "appIDMismatch in websocket_connect, HTTP 400", app_mismatch)
    yield refusing("app id mismatch, token of the first app",
                   "appIDMismatch in websocket_connect, HTTP 400", app_id=SECOND_APP)
    for auth in (False, True):
        how = "query" if auth else "header"
        yield refusing(f"unknown app id in the {how}",
                       "appIDUnrecognized in websocket_connect, HTTP 404",
                       app_id="no-such-app", use_query_auth=auth)
    yield refusing("unknown avatar", "avatarNotFound in websocket_connect, HTTP 404",
                   avatar_id="no such avatar/&?")

    # The handshake: audio.
    unsupported = "unsupportedSampleRate in websocket_handshake, server code 2"
    yield refusing("PCM at 11025 Hz", unsupported, sample_rate=11025)
    yield refusing("Ogg Opus at 44100 Hz", unsupported, sample_rate=44100,
                   audio_format=AudioFormat.OGG_OPUS)

    # The handshake: egress.
    refused_by = "in websocket_handshake, server code"
    yield refusing("LiveKit without url", f"invalidEgressConfig {refused_by} 3",
                   livekit_egress=livekit(url=""))
    yield refusing("LiveKit without credentials", f"invalidEgressConfig {refused_by} 16",
                   livekit_egress=livekit(api_token=""))
    yield refusing("LiveKit with key, without secret", f"invalidEgressConfig {refused_by} 16",
                   livekit_egress=livekit(api_key="key"))
    yield refusing("LiveKit with token", f"egressUnavailable {refused_by} 14",
                   livekit_egress=livekit())
    yield refusing("LiveKit with key and secret", f"egressUnavailable {refused_by} 14",
                   livekit_egress=livekit(api_key="key", api_secret="secret"))
    yield refusing("Agora without channel", f"invalidEgressConfig {refused_by} 3",
                   agora_egress=agora(channel_name=""))
    yield refusing("Agora without token", f"invalidEgressConfig {refused_by} 16",
                   agora_egress=agora(token=""))
    yield refusing("Agora, complete", f"egressUnavailable {refused_by} 14", agora_egress=agora())
    yield case("both egresses", "ValueError", both_egresses)

    # While the session runs.
    yield case("PCM where Ogg Opus was agreed",
               "invalidRequest in websocket_runtime, server code 3, named; "
               "then 5 frames, end on the last", audio_of_another_format)
    over = "sessionDurationExceeded in websocket_runtime, server code 4002; 0 frames; closed"
    yield case("session limit", over, session_over, "--emulator.session-limit=500ms", 0)
    yield case("session limit in a request", over, session_over,
               "--emulator.session-limit=500ms", 60.0)
    yield case("idle timeout", "idleTimeout in websocket_runtime, server code 4; 0 frames; closed",
               session_over, "--emulator.idle-timeout=300ms", 0)


CASES = list(_cases())
