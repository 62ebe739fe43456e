"""The HTTP server on a real port: half a request holds nobody up, and does not stay for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from deploy.http_server import BoundedProtocol

WITHIN = 0.3


class Quick(BoundedProtocol):
    """As it is served, only less patient."""

    header_seconds = WITHIN


async def answers(scope: Any, receive: Any, send: Any) -> None:
    """An application that reads the body and answers."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    server = uvicorn.Server(uvicorn.Config(answers, port=0, http=Quick, log_level="error", lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await running


async def opened(port: int, begun: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(begun)
    await writer.drain()
    return reader, writer


@pytest.mark.parametrize("begun", [b"", b"G", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: b\r\n"])
async def test_given_half_a_header_when_no_more_comes_then_the_connection_ends_and_others_are_answered(
    port: int, begun: bytes
) -> None:
    half, writer = await opened(port, begun)
    whole, other = await opened(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    async with asyncio.timeout(5):
        assert (await whole.read()).startswith(b"HTTP/1.1 200")
        assert (await half.read()).startswith(b"HTTP/1.1 408")
    for each in (writer, other):
        each.close()


async def test_given_a_header_that_trickles_in_when_its_time_is_over_then_the_connection_ends(
    port: int,
) -> None:
    reader, writer = await opened(port, b"GET / HTTP/1.1\r\n")
    answer = asyncio.create_task(reader.read())
    async with asyncio.timeout(5):
        while not answer.done():
            writer.write(b"X: y\r\n")
            await asyncio.sleep(WITHIN / 10)
    assert (await answer).startswith(b"HTTP/1.1 408")
    writer.close()


async def test_given_a_second_request_on_a_connection_when_it_stops_halfway_then_the_connection_ends(
    port: int,
) -> None:
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    reader, writer = await opened(port, request)
    async with asyncio.timeout(5):
        assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
        writer.write(request)
        assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
        writer.write(b"GET / HT")
        assert (await reader.read()).startswith(b"HTTP/1.1 408")
    writer.close()


async def test_given_a_header_in_time_when_the_body_takes_longer_then_the_server_waits_for_it(
    port: int,
) -> None:
    reader, writer = await opened(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n")
    await asyncio.sleep(2 * WITHIN)
    writer.write(b"ab")
    async with asyncio.timeout(5):
        assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
    writer.close()
