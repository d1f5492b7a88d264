"""Cases: opening sessions, and their end when nobody is at fault."""

from __future__ import annotations

from functools import partial
from typing import Any, Iterator

from case import SWIFT, Case
from emulator_process import Emulators
from sdk import Sdk, describe, refusal
from speech import tone

ONE_FRAME = tone(0.1, 16000)
HALF_SECOND = tone(0.5, 16000)


async def token(sdk: Sdk, emulators: Emulators) -> str:
    """A session refuses to start without a token, and starts with it."""
    async with sdk.client(await emulators.get()) as client:
        without = await refusal(client.session.start())
        await client.session.init()
        await client.session.start()
        return f"{without.partition(':')[0]} without, started with it"


async def handshake(sdk: Sdk, emulators: Emulators) -> str:
    emulator = await emulators.get()
    async with sdk.opened(emulator) as one, sdk.opened(emulator) as other:
        if not one.connection_id or one.connection_id == other.connection_id:
            return f"connection ids {one.connection_id!r} and {other.connection_id!r}"
    return "two connection ids"


async def one_frame(sdk: Sdk, emulators: Emulators, **options: Any) -> str:
    async with sdk.opened(await emulators.get(*SWIFT), **options) as client:
        request = await client.send(ONE_FRAME)
        return await client.describe_answer(request, after=HALF_SECOND)


async def slash_at_the_end(sdk: Sdk, emulators: Emulators) -> str:
    endpoint = (await emulators.get(*SWIFT)).ingress_endpoint + "/"
    return await one_frame(sdk, emulators, ingress_endpoint_url=endpoint)


async def websocket_scheme(sdk: Sdk, emulators: Emulators) -> str:
    endpoint = (await emulators.get(*SWIFT)).ingress_endpoint.replace("http://", "ws://")
    return await one_frame(sdk, emulators, ingress_endpoint_url=endpoint)


async def two_requests(sdk: Sdk, wait: bool, emulators: Emulators) -> str:
    """The second is sent after the end of the first, or at once."""
    async with sdk.opened(await emulators.get()) as client:
        first = await client.send(HALF_SECOND)
        if wait:
            await client.request_ends(first)
        second = await client.send(tone(0.3, 16000))
        await client.request_ends(first)
        await client.request_ends(second)
        return f"{client.describe(first)}; {client.describe(second)}"


async def closed_by_client(sdk: Sdk, emulators: Emulators) -> str:
    async with sdk.opened(await emulators.get()) as client:
        await client.session.close()
        await client.ends()
        return f"closed, {len(client.errors)} errors"


async def closed_by_server(sdk: Sdk, emulators: Emulators) -> str:
    async with emulators.own() as emulator, sdk.opened(emulator) as client:
        await emulator.stop()
        await client.ends()
        return f"closed, {len(client.errors)} errors"


async def server_dies(sdk: Sdk, emulators: Emulators) -> str:
    async with emulators.own() as emulator, sdk.opened(emulator) as client:
        await emulator.kill()
        await client.ends()
        return ", ".join(map(describe, client.errors))


async def nobody_at_console(sdk: Sdk, emulators: Emulators) -> str:
    async with emulators.own() as emulator:
        async with sdk.client(emulator, console_endpoint_url=emulator.console_endpoint) as client:
            await emulator.kill()
            return await refusal(client.session.init())


async def nobody_at_ingress(sdk: Sdk, emulators: Emulators) -> str:
    async with emulators.own() as emulator, sdk.client(emulator) as client:
        await client.session.init()
        await emulator.kill()
        return await refusal(client.session.start())


def cases(sdk: Sdk) -> Iterator[Case]:
    def case(name: str, expected: str, run: Any, *arguments: Any, **options: Any) -> Case:
        return Case(name, expected, partial(run, sdk, *arguments, **options))

    answered = "1 frame, end on the last"
    both = "5 frames, end on the last; 3 frames, end on the last"
    yield case("token", "ValueError without, started with it", token)
    yield case("handshake", "two connection ids", handshake)
    yield case("header auth", answered, one_frame, use_query_auth=False)
    yield case("query auth", answered, one_frame, use_query_auth=True)
    yield case("ingress endpoint with a slash at the end", answered, slash_at_the_end)
    yield case("ingress endpoint with ws://", answered, websocket_scheme)
    yield case("two requests, one after the other", both, two_requests, True)
    yield case("two requests at once", both, two_requests, False)
    yield case("close by the client", "closed, 0 errors", closed_by_client)
    yield case("close by the server", "closed, 0 errors", closed_by_server)
    yield case("server dies", "connectionClosed in websocket_runtime", server_dies)
    yield case("nobody at the console", "connectionFailed in session_token", nobody_at_console)
    yield case("nobody at the ingress", "connectionFailed in websocket_connect",
               nobody_at_ingress)
