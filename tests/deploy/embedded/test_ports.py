from __future__ import annotations

import os
import socket

import pytest

from deploy.embedded.failures import PortTaken
from deploy.embedded.ports import Ports, require_free


def test_given_an_offset_when_shifted_then_every_port_moves() -> None:
    before, after = Ports(), Ports().shifted(100)
    assert {name: port - 100 for name, port in after.items()} == dict(before.items())


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


def test_given_an_offset_beyond_all_ports_when_asked_for_then_the_sentence_says_so() -> None:
    with pytest.raises(PortTaken, match=r"Port 70000 .* does not exist"):
        require_free("http", "127.0.0.1", 70000)
