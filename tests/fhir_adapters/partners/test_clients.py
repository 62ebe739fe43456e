"""Requests to a partner that asks for a token, or for a certificate, over real sockets."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from discharge.store.tables import PartnerRow
from fhir_adapters.partners.secrets import CannotReach, SecretFolder, tls_words
from fhir_adapters.partners.settings import ClientCredentials, PartnerTls, tls_of
from tests.fhir_adapters.hl7v2.certificates import Authority
from tests.fhir_adapters.partners.conftest import Room
from tests.fixtures.oauth_partner import SECRET
from tests.fixtures.tls_proxy import tls_door


async def test_given_a_token_in_a_file_when_sent_then_it_is_borne_and_a_new_one_counts_at_once(
    room: Room,
) -> None:
    (room.folder / "token").write_text("first-token\n")
    room.partner.good = {"first-token"}
    room.signs_in(kind="bearer", token="token")
    assert await room.send() == 201
    room.partner.good = {"second-token"}
    assert await room.send() == 401, "the same token is not tried twice"
    (room.folder / "token").write_text("second-token")
    assert await room.send() == 201
    assert [token for token, _ in room.partner.heard] == ["first-token", "first-token", "second-token"]


async def test_given_credentials_when_many_lanes_send_then_one_token_is_fetched_and_kept(room: Room) -> None:
    room.by_credentials()
    assert await asyncio.gather(*(room.send() for _ in range(8))) == [201] * 8
    assert room.partner.asked == [{"grant_type": ["client_credentials"], "scope": ["tasks.write"]}]


@pytest.mark.parametrize(("expires_in", "fetched"), [(5, 2), (3600, 1), (None, 1)])
async def test_given_a_token_that_is_about_to_expire_when_sent_again_then_a_new_one_is_fetched(
    room: Room, expires_in: int | None, fetched: int
) -> None:
    room.by_credentials()
    room.partner.expires_in = expires_in
    assert [await room.send(), await room.send()] == [201, 201]
    assert room.partner.given == fetched


async def test_given_a_token_taken_back_when_refused_then_it_is_refreshed_once_and_the_request_sent_again(
    room: Room,
) -> None:
    room.by_credentials()
    assert await room.send() == 201
    room.partner.good.clear()
    assert await room.send() == 201
    assert room.partner.heard == [("given-1", "201"), ("given-1", "401"), ("given-2", "201")]


async def test_given_a_partner_that_refuses_every_token_when_sent_then_it_is_asked_twice_and_no_more(
    room: Room,
) -> None:
    room.by_credentials()
    room.partner.keeps_given = False
    assert await room.send() == 401
    assert (room.partner.given, len(room.partner.heard)) == (2, 2)


@pytest.mark.parametrize(
    ("answer", "words", "lasting"),
    [
        ((400, b'{"error": "invalid_scope"}'), "gives us no token: invalid_scope", True),
        ((400, b'{"error": "No such Client!"}'), "gives us no token: refused", True),
        ((503, b"busy"), "answers HTTP 503", False),
        ((200, b"<html>"), "holds no token", True),
        ((200, b'{"token_type": "Bearer"}'), "holds no token", True),
        ((200, b'{"access_token": "a b\\r\\nX: y"}'), "holds no token", True),
    ],
)
async def test_given_no_token_from_its_endpoint_when_sent_then_nothing_leaves_and_it_says_why(
    room: Room, answer: tuple[int, bytes], words: str, lasting: bool
) -> None:
    room.by_credentials()
    room.partner.token_answer = answer
    with pytest.raises(CannotReach, match=words) as refused:
        await room.send()
    assert refused.value.lasting == lasting
    assert room.partner.heard == []


async def test_given_a_wrong_secret_when_sent_then_it_says_so_without_it(room: Room) -> None:
    room.by_credentials("wrong-secret")
    with pytest.raises(CannotReach, match="invalid_client") as refused:
        await room.send()
    assert "wrong-secret" not in str(refused.value)


async def test_given_a_token_endpoint_that_is_away_when_sent_then_it_may_pass(room: Room) -> None:
    room.by_credentials()
    assert room.row.sign_in
    room.row.sign_in["token_url"] = "http://127.0.0.1:1/token"
    with pytest.raises(CannotReach, match="ConnectError") as refused:
        await room.send()
    assert not refused.value.lasting


@pytest.mark.parametrize("content", [None, "", "two words", "tökén"])
async def test_given_a_file_without_a_token_when_sent_then_nothing_leaves_and_the_file_is_named(
    room: Room, content: str | None
) -> None:
    if content is not None:
        (room.folder / "token").write_text(content, encoding="utf-8")
    room.signs_in(kind="bearer", token="token")
    with pytest.raises(CannotReach, match="the file token of the partners' secrets"):
        await room.send()
    assert room.partner.heard == []


async def test_given_a_kind_of_sign_in_of_a_later_version_when_sent_then_nothing_leaves(room: Room) -> None:
    room.signs_in(kind="private-key-jwt", key="our-key")
    with pytest.raises(CannotReach, match="does not know"):
        await room.send()
    assert room.partner.heard == []


async def test_given_an_address_that_is_not_encrypted_when_a_token_is_set_then_it_does_not_leave(
    room: Room,
) -> None:
    (room.folder / "token").write_text("first-token")
    room.signs_in(kind="bearer", token="token")
    room.row.endpoint = "http://partner.example/fhir"
    with pytest.raises(CannotReach, match="https"):
        await room.send()


async def test_given_the_most_talkative_log_when_sent_then_no_token_and_no_secret_is_in_it(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    for talks in (None, "httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, talks)
    room.by_credentials()
    assert await room.send() == 201
    assert "POST" in caplog.text
    assert not any(secret in caplog.text for secret in ("given-1", SECRET, "Bearer "))
    assert not any(secret in repr(room.clients) for secret in ("given-1", SECRET))


async def test_given_a_partner_that_asks_for_a_certificate_when_ours_is_set_then_it_is_reached(
    room: Room,
) -> None:
    authority = Authority(room.folder)
    ours = authority.signs("ours")
    room.partner.good = {""}
    files = {"certificate": ours.certificate.name, "key": ours.key.name}
    shown = authority.signs("partner", name="partner.example")
    async with tls_door(f"127.0.0.1:{room.partner.port}", shown, clients_of=authority) as door:
        room.row.endpoint = f"https://127.0.0.1:{door.port}/fhir"
        known = {"ca": authority.certificate.name, "server_name": "partner.example"}
        room.row.tls = known | files
        assert await room.send() == 201
        for wrong, words in (
            (
                known | files | {"server_name": "other.example"},
                "certificate is not valid for 'other.example'",
            ),
            (files | {"server_name": "partner.example"}, "its certificate is not trusted"),
        ):
            room.row.tls = wrong
            with pytest.raises(httpx.TransportError) as refused:
                await room.send()
            assert words in (tls_words(refused.value) or "")
        room.row.tls = known
        with pytest.raises(httpx.TransportError):
            await room.send()
    assert len(room.partner.heard) == 1


async def test_given_certificates_that_are_not_there_when_sent_then_the_files_are_named(room: Room) -> None:
    room.row.tls = {"ca": "none.pem"}
    with pytest.raises(CannotReach, match=r"none\.pem"):
        await room.send()
    room.clients.secrets = SecretFolder()
    with pytest.raises(CannotReach, match="no folder of partners' secrets is set"):
        await room.send()


@pytest.mark.parametrize("name", ["", "../key", "/etc/passwd", ".hidden", "a\\b"])
def test_given_a_name_that_leads_out_of_the_folder_when_set_then_it_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="not the name of a file"):
        PartnerTls(ca=name)


@pytest.mark.parametrize(
    "wrong", [{"token_url": "http://partner.example/token"}, {"token_url": "ftp://127.0.0.1/token"}]
)
def test_given_a_token_address_that_is_not_encrypted_when_set_then_it_is_refused(
    wrong: dict[str, Any],
) -> None:
    with pytest.raises(ValidationError, match="https"):
        ClientCredentials(kind="client-credentials", client_id="us", secret="secret", **wrong)


def test_given_settings_of_a_later_version_when_read_then_what_it_added_is_left_aside() -> None:
    row = PartnerRow(tls={"ca": "ca.pem", "pinned": ["x"]})
    assert tls_of(row) == PartnerTls(ca="ca.pem")
