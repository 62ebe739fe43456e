"""One connection's bytes on a real pair of sockets: nobody waits for ever, and nobody is flooded."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest

from fhir_adapters.hl7v2.receive.wire import MOST_UNREAD, Wire

MUCH = b"x" * 20_000_000
"""More than any socket buffers."""


@contextlib.asynccontextmanager
async def pair() -> AsyncIterator[tuple[Wire, socket.socket]]:
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    wire = Wire(secure=False)
    await asyncio.get_running_loop().create_connection(lambda: wire, sock=ours)
    with theirs:
        yield wire, theirs
        wire.transport.abort()


async def test_given_nothing_comes_then_reading_ends_in_time_and_what_comes_later_is_read() -> None:
    async with pair() as (wire, theirs):
        assert await wire.read(0.05) == b""
        assert not wire.ended
        reading = asyncio.create_task(wire.read(10))
        await asyncio.get_running_loop().sock_sendall(theirs, b"late")
        assert await reading == b"late"


async def test_given_a_long_wait_before_a_short_one_then_the_short_one_ends_in_its_time() -> None:
    async with pair() as (wire, theirs):
        reading = asyncio.create_task(wire.read(600))
        await asyncio.get_running_loop().sock_sendall(theirs, b"first")
        assert await reading == b"first"
        async with asyncio.timeout(10):
            assert await wire.read(0.05) == b""


async def test_given_somebody_who_takes_nothing_then_writing_and_closing_end_all_the_same() -> None:
    async with pair() as (wire, _):
        with pytest.raises(TimeoutError):
            await wire.write(MUCH, 0.05)
        await wire.close(0.05)
        await wire.read(10)
        assert wire.lost
        with pytest.raises(ConnectionResetError):
            await wire.write(b"more", 1)


async def test_given_more_than_we_read_then_the_sender_is_held_back_until_we_do() -> None:
    async with pair() as (wire, theirs):
        sending = asyncio.create_task(asyncio.get_running_loop().sock_sendall(theirs, MUCH))
        first = await wire.read(10)
        await asyncio.wait([sending], timeout=0.2)
        assert not sending.done()
        came = [first]
        while sum(map(len, came)) < len(MUCH):
            came.append(await wire.read(10))
        await sending
        assert max(map(len, came)) <= 4 * MOST_UNREAD


async def test_given_the_other_side_says_no_more_then_it_can_still_be_answered() -> None:
    async with pair() as (wire, theirs):
        theirs.shutdown(socket.SHUT_WR)
        assert await wire.read(10) == b""
        assert wire.ended
        await wire.write(b"answer", 1)
        assert await asyncio.get_running_loop().sock_recv(theirs, 100) == b"answer"
