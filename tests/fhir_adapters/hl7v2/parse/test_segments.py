from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.hl7v2.parse.envelope import Delimiters, Unreadable
from fhir_adapters.hl7v2.parse.segments import DELETED, Message, read_message, unescape
from tests.fhir_adapters.hl7v2.parse.test_envelope import PIECES
from tests.fhir_adapters.hl7v2.samples import Sample


def message(raw: bytes) -> Message:
    read = read_message(raw)
    assert isinstance(read, Message)
    return read


def test_given_a_message_then_fields_components_and_repetitions_are_read() -> None:
    read = message(Sample().raw())

    assert read.text("PID", 5, 2) == "JOAN"
    assert [rep(1) for rep in read.all("PID").__next__().repetitions(13)] == ["01134960000", "07700900123"]
    assert read.text("MSH", 9, 2) == "A01"
    assert read.text("PV1", 3, 3) == "ELM1-1"


def test_given_fields_that_are_not_there_then_they_are_empty() -> None:
    read = message(Sample().raw())

    assert read.text("PID", 99) == read.text("ZZZ", 1) == read.text("PID", 5, 40) == ""


def test_given_blank_and_damaged_lines_then_the_rest_is_read() -> None:
    text = Sample().text().replace("\rPV1|", "\r\r  \rrubbish here\rPV1|")

    read = message(text.encode())

    assert (read.text("PV1", 19), read.damaged) == ("V1", 1)


def test_given_a_delete_marker_then_text_keeps_it_and_value_reads_it_as_absent() -> None:
    read = message(Sample(more={"PID": {11: '""'}}).raw())

    assert read.text("PID", 11) == DELETED
    assert read.value("PID", 11) == ""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"A\T\E", "A&E"),
        (r"1\F\2\S\3\R\4\E\5", r"1|2^3~4\5"),
        (r"\H\loud\N\ ", "loud "),
        (r"\X41\\X42\ ", "AB "),
        (r"first\.br\second", "first\nsecond"),
        (r"C:\folder\file", r"C:\folder\file"),
        ("half\\", "half\\"),
    ],
)
def test_given_escapes_then_they_are_resolved_and_others_stay(written: str, meant: str) -> None:
    assert unescape(written, Delimiters()) == meant


def test_given_no_id_then_the_message_is_read_all_the_same() -> None:
    assert message(Sample(message_id="").raw()).text("PV1", 19) == "V1"


@given(st.lists(PIECES, max_size=40).map(b"".join))
def test_given_damaged_messages_then_reading_never_raises(tail: bytes) -> None:
    read = read_message(b"MSH|^~\\&|A|B|C|D|1||ADT^A01|1|P|2.4\r" + tail)

    assert isinstance(read, Message)
    for segment in read.segments:
        for field in range(60):
            segment.repetitions(field)


@given(st.binary(max_size=300))
def test_given_any_bytes_then_reading_never_raises(raw: bytes) -> None:
    assert isinstance(read_message(raw), Message | Unreadable)


def test_given_the_separators_then_they_are_fields_of_the_header_and_cut_nothing() -> None:
    read = message(Sample().raw())

    assert (read.text("MSH", 1), read.text("MSH", 2), read.text("MSH", 3)) == ("|", "^~\\&", "PAS")


@given(st.lists(st.text('abc "^~&\\|T', max_size=12), min_size=1, max_size=6))
def test_given_a_field_asked_for_twice_then_it_says_the_same(fields: list[str]) -> None:
    text = "|".join(["ZZZ", *(field.replace("|", "") for field in fields)])
    read = message(b"MSH|^~\\&|A|B|C|D|1||ADT^A01|1|P|2.4\r" + text.encode())
    segment = read.segment("ZZZ")

    assert segment is not None
    for number in range(1, len(fields) + 1):
        once = segment.repetitions(number)
        assert segment.repetitions(number) == once
        assert all(any(any(inner) for inner in rep.parts) for rep in once)
