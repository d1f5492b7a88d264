"""Cases of avatarkit: opening sessions, and their end when nobody is at fault."""

from __future__ import annotations

from typing import List

from avatarkit_client import Client, describe, opened, refusal
from case import SWIFT, Case
from emulator_process import Emulators
from speech import tone

ONE_FRAME = tone(0.1, 16000)


async def token(emulators: Emulators) -> str:
    """A session refuses to start without a token, and starts with it."""
    client = Client(await emulators.get())
    try:
        await client.session.start()
        return "started without a token"
    except ValueError:
        pass
    await client.session.init()
    await client.session.start()
    await client.session.close()
    return "token"


async def handshake(emulators: Emulators) -> str:
    emulator = await emulators.get()
    async with opened(emulator) as one, opened(emulator) as other:
        if not one.connection_id or one.connection_id == other.connection_id:
            return f"connection ids {one.connection_id!r} and {other.connection_id!r}"
    return "two connection ids"


async def header_auth(emulators: Emulators) -> str:
    return await _one_frame(emulators, use_query_auth=False)


async def query_auth(emulators: Emulators) -> str:
    return await _one_frame(emulators, use_query_auth=True)


async def trailing_slashes(emulators: Emulators) -> str:
    emulator = await emulators.get(*SWIFT)
    return await _one_frame(
        emulators,
        console_endpoint_url=emulator.console_endpoint + "/",
        ingress_endpoint_url=emulator.ingress_endpoint + "/",
    )


async def websocket_scheme(emulators: Emulators) -> str:
    emulator = await emulators.get(*SWIFT)
    endpoint = emulator.ingress_endpoint.replace("http://", "ws://")
    return await _one_frame(emulators, ingress_endpoint_url=endpoint)


async def two_requests(emulators: Emulators) -> str:
    async with opened(await emulators.get()) as client:
        first = await client.send(tone(0.5, 16000))
        await client.request_ends(first)
        second = await client.send(tone(0.3, 16000))
        await client.request_ends(second)
        return f"{client.describe(first)}; {client.describe(second)}"


async def requests_at_once(emulators: Emulators) -> str:
    async with opened(await emulators.get()) as client:
        first = await client.send(tone(0.5, 16000))
        second = await client.send(tone(0.3, 16000))
        await client.request_ends(first)
        await client.request_ends(second)
        return f"{client.describe(first)}; {client.describe(second)}"


async def closed_by_client(emulators: Emulators) -> str:
    async with opened(await emulators.get()) as client:
        await client.session.close()
        await client.ends()
        return f"closed, {len(client.errors)} errors"


async def closed_by_server(emulators: Emulators) -> str:
    async with emulators.own() as emulator, opened(emulator) as client:
        await emulator.stop()
        await client.ends()
        return f"closed, {len(client.errors)} errors"


async def server_dies(emulators: Emulators) -> str:
    async with emulators.own() as emulator, opened(emulator) as client:
        await emulator.kill()
        await client.ends()
        return ", ".join(map(describe, client.errors))


async def nobody_at_console(emulators: Emulators) -> str:
    async with emulators.own() as emulator:
        client = Client(emulator)
        await emulator.kill()
        return await refusal(client.session.init())


async def nobody_at_ingress(emulators: Emulators) -> str:
    async with emulators.own() as emulator:
        client = Client(emulator)
        await client.session.init()
        await emulator.kill()
        return await refusal(client.session.start())


async def _one_frame(emulators: Emulators, **options: object) -> str:
    async with opened(await emulators.get(*SWIFT), **options) as client:
        request = await client.send(ONE_FRAME)
        return await client.settle(request, after=tone(0.5, 16000))


CASES: List[Case] = [
    Case("token", "token", token),
    Case("handshake", "two connection ids", handshake),
    Case("header auth", "1 frame, end on the last", header_auth),
    Case("query auth", "1 frame, end on the last", query_auth),
    Case("endpoints with a slash at the end", "1 frame, end on the last", trailing_slashes),
    Case("ingress endpoint with ws://", "1 frame, end on the last", websocket_scheme),
    Case("two requests, one after the other",
         "5 frames, end on the last; 3 frames, end on the last", two_requests),
    Case("two requests at once",
         "5 frames, end on the last; 3 frames, end on the last", requests_at_once),
    Case("close by the client", "closed, 0 errors", closed_by_client),
    Case("close by the server", "closed, 0 errors", closed_by_server),
    Case("server dies", "connectionClosed in websocket_runtime", server_dies),
    Case("nobody at the console", "connectionFailed in session_token", nobody_at_console),
    Case("nobody at the ingress", "connectionFailed in websocket_connect", nobody_at_ingress),
]
