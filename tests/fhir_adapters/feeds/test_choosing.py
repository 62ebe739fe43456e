from __future__ import annotations

from uuid import uuid4

import pytest

from fhir_adapters.feeds.choosing import FeedDoor


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
