from __future__ import annotations

from datetime import UTC, datetime

import pytest

from discharge.errors import ERRORS
from fhir_adapters.hl7v2.parse.envelope import MessageHeader, header_of, read_envelope
from fhir_adapters.hl7v2.receive.ack import STORED, AckRules, answer_code, build_ack, verdict_of, verdict_on
from tests.fhir_adapters.hl7v2.samples import Sample

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
AS_ASKED = AckRules(immediate="as-asked", honour_never=True)


def envelope(sample: Sample) -> MessageHeader:
    read = header_of(read_envelope(sample.raw()))
    assert read is not None
    return read


def lines(answer: bytes | None) -> list[str]:
    assert answer is not None
    return answer.decode().rstrip("\r").split("\r")


def test_given_a_stored_message_then_aa_with_its_id_and_our_local_time() -> None:
    told = lines(build_ack(envelope(Sample()), STORED, "AA", now=NOW, ack_id="OURS"))

    assert told == ["MSH|^~\\&|HOMEWARD|HW|PAS|RXH|20260701130000+0100||ACK^A01|OURS|P|2.4", "MSA|AA|M1"]


def test_given_no_message_id_then_ar_101_names_the_field() -> None:
    read = read_envelope(Sample(message_id="").raw())

    told = lines(build_ack(header_of(read), verdict_on(read), verdict_on(read).code, now=NOW, ack_id="OURS"))

    assert told[1].startswith("MSA|AR||")
    assert told[1].endswith("|||101")
    assert told[2].startswith("ERR|MSH^1^10^101&")


def test_given_version_2_5_then_the_error_is_in_fields_of_its_own() -> None:
    read = read_envelope(Sample(message_id="", version="2.5.1").raw())

    told = lines(build_ack(header_of(read), verdict_on(read), verdict_on(read).code, now=NOW, ack_id="OURS"))

    assert told[2].split("|")[2:] == ["MSH^1^10", "101^The message has no id^HL70357", "E"]


def test_given_nothing_readable_then_an_answer_all_the_same() -> None:
    read = read_envelope(b"hello")

    told = lines(build_ack(header_of(read), verdict_on(read), verdict_on(read).code, now=NOW, ack_id="OURS"))

    assert told[0].startswith("MSH|^~\\&|HOMEWARD|")
    assert told[1].startswith("MSA|AR|")


def test_given_words_with_delimiters_then_they_are_escaped() -> None:
    verdict = verdict_of("internal")

    told = lines(build_ack(envelope(Sample()), verdict, verdict.code, now=NOW, ack_id="OURS"))

    assert told[1].split("|")[1] == "AE"
    assert told[1].split("|")[6] == "207"


@pytest.mark.parametrize(
    "code", ["unknown-trigger", "unknown-version", "message-not-understood", "unknown-feed"]
)
def test_given_what_is_stored_and_not_used_then_the_table_says_aa(code: str) -> None:
    assert verdict_of(code).code == "AA"


def test_given_a_code_that_hl7_never_sees_then_it_counts_as_our_fault() -> None:
    without = next(code for code, row in ERRORS.items() if row.ack is None)

    assert (verdict_of(without).code, verdict_of(without).condition) == ("AE", "207")


@pytest.mark.parametrize(
    ("accept", "application", "rules", "code"),
    [
        ("", "", AckRules(), "AA"),
        ("", "", AS_ASKED, "AA"),
        ("AL", "NE", AckRules(), "AA"),
        ("AL", "NE", AS_ASKED, "CA"),
        ("AL", "AL", AS_ASKED, "CA"),
        ("ER", "AL", AS_ASKED, "AA"),
        ("SU", "NE", AS_ASKED, "CA"),
        ("NE", "AL", AS_ASKED, "AA"),
        ("NE", "NE", AckRules(), "AA"),
        ("NE", "NE", AS_ASKED, None),
    ],
)
def test_given_what_the_sender_asks_then_the_profile_decides_the_answer(
    accept: str, application: str, rules: AckRules, code: str | None
) -> None:
    assert answer_code(envelope(Sample(accept=accept, application_ack=application)), STORED, rules) == code


def test_given_a_name_in_the_message_then_no_answer_repeats_it() -> None:
    answer = build_ack(envelope(Sample()), verdict_of("internal"), "AE", now=NOW, ack_id="OURS")

    assert answer is not None
    assert b"ASHDOWN" not in answer
