"""Which characters bytes mean: as declared, as UTF-8, as Windows-1252; and escapes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.hl7v2.parse.segments import Message, read_message
from fhir_adapters.hl7v2.parse.text import TABLE_0211, decode
from fhir_adapters.store.tables import InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import Sample


@pytest.mark.parametrize(
    ("raw", "declared", "text", "charset", "repairs"),
    [
        ("Zoë".encode(), "UNICODE UTF-8", "Zoë", "utf-8", ()),
        ("Zoë".encode("latin-1"), "8859/1", "Zoë", "iso8859-1", ()),
        ("Łukasz".encode("iso8859-2"), "8859/2", "Łukasz", "iso8859-2", ()),
        ("Zoë".encode(), "8859/1", "Zoë", "utf-8", ("charset-undeclared",)),
        ("O’Brien".encode("cp1252"), "8859/1", "O’Brien", "cp1252", ("charset-undeclared",)),
        ("O’Brien".encode("cp1252"), "ASCII", "O’Brien", "cp1252", ("charset-undeclared",)),
        ("Zoë".encode("latin-1"), "UNICODE UTF-8", "Zoë", "cp1252", ("charset-undeclared",)),
        ("Zoë".encode(), "", "Zoë", "utf-8", ()),
        ("Zoë".encode("cp1252"), "KLINGON", "Zoë", "cp1252", ()),
        (b"Zo\xeb\x81", "", "Zoë�", "cp1252", ("bytes-replaced",)),
        (b"Zoe", "8859/1", "Zoe", "iso8859-1", ()),
        (b"Zoe", "8859/1~UNICODE UTF-8", "Zoe", "iso8859-1", ()),
    ],
)
def test_given_a_declaration_right_or_wrong_then_the_text_is_what_was_meant(
    raw: bytes, declared: str, text: str, charset: str, repairs: tuple[str, ...]
) -> None:
    assert decode(raw, declared) == (text, charset, repairs)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_given_a_wide_encoding_then_the_message_is_read(encoding: str) -> None:
    read = read_message(Sample(family="BRONTË").text().encode(encoding))

    assert isinstance(read, Message)
    assert read.value("PID", 5) == "BRONTË"


@given(st.binary(max_size=200), st.sampled_from([*TABLE_0211, "", "nothing", "~"]))
def test_given_any_bytes_and_any_declaration_then_decoding_never_raises(raw: bytes, declared: str) -> None:
    assert isinstance(decode(raw, declared).text, str)


async def test_given_a_wrong_declaration_then_the_set_that_fitted_is_noted_on_the_message(
    intake: Intake,
) -> None:
    text = Sample(family="BRONTË").text().replace("|P|2.4|||", "|P|2.4|||||GBR|ASCII", 1)

    await intake.take(text.encode("cp1252"))

    [row] = await intake.rows(InboxRow)
    assert (row.state, row.charset, row.reason) == ("interpreted", "cp1252", "charset-undeclared")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"A\T\E", "A&E"),
        (r"one\F\two\S\three\R\four\E\five", r"one|two^three~four\five"),
        (r"\H\Ward\N\ 6", "Ward 6"),
        (r"Zo\XC3AB\ ", "Zoë"),
        (r"Zo\XEB\ ", "Zoë"),
        (r"O\X27\Brien", "O'Brien"),
        (r"a\Z0102\b", r"a\Z0102\b"),
        (r"a\XZZ\b", r"a\XZZ\b"),
    ],
)
@pytest.mark.parametrize("place", [("PID", 5, 1), ("PID", 11, 3), ("PV1", 3, 2), ("ZUK", 3, 1)])
def test_given_an_escape_anywhere_then_it_is_resolved(
    written: str, meant: str, place: tuple[str, int, int]
) -> None:
    name, field, component = place
    value = "^" * (component - 1) + written
    tail = (f"ZUK|||{value}",) if name == "ZUK" else ()
    more = {} if name == "ZUK" else {name: {field: value}}

    read = read_message(Sample(more=more, tail=tail).raw())

    assert isinstance(read, Message)
    assert read.text(name, field, component) == meant
