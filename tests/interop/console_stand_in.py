"""Consoles in front of the emulator's: one that hands out a token of our choice,
and one with the route and the field name of the SDK spatialreal."""

from __future__ import annotations

import contextlib
from typing import AsyncIterator, Awaitable, Callable, Iterable

import aiohttp
from aiohttp import web

from emulator_process import EmulatorProcess

USUAL = "/session-tokens"
SUCCESSORS = "/v1/auth/session-token"

Answer = Callable[[web.Request], Awaitable[web.Response]]


@contextlib.asynccontextmanager
async def console_giving(token: str) -> AsyncIterator[str]:
    """The endpoint of a console that gives that token to whoever asks, under the
    name that the SDK reads, whichever it is."""

    async def give(_: web.Request) -> web.Response:
        return web.json_response({"sessionToken": token, "session_token": token})

    async with _serving((USUAL, SUCCESSORS), give) as endpoint:
        yield endpoint


@contextlib.asynccontextmanager
async def console_of_successor(emulator: EmulatorProcess) -> AsyncIterator[str]:
    """The endpoint of a console that passes spatialreal's requests to the
    emulator's console and its answers back, with the token under the name that
    spatialreal reads."""

    async def forward(request: web.Request) -> web.Response:
        headers = {
            name: request.headers[name]
            for name in ("X-Api-Key", "Content-Type")
            if name in request.headers
        }
        target = emulator.console_endpoint + USUAL
        async with aiohttp.ClientSession() as http:
            async with http.post(target, data=await request.read(), headers=headers) as reply:
                body = await reply.json(content_type=None)
        if "sessionToken" in body:
            body = {"session_token": body["sessionToken"]}
        return web.json_response(body, status=reply.status)

    async with _serving((SUCCESSORS,), forward) as endpoint:
        yield endpoint


async def fetch_token(emulator: EmulatorProcess, api_key: str, expires_at: int) -> str:
    """A session token that the emulator's console makes for that key, valid before
    `expires_at` in Unix seconds."""
    target = emulator.console_endpoint + USUAL
    async with aiohttp.ClientSession() as http:
        async with http.post(
            target, json={"expireAt": expires_at}, headers={"X-Api-Key": api_key}
        ) as reply:
            reply.raise_for_status()
            return (await reply.json())["sessionToken"]


@contextlib.asynccontextmanager
async def _serving(paths: Iterable[str], answer: Answer) -> AsyncIterator[str]:
    app = web.Application()
    for path in paths:
        app.router.add_post(path, answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
