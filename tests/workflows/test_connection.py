"""Temporal behind TLS, as a cluster of somebody else's is: a real server behind a real handshake."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from deploy.settings import Settings, variable
from deploy.temporal_access import temporal_access
from discharge.errors import Unavailable
from tests.fhir_adapters.hl7v2.certificates import Authority
from tests.fixtures.postgres import Database
from tests.fixtures.tls_proxy import TlsDoor, tls_door
from tests.workflows.waiting import until
from workflows.codec import PayloadKeys
from workflows.connection import connect
from workflows.worker import run_worker

KEY = "area bare"
HUFFMAN = {"B": "1011101", "e": "00101", "a": "00011", "r": "101100", " ": "010100", "b": "100011"}
"""The rows of RFC 7541, appendix B, that `Bearer area bare` needs."""


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
async def door(dev_server: WorkflowEnvironment, authority: Authority) -> AsyncIterator[TlsDoor]:
    """Before Temporal: nobody passes without a certificate of the authority."""
    address = dev_server.client.service_client.config.target_host
    async with tls_door(address, authority.signs("temporal"), clients_of=authority, protocol="h2") as opened:
        yield opened


def settings_for(door: TlsDoor, authority: Authority, **more: object) -> Settings:
    ours = authority.signs("homeward")
    given = {
        "temporal_address": door.address,
        "temporal_tls_ca": authority.certificate,
        "temporal_tls_certificate": ours.certificate,
        "temporal_tls_key": ours.key,
    }
    return Settings.model_validate(given | more)


def huffman(text: str) -> bytes:
    bits = "".join(HUFFMAN[letter] for letter in text)
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


async def test_given_temporal_that_asks_for_a_certificate_when_a_worker_has_one_then_it_serves(
    door: TlsDoor,
    authority: Authority,
    database: Database,
    keys: PayloadKeys,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "homeward.worker")
    stop = asyncio.Event()
    access = temporal_access(settings_for(door, authority))
    working = asyncio.create_task(
        run_worker(database_url=database.worker_url, temporal=access, keys=keys, stop=stop)
    )

    async def serving() -> bool | None:
        return "serving cases and lanes" in caplog.text or None

    await until(serving, "the worker serves")
    stop.set()
    await working


async def test_given_an_api_key_when_connected_then_each_call_bears_it_within_the_encryption(
    door: TlsDoor, authority: Authority, keys: PayloadKeys
) -> None:
    access = temporal_access(settings_for(door, authority, temporal_api_key=KEY))
    client = await connect(access, keys)
    assert await client.service_client.check_health()
    assert huffman(f"Bearer {KEY}") in bytes(door.heard)
    assert KEY not in repr(access)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"temporal_tls_ca": "other"}, "an authority that we do not trust"),
        ({"temporal_tls_server_name": "temporal.example"}, "for another name"),
        ({"temporal_tls_certificate": None, "temporal_tls_key": None}, "or for a client certificate"),
        ({"temporal_tls_certificate": "other", "temporal_tls_key": "other"}, "or for a client certificate"),
    ],
)
async def test_given_a_handshake_that_fails_when_connecting_then_it_says_why(
    door: TlsDoor,
    authority: Authority,
    keys: PayloadKeys,
    tmp_path: Path,
    wrong: dict[str, str | None],
    why: str,
) -> None:
    other = Authority(tmp_path, "Other CA")
    pair = other.signs("stranger")
    files = {"temporal_tls_ca": other.certificate, "temporal_tls_certificate": pair.certificate}
    files["temporal_tls_key"] = pair.key
    given = {name: files[name] if value == "other" else value for name, value in wrong.items()}
    with pytest.raises(Unavailable, match=why):
        await connect(temporal_access(settings_for(door, authority, **given)), keys)


@pytest.mark.parametrize(
    "how",
    [
        'Unknown, message: "transport error", source: hyper::Error(Io, Kind(ConnectionReset))',
        'Cancelled, message: "operation was canceled", source: hyper::Error(Canceled, "connection closed")',
    ],
)
async def test_given_a_connection_that_the_server_ends_however_that_shows_then_it_says_why(
    how: str, door: TlsDoor, authority: Authority, keys: PayloadKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ended(*_: object, **__: object) -> Client:
        raise RuntimeError(f"Failed client connect: Status {{ code: {how} }}")

    monkeypatch.setattr(Client, "connect", ended)
    with pytest.raises(Unavailable, match="or for a client certificate"):
        await connect(temporal_access(settings_for(door, authority)), keys)


async def test_given_temporal_under_another_name_when_the_name_is_set_then_it_is_believed(
    dev_server: WorkflowEnvironment, authority: Authority, keys: PayloadKeys
) -> None:
    address = dev_server.client.service_client.config.target_host
    async with tls_door(address, authority.signs("t", name="temporal.example"), protocol="h2") as named:
        access = settings_for(named, authority, temporal_tls_server_name="temporal.example")
        client = await connect(temporal_access(access), keys)
        assert await client.service_client.check_health()


def test_given_no_setting_of_tls_when_read_then_the_connection_is_plain() -> None:
    assert temporal_access(Settings(temporal_address="127.0.0.1:7233")).tls is None


@pytest.mark.parametrize("name", ["temporal_tls", "temporal_tls_server_name", "temporal_api_key"])
def test_given_anything_of_tls_when_read_then_the_connection_is_encrypted(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable(name), "true")
    assert temporal_access(Settings(temporal_address="127.0.0.1:7233")).tls is not None
