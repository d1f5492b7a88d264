"""Records what the SDK avatarkit sends, one JSON file a case, for comparison with
what our own client sends.

    record.py PROGRAM     PROGRAM: the avatar-pool binary

Writes recordings/CASE.json beside this file; recordings/README.md explains them.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import warnings
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Dict, List

from avatarkit import AgoraEgressConfig, AudioFormat, AvatarSDKError, LiveKitEgressConfig

import ogg_opus
from avatarkit_sdk import AvatarkitClient
from emulator_process import EmulatorProcess
from relay import relaying_to
from speech import ramp
from wire_reader import CLOSE, read_frames, read_request

FOLDER = Path(__file__).parent / "recordings"
LIMIT = 20.0  # seconds a case may take
CLIP_SECONDS = 0.01  # A ramp of a few hundred bytes.
RATES = (8000, 16000, 22050, 24000, 32000, 44100, 48000)
INTERRUPT = "interrupt"
JWT = "aGVhZGVy.cGF5bG9hZA.c2lnbmF0dXJl"  # Looks like one: three words in base64url.


@dataclass
class Recording:
    """What one session is set to and does. `settings` have the names of our own
    options where there is one; endpoints are what follows the emulator's."""

    case: str
    settings: Dict[str, Any] = field(default_factory=dict)
    # In turn: audio to send, True with the last of a request; or INTERRUPT.
    actions: List[Any] = field(default_factory=list)


def recordings() -> List[Recording]:
    rate = 16000
    clip = [(ramp(CLIP_SECONDS, rate), True)]
    stream = ogg_opus.encode(ramp(0.02, 24000), 24000)
    chunks = [(ramp(0.005, rate), False), (ramp(0.005, rate), False), (b"", True)]
    opus = {"audio.sample-rate": 24000, "audio-format": "ogg_opus"}
    livekit = {
        "egress.livekit.url": "wss://livekit.example",
        "egress.livekit.room-name": "room",
        "egress.livekit.publisher-id": "avatar",
    }
    agora = {
        "egress.agora.channel-name": "channel",
        "egress.agora.token": "agora-token",
        "egress.agora.uid": 4000000000,
        "egress.agora.publisher-id": "avatar",
    }
    return [
        Recording("header-auth", {}, clip),
        Recording("query-auth", {"service.use-query-auth": True}, clip),
        Recording("query-auth-escaped", {"service.use-query-auth": True,
                                         "service.avatar-id": "an avatar/ä&b=c+d%~"}),
        Recording("endpoint-trailing-slash", {"service.console-endpoint": "/",
                                              "service.ingress-endpoint": "/"}, clip),
        Recording("endpoint-query", {"service.ingress-endpoint": "/deeper?region=eu&zone=a%20b/"}),
        *(Recording(f"pcm-{r}", {"audio.sample-rate": r}, [(ramp(CLIP_SECONDS, r), True)])
          for r in RATES),
        Recording("ogg-opus", opus, [(stream, True)]),
        Recording("ogg-opus-bitrate", {**opus, "audio.opus-bitrate": 32000}, [(stream, True)]),
        Recording("chunks", {}, chunks),
        Recording("two-requests", {}, clip + clip),
        Recording("interrupt", {}, [(ramp(CLIP_SECONDS, rate), False), INTERRUPT]),
        Recording("livekit-token", {**livekit, "egress.livekit.api-token": JWT,
                                    "egress.livekit.attributes": {"role": "avatar", "lang": "de"},
                                    "egress.livekit.idle-timeout": 30}, clip),
        Recording("livekit-key-secret", {**livekit, "egress.livekit.api-key": "livekit-key",
                                         "egress.livekit.api-secret": "livekit-secret"}, clip),
        Recording("agora", agora, clip),
    ]


