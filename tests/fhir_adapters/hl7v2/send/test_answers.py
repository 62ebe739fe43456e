"""What acknowledgements mean, row by row, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.hl7v2.send.answers import PartnerAnswer, meaning_of, read_answer

MSH = "MSH|^~\\&|PAS|RXH|||20260701||ACK^A16|X1|P|2.4\r"


@pytest.mark.parametrize(
    ("msa", "code", "condition"),
    [
        ("MSA|AA|M1\r", "AA", ""),
        ("MSA|CA|M1\r", "CA", ""),
        ("MSA|AE|M1|words|||207\r", "AE", "207"),
        ("MSA|AE|M1|words|||207^internal^HL70357\r", "AE", "207"),
        ("MSA|AE|M1\rERR|PID^1^5^101&Required&HL70357\r", "AE", "101"),
        ("MSA|AE|M1\rERR||PID^1^5|206^locked^HL70357|E\r", "AE", "206"),
        ("MSA|AR|M1\n", "AR", ""),
        ("MSA|AR|M1|Patient 2012 unknown\r", "AR", ""),
    ],
)
def test_given_an_acknowledgement_when_read_then_code_condition_and_id_are_found(
    msa: str, code: str, condition: str
) -> None:
    assert read_answer((MSH + msa).encode()) == PartnerAnswer(code, condition, "M1")


@pytest.mark.parametrize(
    "raw",
    [b"", b"hello", b"HTTP/1.1 400 Bad Request\r\n\r\n", MSH.encode(), (MSH + "MSA|OK|M1\r").encode(),
     (MSH + "MSA|AA\r").encode(), b"MSA|AA|M1\r", b"MSH\rMSA|AA|M1"],
)  # fmt: skip
def test_given_what_is_no_acknowledgement_when_read_then_there_is_none(raw: bytes) -> None:
    assert read_answer(raw) is None


@given(st.binary(max_size=300))
def test_given_any_bytes_when_read_then_it_is_an_answer_or_none_and_never_an_error(raw: bytes) -> None:
    assert read_answer(raw) is None or isinstance(read_answer(raw), PartnerAnswer)


@pytest.mark.parametrize(
    ("code", "condition", "attempts", "meaning"),
    [
        ("AA", "", 1, "accepted"),
        ("CA", "", 1, "received"),
        ("AE", "", 1, "never"),
        ("AE", "101", 3, "never"),
        ("AE", "206", 1, "again"),
        ("AE", "207", 9, "again"),
        ("AE", "205", 1, "never"),
        ("AE", "205", 2, "accepted"),
        ("AR", "", 1, "never"),
        ("AR", "207", 1, "never"),
        ("AR", "205", 2, "accepted"),
        ("CE", "207", 1, "again"),
        ("CE", "102", 1, "never"),
        ("CE", "205", 2, "received"),
        ("CR", "207", 1, "never"),
    ],
)
def test_given_a_code_and_a_condition_when_judged_then_the_table_says_what_it_means(
    code: str, condition: str, attempts: int, meaning: str
) -> None:
    assert meaning_of(PartnerAnswer(code, condition, "M1"), attempts) == meaning


def test_given_words_of_the_partner_when_the_answer_is_told_then_they_are_left_out() -> None:
    answer = read_answer((MSH + "MSA|AE|M1|JOAN ASHDOWN is not known|||204\r").encode())
    assert answer
    assert answer.words == "AE 204 (the patient or visit is not known)"
