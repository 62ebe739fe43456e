from __future__ import annotations

from uuid import uuid4

import pytest

from fhir_adapters.hl7v2.receive.directory import Arrival, FeedDoor, choose_feed


def door(*networks: str) -> FeedDoor:
    return FeedDoor(feed_id=uuid4(), code="PAS", organisation_id=uuid4(), profile=None, networks=networks)


@pytest.mark.parametrize(
    ("networks", "address", "let_in"),
    [
        ((), "203.0.113.9", True),
        ((), "", True),
        (("10.20.0.0/16",), "10.20.255.1", True),
        (("10.20.0.0/16",), "10.21.0.1", False),
        (("10.20.0.0/16", "192.0.2.7/32"), "192.0.2.7", True),
        (("10.20.0.0/16",), "::ffff:10.20.0.1", True),
        (("10.20.0.0/16",), "::ffff:10.21.0.1", False),
        (("fd00::/8",), "fd12::1", True),
        (("fd00::/8",), "fe80::1%eth0", False),
        (("10.20.0.0/16",), "not an address", False),
        (("10.20.0.0/16",), "", False),
    ],
)
def test_given_networks_of_a_feed_then_only_addresses_in_them_are_let_in(
    networks: tuple[str, ...], address: str, let_in: bool
) -> None:
    assert door(*networks).lets_in(address) is let_in


def feed(code: str, **asks: object) -> FeedDoor:
    return FeedDoor(feed_id=uuid4(), code=code, organisation_id=uuid4(), profile=None, **asks)  # type: ignore[arg-type]


NAMED = feed("NAMED", sending_application="SIMHOSP", sending_facility="SFAC")
OWN_PORT = feed("PORT", port=2601)
OWN_PORT_NAMED = feed("PORT-NAMED", port=2601, sending_application="PAS")
CERTIFIED = feed("CERTIFIED", certificate="ab")
EVERY = (NAMED, OWN_PORT, OWN_PORT_NAMED, CERTIFIED)


@pytest.mark.parametrize(
    ("shown", "chosen"),
    [
        (Arrival(port=2601, sending_application="SIMHOSP", sending_facility="SFAC"), OWN_PORT),
        (Arrival(port=2601, sending_application="PAS"), OWN_PORT_NAMED),
        (Arrival(port=2575, sending_application="SIMHOSP", sending_facility="SFAC"), NAMED),
        (Arrival(certificate="ab", sending_application="SIMHOSP", sending_facility="SFAC"), CERTIFIED),
        (Arrival(port=2575, sending_application="OTHER"), None),
    ],
)
def test_given_a_port_or_certificate_of_a_feed_then_it_decides_before_the_names_in_the_header(
    shown: Arrival, chosen: FeedDoor | None
) -> None:
    assert choose_feed(EVERY, shown) == chosen


def test_given_only_feeds_of_a_door_that_ask_for_other_names_then_no_other_takes_it() -> None:
    shown = Arrival(port=2601, sending_application="SIMHOSP", sending_facility="SFAC")

    assert choose_feed((NAMED, OWN_PORT_NAMED), shown) is None
