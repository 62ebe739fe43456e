"""Sequences that other people wrote down of two real systems, Epic and CareCast: they end as meant.

Read from HOMEWARD_CORPORA/hl7v2, in folders named owner__repository; what is not there is skipped.
"""

from __future__ import annotations

import ast
import os
from itertools import islice, permutations
from pathlib import Path

import pytest

from fhir_adapters.feeds.loading import profile_named
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.hl7v2.facts import Interpreted, PersonReported, StayReported
from fhir_adapters.hl7v2.interpret import interpret
from fhir_adapters.hl7v2.reading import Message, read_message
from fhir_adapters.hl7v2.spells import SpellState, fold_spell

CORPORA = Path(os.environ.get("HOMEWARD_CORPORA", "/nowhere")) / "hl7v2"
ADT = CORPORA / "UCLH-DHCT__emap/hl7-reader/src/test/resources/Adt"
GLOSS = CORPORA / "openhealthcare__gloss/gloss/tests/test_messages.py"

epic_sequences = pytest.mark.skipif(
    not ADT.is_dir(),
    reason="HOMEWARD_CORPORA holds no UCLH-DHCT__emap: its sequences of messages are not read",
)
carecast_sequences = pytest.mark.skipif(
    not GLOSS.is_file(), reason="HOMEWARD_CORPORA holds no openhealthcare__gloss: its messages are not read"
)

EPIC = profile_named("epic").model_copy(update={"live_processing_ids": frozenset({"P", "T"})})
CARECAST = profile_named("carecast")


def meaning(raw: bytes, profile: Profile) -> Interpreted:
    message = read_message(raw)
    assert isinstance(message, Message)
    found = interpret(message, profile)
    assert isinstance(found, Interpreted), found
    return found


def stays(raw: bytes, profile: Profile) -> list[StayReported]:
    return [fact for fact in meaning(raw, profile).facts if isinstance(fact, StayReported)]


def folded(said: list[list[StayReported]]) -> SpellState:
    return fold_spell(fact for facts in said for fact in facts)


EAU, CHAIR, BED_4, BED_5 = "BY02-08", "RAT-CHAIR", "04-NON COVID MAJORS", "05-NON COVID MAJORS"

STEPS: dict[str, list[tuple[str, str, str | None]]] = {
    "Location/CancelAdmit": [
        ("01_A01", "admitted", "DELETE"),
        ("02_A11", "cancelled", None),
        ("03_A01", "admitted", CHAIR),
        ("04_A02", "admitted", BED_5),
        ("05_A03", "discharged", BED_5),
    ],
    "Location/CancelDischarge": [
        ("03_A03", "discharged", BED_5),
        ("04_A13", "admitted", BED_5),
        ("05_A03", "discharged", BED_5),
    ],
    "Location/CancelTransfer": [
        ("02_A02", "admitted", BED_5),
        ("03_A02", "admitted", "DELETE"),
        ("04_A12", "admitted", BED_5),
        ("05_A02", "admitted", BED_4),
        ("06_A03", "discharged", BED_4),
    ],
    "Location/DuplicateSimple": [
        ("02_A01", "admitted", BED_5),
        ("03_A02", "admitted", BED_4),
        ("04_A03", "discharged", BED_4),
    ],
    "Location/Moves": [
        ("02_A01", "admitted", CHAIR),
        ("03_A02", "admitted", BED_5),
        ("04_A02", "admitted", BED_4),
        ("05_A02", "admitted", BED_5),
        ("06_A02", "admitted", BED_4),
        ("07_A06", "admitted", EAU),
        ("08_A03", "discharged", EAU),
    ],
    "DoubleA01WithA13": [
        ("FirstA01", "admitted", None),
        ("SecondA01", "admitted", None),
        ("A03", "discharged", None),
        ("A13", "admitted", None),
        ("A08", "admitted", None),
        ("A03_2", "discharged", None),
    ],
}
"""After each message: how the stay stands, and the bed where it is certain."""

LEFT_AT = {
    "Location/CancelAdmit": "2013-02-11T15:00:52",
    "Location/CancelDischarge": "2013-02-11T13:00:52",
    "Location/CancelTransfer": "2013-02-11T14:00:52",
    "Location/DuplicateSimple": "2013-02-11T14:00:52",
    "Location/Moves": "2013-02-11T17:00:52",
    "DoubleA01WithA13": "2013-02-11T18:43:00",
}