async def record(wanted: Recording, emulator: EmulatorProcess) -> Dict[str, Any]:
    """One session through a relay; gives the content of the file."""
    async with relaying_to(emulator.port) as relay:
        here = f"http://127.0.0.1:{relay.port}/v1/"
        settings = {
            "service.avatar-id": emulator.avatar_id,
            "service.app-id": emulator.app_id,
            "service.api-key": emulator.api_key,
            "service.use-query-auth": False,
            "audio.sample-rate": 16000,
            "audio-format": "pcm_s16le",
            "audio.opus-bitrate": 0,
            **wanted.settings,
        }
        for name, path in (("console", "console"), ("ingress", "ingress")):
            key = f"service.{name}-endpoint"
            settings[key] = here + path + wanted.settings.get(key, "")
        client = make_client(emulator, settings)
        settings["token-expires-at"] = int(client.session.config.expire_at.timestamp())
        refused = await converse(client, wanted.actions)
        await relay.finished()
        return {"client": f"avatarkit {metadata.version('avatarkit')}", "settings": settings,
                **what_came(relay.sent), **({"refused": refused} if refused else {})}


def make_client(emulator: EmulatorProcess, settings: Dict[str, Any]) -> AvatarkitClient:
    def below(prefix: str) -> Dict[str, Any]:
        return {
            name[len(prefix) :].replace("-", "_"): value
            for name, value in settings.items()
            if name.startswith(prefix)
        }

    livekit, agora = below("egress.livekit."), below("egress.agora.")
    if "attributes" in livekit:
        livekit["extra_attributes"] = livekit.pop("attributes")
    with warnings.catch_warnings():  # Key and secret still work; the SDK advises against them.
        warnings.simplefilter("ignore", FutureWarning)
        return AvatarkitClient(
            emulator,
            avatar_id=settings["service.avatar-id"],
            use_query_auth=settings["service.use-query-auth"],
            console_endpoint_url=settings["service.console-endpoint"],
            ingress_endpoint_url=settings["service.ingress-endpoint"],
            sample_rate=settings["audio.sample-rate"],
            bitrate=settings["audio.opus-bitrate"],
            audio_format=AudioFormat(settings["audio-format"]),
            livekit_egress=LiveKitEgressConfig(**livekit) if livekit else None,
            agora_egress=AgoraEgressConfig(**agora) if agora else None,
        )


async def converse(client: AvatarkitClient, actions: List[Any]) -> str:
    """Opens, does what is to be done, and closes. Gives why the emulator refused
    the session, if it did: what the client had sent by then is recorded. With an
    egress no frames come back, so there is nothing to wait for."""
    config = client.session.config
    frames_come = not (config.livekit_egress or config.agora_egress)
    try:
        await client.open()
    except AvatarSDKError as e:
        return e.code.value
    for action in actions:
        if action == INTERRUPT:
            request, last = await client.session.interrupt(), True
        else:
            audio, last = action
            request = await client.session.send_audio(audio, end=last)
        if last and frames_come:
            await client.request_ends(request)
    await client.session.close()
    return ""


def what_came(sent: List[bytearray]) -> Dict[str, Any]:
    """The token request and the session, from the bytes of their connections."""
    requests = [read_request(bytes(each)) for each in sent]
    (token,) = (r for r in requests if not r.is_upgrade)
    (upgrade,) = (r for r in requests if r.is_upgrade)
    frames = read_frames(upgrade.rest)
    closes = [f for f in frames if f.opcode == CLOSE]
    return {
        "token_request": {"method": token.method, "target": token.target,
                          "headers": token.headers, "body": token.rest.decode()},
        "upgrade": {"method": upgrade.method, "target": upgrade.target,
                    "headers": upgrade.headers},
        "frames": [{"opcode": f.opcode, "hex": f.payload.hex()}
                   for f in frames if f.opcode != CLOSE],
        "close": {"code": closes[0].close_code} if closes else None,
    }


def as_text(content: Dict[str, Any]) -> str:
    """As JSON, with each header on a line of its own."""
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    string = r'"(?:[^"\\]|\\.)*"'
    return re.sub(rf"\[\s+({string}),\s+({string})\s+\]", r"[\1, \2]", text)


async def run(program: Path) -> None:
    FOLDER.mkdir(exist_ok=True)
    emulator = await EmulatorProcess.start(program)
    try:
        for wanted in recordings():
            content = await asyncio.wait_for(record(wanted, emulator), LIMIT)
            path = FOLDER / f"{wanted.case}.json"
            path.write_text(as_text(content))
            print(f"{path.name}: {len(content['frames'])} frames, {path.stat().st_size} bytes")
    finally:
        await emulator.stop()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1])))
