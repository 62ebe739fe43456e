"""Tokens for partners: fetched over TLS, refreshed once for all lanes, and never an old one again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from fhir_adapters.partners import tokens
from fhir_adapters.partners.secrets import CannotReach, SecretFolder
from fhir_adapters.partners.settings import BearerToken
from fhir_adapters.partners.tokens import TOKEN_TIMEOUT, TokenFromFile
from tests.fhir_adapters.hl7v2.certificates import Authority
from tests.fhir_adapters.partners.conftest import Room
from tests.fixtures.tls_proxy import tls_door


async def test_given_a_token_taken_back_when_many_lanes_send_then_one_new_token_serves_them_all(
    room: Room,
) -> None:
    room.by_credentials()
    assert await room.send() == 201
    room.partner.good.clear()
    assert await asyncio.gather(*(room.send() for _ in range(6))) == [201] * 6
    assert room.partner.given == 2


async def test_given_no_token_once_when_sent_again_then_a_new_one_is_fetched_and_the_old_one_not_used(
    room: Room,
) -> None:
    room.by_credentials()
    room.partner.expires_in = 5
    assert await room.send() == 201
    room.partner.token_answer = (503, b"busy")
    for _ in range(2):
        with pytest.raises(CannotReach) as refused:
            await room.send()
        assert refused.value.words == "the token endpoint answers HTTP 503"
    room.partner.token_answer = None
    assert await room.send() == 201
    assert room.partner.heard == [("given-1", "201"), ("given-2", "201")]


async def test_given_a_client_secret_replaced_when_sent_then_the_token_of_the_one_before_is_left(
    room: Room,
) -> None:
    room.by_credentials()
    assert [await room.send(), await room.send()] == [201] * 2
    (room.folder / "next").write_text("another-secret")
    (room.folder / "next").replace(room.folder / "client-secret")
    with pytest.raises(CannotReach, match="invalid_client"):
        await room.send()
    room.by_credentials()
    assert await room.send() == 201
    assert [token for token, _ in room.partner.heard] == ["given-1", "given-1", "given-2"]


async def test_given_a_file_replaced_while_its_token_was_refused_then_the_new_one_is_the_other(
    tmp_path: Path,
) -> None:
    (tmp_path / "token").write_text("new\n")
    held = TokenFromFile(SecretFolder(tmp_path), BearerToken(kind="bearer", token="token"))
    assert await held.current() == "new"
    assert await held.instead_of("old") == "new"
    assert await held.instead_of("new") is None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((400, b'{"error": "invalid_scope"}'), "the token endpoint gives us no token: invalid_scope"),
        ((400, b'{"error": "secret Value"}'), "the token endpoint gives us no token: refused"),
        ((200, b"{}"), "the token endpoint gives an answer that holds no token"),
    ],
)
async def test_given_no_token_when_sent_then_the_words_are_ours_and_nothing_of_the_answer_but_its_code(
    room: Room, answer: tuple[int, bytes], words: str
) -> None:
    room.by_credentials()
    room.partner.token_answer = answer
    with pytest.raises(CannotReach) as refused:
        await room.send()
    assert (refused.value.words, str(refused.value), refused.value.lasting) == (words, words, True)


async def test_given_a_token_endpoint_of_the_partners_own_authority_then_its_ca_is_believed_there_too(
    room: Room,
) -> None:
    authority = Authority(room.folder)
    room.by_credentials()
    async with tls_door(f"127.0.0.1:{room.partner.port}", authority.signs("partner")) as door:
        assert room.row.sign_in
        room.row.sign_in["token_url"] = f"https://127.0.0.1:{door.port}/token"
        with pytest.raises(CannotReach) as refused:
            await room.send()
        assert refused.value.words.startswith("the token endpoint: its certificate is not trusted: ")
        assert refused.value.lasting, "a person has to name the authority"
        assert b"token" not in door.heard, "the secret did not leave"
        room.row.tls = {"ca": authority.certificate.name}
        assert await room.send() == 201
        assert b"POST /token" in door.heard


async def test_given_a_token_endpoint_that_is_away_when_sent_then_it_is_named_and_may_pass(
    room: Room,
) -> None:
    room.by_credentials()
    assert room.row.sign_in
    room.row.sign_in["token_url"] = "http://127.0.0.1:1/token"
    with pytest.raises(CannotReach) as refused:
        await room.send()
    assert (refused.value.words, refused.value.lasting) == ("the token endpoint: ConnectError", False)


async def test_given_a_token_endpoint_when_asked_then_it_is_not_waited_for_without_end(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []

    class Kept(tokens.AsyncOAuth2Client):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            made.append(self)

    monkeypatch.setattr(tokens, "AsyncOAuth2Client", Kept)
    room.by_credentials()
    assert await room.send() == 201
    assert [client.timeout for client in made] == [TOKEN_TIMEOUT]
