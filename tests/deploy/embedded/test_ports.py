from __future__ import annotations

import os
import socket

import pytest

from deploy.embedded.failures import PortTaken
from deploy.embedded.ports import STEP, Ports, require_distinct, require_free
from deploy.embedded.stack import PLACES
from deploy.places import read_places

HIGHEST = 65535


def all_of(ports: Ports) -> list[int]:
    """Every port of a stack, with those of the demo's feeds."""
    of_feeds = [ports.mllp + (feed.port_after_mllp or 0) for feed in read_places(PLACES).feeds]
    return [*(port for _, port in ports.items()), *(port for port in of_feeds if port != ports.mllp)]


def test_given_offsets_of_hundreds_and_thousands_when_shifted_then_no_two_stacks_share_a_port() -> None:
    whose: dict[int, int] = {}
    for offset in range(0, HIGHEST, STEP):
        for port in all_of(Ports().shifted(offset)):
            other = whose.setdefault(port, offset)
            assert other == offset or port > HIGHEST, f"{port} is one of {other}'s and one of {offset}'s"
            whose[port] = offset


@pytest.mark.parametrize("offset", [0, 1, 50, 100, 999, 1000, 1001, 7233])
def test_given_an_offset_when_shifted_then_every_port_moves_and_no_two_are_the_same(offset: int) -> None:
    moved = all_of(Ports().shifted(offset))
    assert len(set(moved)) == len(moved)
    usual = Ports()
    assert all(offset == 0 or port != getattr(usual, name) for name, port in usual.shifted(offset).items())


@pytest.mark.parametrize("offset", [0, 100, 1000, 1100, 50_000])
def test_given_an_offset_when_shifted_then_what_others_reckon_with_moves_by_just_that(offset: int) -> None:
    moved = Ports().shifted(offset)
    assert (moved.http, moved.mllp) == (8000 + offset, 2575 + offset)
    assert moved.temporal == 7233 + offset + (offset == 1000), "8233 is the usual number of Temporal's pages"


def test_given_a_port_in_use_when_asked_for_then_the_sentence_names_port_holder_and_options() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken) as refused:
            require_free("temporal_ui", "127.0.0.1", port)
    words = str(refused.value)
    assert str(port) in words
    assert f"(process {os.getpid()})" in words
    assert "--temporal-ui-port" in words
    assert "--port-offset" in words


def test_given_one_port_for_two_services_when_asked_for_then_the_sentence_names_both() -> None:
    listeners = [("http", "127.0.0.1", 8000), ("worker_health", "127.0.0.1", 8000)]
    with pytest.raises(PortTaken, match=r"8000 .* by http and by worker_health") as refused:
        require_distinct(listeners)
    assert "--worker-health-port" in str(refused.value)


def test_given_an_offset_beyond_all_ports_when_asked_for_then_the_sentence_says_so() -> None:
    with pytest.raises(PortTaken, match=r"Port 70000 .* does not exist"):
        require_free("http", "127.0.0.1", 70000)
