"""How we reach a partner: what is sent and where, by which client, and which files and addresses will do."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from pydantic import ValidationError

from discharge.store.tables import PartnerRow
from fhir_adapters.partners import clients
from fhir_adapters.partners.clients import REQUEST_TIMEOUT, PartnerClients
from fhir_adapters.partners.secrets import CannotReach, SecretFolder, tls_words
from fhir_adapters.partners.settings import (
    BearerToken,
    ClientCredentials,
    PartnerTls,
    is_encrypted,
    keeps_secrets,
    sign_in_of,
    tls_of,
)
from tests.fhir_adapters.hl7v2.certificates import Authority
from tests.fhir_adapters.partners.conftest import Room
from tests.fixtures.oauth_partner import oauth_partner


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[httpx.AsyncClient]:
    """Every client that is made."""
    kept: list[httpx.AsyncClient] = []

    class Kept(httpx.AsyncClient):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            kept.append(self)

    monkeypatch.setattr(clients.httpx, "AsyncClient", Kept)
    return kept


@pytest.mark.parametrize(
    ("below", "asked"), [("/fhir", "/fhir/Task"), ("/fhir/", "/fhir/Task"), ("/FLOOR-X", "/FLOOR-X/Task")]
)
async def test_given_a_partner_when_sent_then_path_key_and_body_are_as_given(
    room: Room, below: str, asked: str
) -> None:
    room.partner.good = {""}
    room.row.endpoint = f"{room.partner.url}{below}"
    assert await room.send() == 201
    assert room.partner.arrived == [(f"POST {asked} HTTP/1.1", "k", b"{}")]


async def test_given_a_partner_that_sends_on_to_another_then_neither_body_nor_token_goes_there(
    room: Room,
) -> None:
    (room.folder / "token").write_text("first-token")
    room.signs_in(kind="bearer", token="token")
    async with oauth_partner() as other:
        room.partner.moved_to = f"{other.url}/fhir/Task"
        assert await room.send() == 307
        assert other.arrived == []


async def test_given_settings_that_changed_when_sent_then_a_new_client_is_made_and_all_are_closed_at_the_end(
    tmp_path: Path, made: list[httpx.AsyncClient]
) -> None:
    (tmp_path / "ca.pem").write_bytes(Authority(tmp_path, "first").certificate.read_bytes())
    ours = PartnerClients(SecretFolder(tmp_path))
    async with oauth_partner() as partner:
        partner.good = {""}
        row, other = (
            PartnerRow(id=uuid4(), kind="council", endpoint=partner.url, tls=None) for _ in range(2)
        )

        async def send(to: PartnerRow) -> int:
            return (await ours.post(to, "Task", b"{}", {})).status_code

        assert [await send(row), await send(row), await send(other)] == [201] * 3
        assert len(made) == 2, "one client for each partner"
        row.tls = {"ca": "ca.pem"}
        assert [await send(row), await send(row)] == [201] * 2
        (tmp_path / "ca.pem").write_bytes(Authority(tmp_path, "second").certificate.read_bytes())
        assert [await send(row), await send(row), await send(other)] == [201] * 3
    assert len(made) == 4, "a file that was replaced makes a new one"
    assert [client.timeout for client in made] == [REQUEST_TIMEOUT] * 4
    assert not any(client.is_closed for client in made), "the one before ends what it has begun"
    await ours.close()
    assert all(client.is_closed for client in made)


async def test_given_what_cannot_be_sent_then_the_words_say_why(room: Room) -> None:
    room.signs_in(kind="private-key-jwt", key="our-key")
    with pytest.raises(CannotReach) as refused:
        await room.send()
    assert refused.value.words == "its sign-in is of a kind that this version does not know"
    room.signs_in(kind="bearer", token="token")
    room.row.endpoint = "http://partner.example/fhir"
    with pytest.raises(CannotReach) as refused:
        await room.send()
    assert (refused.value.words, refused.value.lasting) == ("a token is sent only by https://", True)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "the file token of the partners' secrets cannot be read"),
        ("", "the file token of the partners' secrets holds no secret"),
        ("two words", "the file token of the partners' secrets holds no secret"),
        ("tökén", "the file token of the partners' secrets cannot be read"),
    ],
)
def test_given_a_file_without_a_secret_when_read_then_the_words_name_it(
    content: str | None, words: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "token").write_text(content, encoding="utf-8")
    with pytest.raises(CannotReach) as refused:
        SecretFolder(tmp_path).secret("token")
    assert refused.value.words == words
    with pytest.raises(CannotReach) as refused:
        SecretFolder().secret("token")
    assert refused.value.words == "no folder of partners' secrets is set, and token should be in it"


def test_given_certificates_that_do_not_go_together_when_used_then_all_files_are_named(
    tmp_path: Path,
) -> None:
    authority = Authority(tmp_path)
    ours, other = authority.signs("ours"), authority.signs("other")
    tls = PartnerTls(ca=authority.certificate.name, certificate=ours.certificate.name, key=other.key.name)
    with pytest.raises(CannotReach) as refused:
        SecretFolder(tmp_path).context(tls)
    assert refused.value.words == (
        "the certificates (Test CA.pem, ours.pem, other.key) in the partners' secrets cannot be used"
    )


def test_given_a_key_with_a_password_when_used_then_it_is_refused_and_nobody_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Authority(tmp_path).signs("ours")
    key = serialization.load_pem_private_key(ours.key.read_bytes(), None)
    ours.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"x"),
        )
    )
    load = ssl.SSLContext.load_cert_chain

    def watched(self: ssl.SSLContext, *args: Any, password: Any = None) -> None:
        load(self, *args, password=password or b"x")  # b"x" is what a person would type in

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", watched)
    with pytest.raises(CannotReach):
        SecretFolder(tmp_path).context(PartnerTls(certificate=ours.certificate.name, key=ours.key.name))


def test_given_a_partner_of_any_kind_when_reached_then_it_must_show_a_certificate_and_tls_is_not_old() -> (
    None
):
    context = SecretFolder().context(PartnerTls())
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_given_a_file_of_the_same_size_in_its_place_when_looked_at_then_its_state_is_another(
    tmp_path: Path,
) -> None:
    folder = SecretFolder(tmp_path)
    absent = folder.state(("token", "other"))
    (tmp_path / "token").write_text("one")
    before = folder.state(("token", "other"))
    assert before == folder.state(("token", "other"))
    (tmp_path / "next").write_text("two")
    (tmp_path / "next").replace(tmp_path / "token")
    assert len({absent, before, folder.state(("token", "other"))}) == 3
    assert SecretFolder().state(("token",)) == ("token",)


def _failure(kind: type[ssl.SSLError], **said: str | None) -> ssl.SSLError:
    failure = kind(1, "as OpenSSL puts it")
    for name, value in said.items():
        setattr(failure, name, value)
    return failure


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (
            _failure(ssl.SSLCertVerificationError, verify_message=".certificate has expired."),
            "its certificate is not trusted: .certificate has expired",
        ),
        (
            _failure(ssl.SSLCertVerificationError, verify_message="signed by X"),
            "its certificate is not trusted: signed by X",
        ),
        (
            _failure(ssl.SSLError, reason="WRONG_VERSION_NUMBER"),
            "TLS failed: wrong_version_number",
        ),
        (_failure(ssl.SSLError, reason=None), "TLS failed: it ended the handshake"),
        (OSError("away"), None),
        (None, None),
    ],
)
def test_given_why_no_connection_came_about_when_said_then_the_words_are_of_its_cause(
    failure: Exception | None, words: str | None
) -> None:
    assert tls_words(failure) == words
    caused = httpx.ConnectError("")
    caused.__cause__ = failure
    during = httpx.ConnectError("")
    during.__context__ = failure
    above = httpx.ConnectError("")
    above.__context__ = caused
    assert [tls_words(each) for each in (caused, during, above)] == [words] * 3


@pytest.mark.parametrize(
    ("url", "encrypted", "keeps"),
    [
        ("https://partner.example/fhir", True, True),
        ("mllps://partner.example:2575", True, True),
        ("http://partner.example/fhir", False, False),
        ("mllp://partner.example:2575", False, False),
        ("http://127.0.0.1:8080/fhir", False, True),
        ("http://[::1]:8080/fhir", False, True),
        ("http://localhost/fhir", False, True),
        ("http://localhost.example/fhir", False, False),
    ],
)
def test_given_an_address_then_a_secret_goes_there_only_encrypted_or_within_this_machine(
    url: str, encrypted: bool, keeps: bool
) -> None:
    assert (is_encrypted(url), keeps_secrets(url)) == (encrypted, keeps)


@pytest.mark.parametrize("name", ["", "../key", ".hidden", "a/b", "a\\b"])
def test_given_a_name_that_leads_out_of_the_folder_when_set_then_the_words_name_it(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        PartnerTls(ca=name)
    words = f"Value error, {name!r} is not the name of a file in the folder of partners' secrets"
    assert [each["msg"] for each in refused.value.errors()] == [words]


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://partner.example/token", True),
        ("http://127.0.0.1/token", True),
        ("http://partner.example/token", False),
        ("mllps://partner.example/token", False),
        ("ftp://127.0.0.1/token", False),
    ],
)
def test_given_a_token_address_when_set_then_it_is_one_of_the_web_that_keeps_the_secret(
    url: str, good: bool
) -> None:
    given = {"kind": "client-credentials", "token_url": url, "client_id": "us", "secret": "file"}
    if good:
        assert ClientCredentials.model_validate(given).token_url == url
        return
    with pytest.raises(ValidationError) as refused:
        ClientCredentials.model_validate(given)
    assert [each["msg"] for each in refused.value.errors()] == [
        "Value error, a secret is sent there, so its address begins with https://"
    ]


def test_given_what_is_stored_when_read_then_it_is_whole_and_what_a_later_version_added_is_left_aside() -> (
    None
):
    assert (tls_of(PartnerRow()), sign_in_of(PartnerRow())) == (None, None)
    assert tls_of(PartnerRow(tls={})) == PartnerTls()
    stored = {"kind": "bearer", "token": "token", "bound_to": "x"}
    assert sign_in_of(PartnerRow(sign_in=stored)) == BearerToken(kind="bearer", token="token")
