"""A feed that anybody who reaches the port could speak for is not served, and the log says which and why."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from math import inf
from uuid import UUID, uuid4

import pytest

from fhir_adapters.hl7v2.receive.directory import Arrival, Directory, FeedDoor
from fhir_adapters.hl7v2.receive.limits import USUAL

TRUST = UUID(int=1)


def feed(code: str, **more: object) -> FeedDoor:
    return FeedDoor(uuid4(), code, TRUST, None, sending_application=code, **more)  # type: ignore[arg-type]


OPEN = feed("OPEN")
BY_NETWORK = feed("NETWORK", networks=("10.0.0.0/8",))
BY_CERTIFICATE = feed("CERTIFICATE", certificate="ab" * 32)
UNASSIGNED = FeedDoor(uuid4(), "unassigned", TRUST, None)


class Inbox:
    """The feeds there are; nothing is stored here."""

    def __init__(self, *more: FeedDoor) -> None:
        self.more = more
        self.asked = 0

    async def feeds(self) -> list[FeedDoor]:
        return [OPEN, BY_NETWORK, BY_CERTIFICATE, *self.more]

    async def unassigned(self) -> FeedDoor:
        self.asked += 1
        return UNASSIGNED


async def chosen(directory: Directory, application: str) -> str:
    arrival = Arrival(port=2575, sending_application=application, address="10.0.0.1")
    return (await directory.choose(arrival, inf))[0].code


async def test_given_a_feed_without_network_or_certificate_when_it_is_not_a_demo_then_it_is_not_served(
    caplog: pytest.LogCaptureFixture,
) -> None:
    directory = Directory(Inbox(), USUAL, open_feeds=False)  # type: ignore[arg-type]
    for _ in range(2):
        await directory.look_up()

    assert {each.code for each in directory.feeds} == {"NETWORK", "CERTIFICATE"}
    assert await chosen(directory, "OPEN") == "unassigned"
    assert await chosen(directory, "NETWORK") == "NETWORK"
    [said] = [record.getMessage() for record in caplog.records]
    assert "feed OPEN is not served" in said
    assert "networks or a certificate in the places file" in said


async def test_given_a_demo_when_it_opens_them_then_every_feed_is_served() -> None:
    directory = Directory(Inbox(), USUAL, open_feeds=True)  # type: ignore[arg-type]
    await asyncio.wait_for(directory.look_up(), 5)

    assert await chosen(directory, "OPEN") == "OPEN"


async def test_given_a_list_read_again_then_the_feed_that_nobody_claims_is_asked_for_once() -> None:
    listed = replace(UNASSIGNED, profile="itk-2.4")
    inbox = Inbox(listed)
    directory = Directory(inbox, USUAL)  # type: ignore[arg-type]
    for _ in range(3):
        await directory.look_up()

    assert inbox.asked == 1
    assert (await directory.choose(Arrival(sending_application="NOBODY"), inf)) == (listed, False)
