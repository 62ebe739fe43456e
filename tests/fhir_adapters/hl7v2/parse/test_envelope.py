from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.hl7v2.parse.envelope import (
    Delimiters,
    MessageHeader,
    Unreadable,
    read_envelope,
)
from fhir_adapters.hl7v2.parse.text import mend_line_ends
from tests.fhir_adapters.hl7v2.samples import NHS, Sample

PIECES = st.sampled_from(
    [
        b"MSH",
        b"|",
        b"^~\\&",
        b"\r",
        b"\n",
        b"PID",
        b"~",
        b"\\",
        b"ADT^A01",
        b"\x0b",
        b"\x1c",
        b"\x00",
        b"\xff",
        b'""',
    ]
)
"""What damaged messages are made of."""


def envelope(raw: bytes) -> MessageHeader:
    read = read_envelope(raw)
    assert isinstance(read, MessageHeader)
    return read


def test_given_a_message_then_the_header_and_hints_are_read() -> None:
    read = envelope(Sample(accept="al", application_ack="NE").raw())

    assert (read.message_id, read.message_type, read.trigger, read.version) == ("M1", "ADT", "A01", "2.4")
    assert (read.sending_application, read.sending_facility, read.processing_id) == ("PAS", "RXH", "P")
    assert (read.accept_ack, read.application_ack, read.visit_hint) == ("AL", "NE", "V1")
    assert read.patient_hints == (f"{NHS}^^^NHS^NH", "H100^^^RXH^MR")
    assert read.event_time == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    assert read.repairs == ()


@pytest.mark.parametrize(("ends", "repair"), [("\n", "lf-ends"), ("\r\n", "crlf-ends"), ("\r", None)])
def test_given_other_line_ends_then_the_message_is_read_and_the_repair_noted(
    ends: str, repair: str | None
) -> None:
    read = envelope(Sample().text().replace("\r", ends).encode())

    assert read.visit_hint == "V1"
    assert read.repairs == ((repair,) if repair else ())


def test_given_a_line_feed_inside_a_text_then_it_stays_text() -> None:
    text, repairs = mend_line_ends("MSH|^~\\&\rNTE|1||first\nsecond\nPV1|1\r")

    assert text == "MSH|^~\\&\rNTE|1||first\nsecond\rPV1|1\r"
    assert repairs == ("stray-lf",)


@pytest.mark.parametrize(
    ("encoding", "declared", "charset", "repairs"),
    [
        ("utf-8", "UNICODE UTF-8", "utf-8", ()),
        ("latin-1", "8859/1", "iso8859-1", ()),
        ("utf-8", "ASCII", "utf-8", ("charset-undeclared",)),
        ("cp1252", "", "cp1252", ()),
        ("cp1252", "UNICODE UTF-8", "cp1252", ("charset-undeclared",)),
        ("utf-8-sig", "", "utf-8-sig", ("bom-removed",)),
    ],
)
def test_given_a_character_set_then_declared_then_utf8_then_windows_is_tried(
    encoding: str, declared: str, charset: str, repairs: tuple[str, ...]
) -> None:
    text = Sample(family="BRONTË").text().replace("|P|2.4|||", f"|P|2.4|||||GBR|{declared}", 1)

    read = envelope(text.encode(encoding))

    assert (read.charset, read.repairs) == (charset, repairs)


def test_given_doubled_escapes_in_msh_2_then_the_delimiters_are_mended() -> None:
    read = envelope(Sample().text().replace("^~\\&", "^~\\\\&", 1).encode())

    assert (read.delimiters.escape, read.delimiters.subcomponent) == ("\\", "&")
    assert "escape-doubled" in read.repairs


def test_given_a_lost_backslash_in_msh_2_then_the_four_usual_delimiters_are_meant() -> None:
    read = envelope(Sample().text().replace("^~\\&", "^~&", 1).encode())

    assert (read.delimiters, read.repairs) == (Delimiters(), ("escape-lost",))


@pytest.mark.parametrize("encoding", ["&", "^&", "^\\", "\\"])
def test_given_short_delimiters_that_the_usual_ones_would_repeat_then_they_cannot_be_read(
    encoding: str,
) -> None:
    read = read_envelope(Sample().text().replace("^~\\&", encoding, 1).encode())

    assert isinstance(read, Unreadable)
    assert (read.code, read.detail) == ("unreadable-envelope", "delimiters")


def test_given_other_delimiters_then_they_are_used() -> None:
    raw = (
        b"MSH#*~\\&#PAS#RXH#HW#HW#20260302##ADT*A01#X1#P#2.4\rPID#1##H1***RXH*MR\rPV1#1" + b"#" * 18 + b"V9\r"
    )

    read = envelope(raw)

    assert (read.message_type, read.trigger, read.visit_hint) == ("ADT", "A01", "V9")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not-hl7"),
        (b"   \r\n", "not-hl7"),
        (b"PID|1\r", "not-hl7"),
        (b"FHS|^~\\&\r", "not-hl7"),
        (b"MSH", "unreadable-envelope"),
        (b"MSH|", "unreadable-envelope"),
        (b"MSH|^~\\&", "unreadable-envelope"),
        (b"MSH|^^^^|A|B|C|D|1||ADT^A01|1|P|2.4\r", "unreadable-envelope"),
        (b"MSH|^~\\&|A|B|C|D|1|||1|P|2.4\r", "unreadable-envelope"),
        (b"MSH|^~\\&|A|B|C|D|1||ADT^A01||P|2.4\r", "missing-message-id"),
    ],
)
def test_given_no_readable_header_then_a_code_says_why(raw: bytes, code: str) -> None:
    read = read_envelope(raw)

    assert isinstance(read, Unreadable)
    assert read.code == code


@given(st.binary(max_size=400) | st.lists(PIECES, max_size=60).map(b"".join))
def test_given_any_bytes_then_the_envelope_is_a_value_and_never_an_exception(raw: bytes) -> None:
    assert isinstance(read_envelope(raw), MessageHeader | Unreadable)