@epic_sequences
@pytest.mark.parametrize("sequence", STEPS)
def test_given_a_sequence_of_epic_then_it_stands_as_meant_after_each_message_and_ends_so_in_any_order(
    sequence: str,
) -> None:
    said: list[list[StayReported]] = []
    for name, status, bed in STEPS[sequence]:
        said.append(stays((ADT / sequence / f"{name}.txt").read_bytes(), EPIC))
        state = folded(said)
        assert state.status == status, name
        assert bed is None or state.bed == bed, name
    end = folded(said)
    assert end.discharged_at is not None
    assert end.discharged_at.strftime("%Y-%m-%dT%H:%M:%S") == LEFT_AT[sequence]
    assert end.loose_cancels == 0
    assert all(folded(list(order)) == end for order in islice(permutations(said), 0, None, 7))


@epic_sequences
def test_given_a_registration_in_the_emergency_department_then_it_begins_no_stay() -> None:
    assert stays((ADT / "Location/DuplicateSimple/01_A04.txt").read_bytes(), EPIC) == []


@epic_sequences
def test_given_two_admissions_at_once_then_the_ward_said_with_the_discharge_is_the_one() -> None:
    names = [name for name, _, _ in STEPS["DoubleA01WithA13"]]
    said = [stays((ADT / "DoubleA01WithA13" / f"{name}.txt").read_bytes(), EPIC) for name in names]

    assert folded(said).ward == "T11E"


@epic_sequences
def test_given_a_pending_transfer_and_its_cancel_then_the_ward_to_come_is_known_and_forgotten() -> None:
    pending = stays((ADT / "pending/A15.txt").read_bytes(), EPIC)
    withdrawn = stays((ADT / "pending/A26.txt").read_bytes(), EPIC)

    assert folded([pending]).planned_ward == "1020100166"
    assert folded([pending, withdrawn]).planned_ward is None
    assert folded([withdrawn, pending]).planned_ward is None


@epic_sequences
@pytest.mark.parametrize(
    "name", ["date_bst", "date_gmt", "datetime_bst", "datetime_gmt", "datetime_midnight_bst"]
)
def test_given_a_birth_date_in_summer_or_winter_then_it_is_the_day_as_written(name: str) -> None:
    raw = (ADT / f"birth_{name}.txt").read_bytes()
    pid = next(line for line in raw.decode().replace("\n", "\r").split("\r") if line.startswith("PID"))

    person = meaning(raw, EPIC).facts[0]

    assert isinstance(person, PersonReported)
    assert person.birth_date is not None
    assert person.birth_date.strftime("%Y%m%d") == pid.split("|")[7][:8]


@epic_sequences
def test_given_every_adt_message_of_epic_then_each_is_understood_or_not_used() -> None:
    for path in sorted(ADT.rglob("*.txt")):
        message = read_message(path.read_bytes())
        assert isinstance(message, Message), path
        assert interpret(message, EPIC).outcome in ("interpreted", "not-used"), path


def carecast(name: str) -> bytes:
    """A message of the file by the name of its constant."""
    for node in ast.parse(GLOSS.read_text()).body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == name
        ):
            return str(ast.literal_eval(node.value)).strip().replace("\n", "\r").encode()
    raise AssertionError(f"{name} is not in the file")


@carecast_sequences
def test_given_an_admission_a_discharge_and_its_cancel_then_both_people_are_in() -> None:
    one = stays(carecast("INPATIENT_ADMISSION"), CARECAST)
    left = stays(carecast("INPATIENT_DISCHARGE"), CARECAST)
    not_left = stays(carecast("INPATIENT_CANCEL_DISCHARGE"), CARECAST)

    assert (folded([one]).status, folded([one]).ward) == ("admitted", "BBNU")
    assert folded([left]).status == "discharged"
    assert left[0].key == not_left[0].key
    for order in permutations([left, not_left]):
        end = folded(list(order))
        assert (end.status, end.discharged_at, end.discharge, end.bed) == ("admitted", None, None, "F3SR-36")


@carecast_sequences
@pytest.mark.parametrize(("destination", "method", "check"), [(36, 37, "profile"), (37, 36, "swapped")])
def test_given_destination_and_method_then_either_setting_reads_them_and_keeps_what_was_sent(
    destination: int, method: int, check: str
) -> None:
    fields = CARECAST.discharge.model_copy(update={"destination_field": destination, "method_field": method})
    profile = CARECAST.model_copy(update={"discharge": fields})

    for name, codes in (("INPATIENT_DISCHARGE", ("19", "1")), ("INPATIENT_AMEND", ("19", "2"))):
        found = folded([stays(carecast(name), profile)]).discharge
        assert found is not None
        assert (found.raw_36, found.raw_37) == codes
        assert (found.destination, found.method) == codes
        assert found.check == check


@carecast_sequences
def test_given_a_spell_delete_then_the_stay_counts_no_more() -> None:
    end = folded([stays(carecast("INPATIENT_SPELL_DELETE"), CARECAST)])

    assert (end.status, end.cancelled_because) == ("cancelled", "deleted")
