"""Acknowledgements to the last character: what is echoed, swapped and escaped, and who is owed one."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from discharge.errors import ERRORS
from fhir_adapters.hl7v2.parse.envelope import Delimiters, MessageHeader, Unreadable
from fhir_adapters.hl7v2.receive import ack
from fhir_adapters.hl7v2.receive.ack import (
    STORED,
    AckRules,
    Immediate,
    Verdict,
    answer_code,
    build_ack,
    escape,
    hl7_time,
    owes_application,
    verdict_of,
    verdict_on,
)

NOW = datetime(2026, 1, 5, 9, 8, 7, 654321, tzinfo=UTC)
ODD = Delimiters(field="#", component="!", repetition="*", escape="/", subcomponent="%")
HEADER = MessageHeader(
    sha256="",
    message_id="M7",
    message_type="ADT",
    trigger="A02",
    structure="ADT_A02",
    version="2.5.1",
    processing_id="T",
    sending_application="PAS",
    sending_facility="RXH",
    receiving_application="HW-APP",
    receiving_facility="HW-FAC",
)
BROKEN = Verdict("AR", "102", "Not & read", "PID-3")


def built(header: MessageHeader | None, verdict: Verdict, code: str = "AA") -> bytes:
    return build_ack(header, verdict, code, now=NOW, ack_id="OURS")


def test_given_a_stored_message_then_its_header_is_turned_round_and_its_own_marks_are_used() -> None:
    assert built(HEADER, STORED) == (
        b"MSH|^~\\&|HW-APP|HW-FAC|PAS|RXH|20260105090807+0000||ACK^A02^ACK|OURS|T|2.5.1\rMSA|AA|M7\r"
    )
    assert built(HEADER._replace(delimiters=ODD), STORED, "CA") == (
        b"MSH#!*/%#HW-APP#HW-FAC#PAS#RXH#20260105090807+0000##ACK!A02!ACK#OURS#T#2.5.1\rMSA#CA#M7\r"
    )


@pytest.mark.parametrize(
    ("trigger", "structure", "kind"),
    [("A02", "", "ACK^A02"), ("", "ADT_A02", "ACK"), ("", "", "ACK")],
)
def test_given_less_in_the_header_then_the_type_of_the_answer_says_as_much(
    trigger: str, structure: str, kind: str
) -> None:
    header = HEADER._replace(trigger=trigger, structure=structure)
    assert built(header, STORED).split(b"|")[8].decode() == kind


def test_given_nobody_named_as_receiver_then_we_name_ourselves() -> None:
    assert built(HEADER._replace(receiving_application=""), STORED).split(b"|")[2] == b"HOMEWARD"


def test_given_no_header_at_all_then_the_answer_is_one_of_production_in_version_2_4() -> None:
    assert built(None, BROKEN, "AR") == (
        b"MSH|^~\\&|HOMEWARD||||20260105090807+0000||ACK|OURS|P|2.4\r"
        b"MSA|AR||Not \\T\\ read|||102\r"
        b"ERR|PID^1^3^102&Not \\T\\ read&HL70357\r"
    )


@pytest.mark.parametrize(
    ("version", "fields"),
    [
        ("2.5", True),
        ("2.5.1", True),
        ("2.10", True),
        ("3.0", True),
        ("2.4", False),
        ("2.3.1", False),
        ("1.9", False),
        ("", False),
        ("soon", False),
    ],
)
def test_given_a_version_then_from_2_5_on_the_error_has_fields_of_its_own(version: str, fields: bool) -> None:
    answer = built(HEADER._replace(version=version, delimiters=ODD), BROKEN, "AR").decode()
    error = answer.split("\r")[2]
    expected = "ERR##PID!1!3#102!Not & read!HL70357#E" if fields else "ERR#PID!1!3!102%Not & read%HL70357"
    assert error == expected


@pytest.mark.parametrize("where", ["", "PID", "PID-3.1", "pid-3", "somewhere"])
def test_given_no_place_that_hl7_can_name_then_the_error_is_in_the_header(where: str) -> None:
    answer = built(HEADER, Verdict("AR", "102", "Bad", where), "AR").decode()
    assert answer.split("\r")[2] == "ERR||MSH^1^|102^Bad^HL70357|E"


def test_given_text_with_marks_and_what_cannot_be_printed_then_it_is_made_safe() -> None:
    assert escape("a|b^c&d~e\\f\rg\x00h", Delimiters()) == "a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\fgh"
    assert escape("a#b!c%d*e/f|", ODD) == "a/F/b/S/c/T/d/R/e/E/f|"


def test_given_the_senders_character_set_then_the_answer_is_written_in_it_if_it_can_be() -> None:
    header = HEADER._replace(message_id="Mé", charset="iso-8859-1")
    assert b"MSA|AA|M\xe9\r" in built(header, STORED)
    assert "MSA|AA|M€\r".encode() in built(header._replace(message_id="M€"), STORED)
    assert "MSA|AA|Mé\r".encode() in built(header._replace(charset="nobody-knows-it"), STORED)


def test_given_an_instant_then_hl7_writes_it_in_london_with_its_offset_to_the_second() -> None:
    assert hl7_time(NOW) == "20260105090807+0000"
    assert hl7_time(datetime(2026, 7, 1, 12, 0, 0, 999999, tzinfo=UTC)) == "20260701130000+0100"


def test_given_an_error_of_the_table_then_its_row_gives_the_verdict() -> None:
    row = ERRORS["message-too-large"]
    assert row.ack is not None
    assert verdict_of("message-too-large", "MSH-9") == Verdict(
        row.ack.code, row.ack.condition, row.title, "MSH-9"
    )
    assert verdict_of("message-too-large").where == ""


def test_given_an_error_that_hl7_never_sees_then_the_words_are_its_own_and_the_fault_is_ours() -> None:
    unseen = next(row for row in ERRORS.values() if row.ack is None)
    assert verdict_of(unseen.code) == Verdict("AE", "207", unseen.title)


def test_given_a_table_that_cannot_answer_for_our_own_fault_then_it_is_said_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unseen = next(code for code, row in ERRORS.items() if row.ack is None)
    table = {**ERRORS, "internal": ERRORS[unseen]}
    monkeypatch.setattr(ack, "ERRORS", MappingProxyType(table))
    with pytest.raises(
        LookupError, match=r"^the table of errors gives no acknowledgement for an internal error$"
    ):
        verdict_of(unseen)


def test_given_an_unreadable_envelope_then_only_a_place_is_repeated_of_what_was_wrong() -> None:
    assert verdict_on(Unreadable("message-too-large", "", "MSH-10")).where == "MSH-10"
    assert verdict_on(Unreadable("message-too-large", "", "ASHDOWN")).where == ""
    assert verdict_on(Unreadable("message-too-large", "", "x MSH-10")).where == ""
    assert verdict_on(HEADER) == STORED
    assert STORED.accepted
    assert not BROKEN.accepted


TURNED_DOWN = Verdict("AE", "207")
FAILED = Verdict("AR", "102")


@pytest.mark.parametrize(
    ("immediate", "accept", "verdict", "code"),
    [
        ("application", "AL", STORED, "AA"),
        ("application", "AL", TURNED_DOWN, "AE"),
        ("commit", "", STORED, "CA"),
        ("commit", "NE", TURNED_DOWN, "CE"),
        ("commit", "", FAILED, "CR"),
        ("as-asked", "AL", FAILED, "CR"),
        ("as-asked", "ER", TURNED_DOWN, "CE"),
        ("as-asked", "ER", STORED, "AA"),
        ("as-asked", "SU", STORED, "CA"),
        ("as-asked", "SU", FAILED, "AR"),
        ("as-asked", "NE", STORED, "AA"),
        ("as-asked", "??", STORED, "AA"),
        ("as-asked", "", TURNED_DOWN, "AE"),
    ],
)
def test_given_a_profile_and_what_is_asked_then_the_table_of_answers_holds(
    immediate: Immediate, accept: str, verdict: Verdict, code: str
) -> None:
    header = HEADER._replace(accept_ack=accept)
    assert answer_code(header, verdict, AckRules(immediate)) == code
    assert answer_code(None, verdict, AckRules(immediate)) == verdict.code


@pytest.mark.parametrize(
    ("honour", "accept", "application", "silent"),
    [
        (True, "NE", "NE", True),
        (False, "NE", "NE", False),
        (True, "NE", "AL", False),
        (True, "", "", False),
    ],
)
def test_given_a_sender_that_never_wants_an_answer_then_only_a_profile_that_honours_it_is_silent(
    honour: bool, accept: str, application: str, silent: bool
) -> None:
    header = HEADER._replace(accept_ack=accept, application_ack=application)
    answer = answer_code(header, STORED, AckRules(honour_never=honour))
    assert answer == (None if silent else "AA")
    assert not owes_application(header, STORED, AckRules(honour_never=honour))


@pytest.mark.parametrize(
    ("immediate", "application", "verdict", "owed"),
    [
        ("commit", "AL", STORED, True),
        ("commit", "SU", STORED, True),
        ("commit", "ER", STORED, False),
        ("commit", "NE", STORED, False),
        ("commit", "", STORED, False),
        ("commit", "AL", TURNED_DOWN, False),
        ("application", "AL", STORED, False),
        ("as-asked", "AL", STORED, False),
    ],
)
def test_given_a_commit_alone_was_acknowledged_then_what_the_sender_asks_more_is_owed(
    immediate: Immediate, application: str, verdict: Verdict, owed: bool
) -> None:
    header = HEADER._replace(application_ack=application)
    assert owes_application(header, verdict, AckRules(immediate)) is owed
