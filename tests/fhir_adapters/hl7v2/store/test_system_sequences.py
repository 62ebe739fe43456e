"""What happens in hospital, told as two systems tell it, Epic and CareCast: each sequence ends as meant.

The messages are ours, about invented people; their shape is that of the two profiles: where numbers, places
and times stand, what a cancel names, and what is left behind in fields.
"""

from __future__ import annotations

from itertools import islice, permutations

import pytest

from fhir_adapters.feeds.profile import Profile
from fhir_adapters.feeds.profile_loader import profile_named
from fhir_adapters.hl7v2.facts import Interpreted, PersonReported, StayReported
from fhir_adapters.hl7v2.interpret import understood
from fhir_adapters.hl7v2.process.spells import SpellState, fold_spell
from tests.fhir_adapters.hl7v2.samples import segment

EPIC, CARECAST = profile_named("epic"), profile_named("carecast")
CHAIR, BED_4, BED_5, BAY = (
    "AMU^AMU BY01^CHAIR-2",
    "AMU^AMU BY01^BED-04",
    "AMU^AMU BY01^BED-05",
    "ELM^ELM BY02^02-08",
)


def at(hour: int) -> str:
    """An hour of the day on which all of it happens."""
    return f"20260302{hour:02d}0052"


def epic(trigger: str, hour: int, place: str, said: int | None = None, **more: dict[int, str]) -> bytes:
    """A message as Epic sends it: the time of the event in EVN-6, the hospital number under MRENTR."""
    head = f"MSH|^~\\&|EPIC|RXH|HOMEWARD|HW|{at(said or hour)}||ADT^{trigger}|{trigger}{hour}|P|2.5"
    pid = {1: "1", 3: "40800000^^^MRENTR^MEDREC~9990000018^^^NHS^HN", 5: "LARK^EDITH", 7: "19420715", 8: "F"}
    pv1 = {1: "1", 2: "I", 3: place, 19: "1234567890", 44: at(8), **more.get("PV1", {})}
    lines = [
        segment("EVN", {1: trigger, 2: at(said or hour), 6: at(hour)}),
        segment("PID", pid | more.get("PID", {})),
    ]
    return "\r".join([head, *lines, segment("PV1", pv1), ""]).encode()


def left(hour: int) -> dict[int, str]:
    return {36: "19", 37: "1", 45: at(hour)}


def meaning(raw: bytes, profile: Profile) -> Interpreted:
    _, found = understood(raw, profile)
    assert isinstance(found, Interpreted), found
    return found


def stays(raw: bytes, profile: Profile) -> list[StayReported]:
    return [fact for fact in meaning(raw, profile).facts if isinstance(fact, StayReported)]


def folded(said: list[list[StayReported]]) -> SpellState:
    return fold_spell(fact for facts in said for fact in facts)


Step = tuple[bytes, str, str | None]
"""A message, and after it how the stay stands, and the bed where it is certain."""

STEPS: dict[str, list[Step]] = {
    "an admission cancelled, and another": [
        (epic("A01", 9, BED_4), "admitted", "BED-04"),
        (epic("A11", 10, BED_4), "cancelled", None),
        (epic("A01", 11, CHAIR), "admitted", "CHAIR-2"),
        (epic("A02", 12, BED_5), "admitted", "BED-05"),
        (epic("A03", 15, BED_5, PV1=left(15)), "discharged", "BED-05"),
    ],
    "a discharge cancelled": [
        (epic("A01", 9, BED_5), "admitted", "BED-05"),
        (epic("A03", 11, BED_5, PV1=left(11)), "discharged", "BED-05"),
        (epic("A13", 12, BED_5), "admitted", "BED-05"),
        (epic("A03", 13, BED_5, PV1=left(13)), "discharged", "BED-05"),
    ],
    "a transfer cancelled": [
        (epic("A01", 9, CHAIR), "admitted", "CHAIR-2"),
        (epic("A02", 10, BED_5), "admitted", "BED-05"),
        (epic("A02", 11, BAY), "admitted", "02-08"),
        (epic("A12", 12, BED_5), "admitted", "BED-05"),
        (epic("A02", 13, BED_4), "admitted", "BED-04"),
        (epic("A03", 14, BED_4, PV1=left(14)), "discharged", "BED-04"),
    ],
    "moves to and fro": [
        (epic("A01", 9, CHAIR), "admitted", "CHAIR-2"),
        (epic("A02", 10, BED_5), "admitted", "BED-05"),
        (epic("A02", 11, BED_4), "admitted", "BED-04"),
        (epic("A02", 12, BED_5), "admitted", "BED-05"),
        (epic("A06", 13, BAY), "admitted", "02-08"),
        (epic("A03", 17, BAY, PV1=left(17)), "discharged", "02-08"),
    ],
    "two admissions at once": [
        (epic("A01", 9, CHAIR, 9), "admitted", None),
        (epic("A01", 9, BAY, 10), "admitted", None),
        (epic("A03", 14, BAY, PV1=left(14)), "discharged", "02-08"),
        (epic("A13", 15, BAY), "admitted", "02-08"),
        (epic("A08", 16, BAY), "admitted", "02-08"),
        (epic("A03", 18, BAY, PV1=left(18)), "discharged", "02-08"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_given_a_sequence_of_epic_then_it_stands_as_meant_after_each_message_and_ends_so_in_any_order(
    steps: list[Step],
) -> None:
    said: list[list[StayReported]] = []
    for raw, status, bed in steps:
        said.append(stays(raw, EPIC))
        state = folded(said)
        assert state.status == status, raw
        assert bed is None or state.bed == bed, raw
    end = folded(said)
    assert end.discharged_at is not None
    assert end.discharged_at.strftime("%Y%m%d%H%M%S") in steps[-1][0].decode()
    assert end.loose_cancels == 0
    assert all(folded(list(order)) == end for order in islice(permutations(said), 0, None, 7))


def test_given_a_registration_in_the_emergency_department_then_it_begins_no_stay() -> None:
    assert stays(epic("A04", 9, "ED^^", PV1={2: "E"}), EPIC) == []


def test_given_a_pending_transfer_and_its_cancel_then_the_ward_to_come_is_known_and_forgotten() -> None:
    pending = stays(epic("A15", 9, BED_5, PV1={42: "OAK"}), EPIC)
    withdrawn = stays(epic("A26", 10, BED_5, PV1={42: '""'}), EPIC)

    assert folded([pending]).planned_ward == "OAK"
    assert folded([pending, withdrawn]).planned_ward is None
    assert folded([withdrawn, pending]).planned_ward is None


@pytest.mark.parametrize(
    "born", ["19420715", "19421215", "19420715000000", "19420714230000", "19421215000000"]
)
def test_given_a_birth_date_in_summer_or_winter_then_it_is_the_day_as_written(born: str) -> None:
    person = meaning(epic("A01", 9, BED_5, PID={7: born}), EPIC).facts[0]

    assert isinstance(person, PersonReported)
    assert person.birth_date is not None
    assert person.birth_date.strftime("%Y%m%d") == born[:8]


def carecast(trigger: str, hour: int, pv1: dict[int, str], reason: str = "") -> bytes:
    """A message as CareCast sends it: no EVN-6, the hospital number by its type alone."""
    head = f"MSH|^~\\&|CARECAST|RXH|HOMEWARD|HW|{at(hour)}||ADT^{trigger}|{trigger}{hour}|P|2.3"
    pid = {1: "1", 3: "50099886^^^^UID~^^^^NHS", 5: "WREN^ALFRED", 7: "19380117", 8: "M"}
    stay = {1: "1", 2: "I", 3: "ELM^ELMSR^ELMSR-36", 19: "940347", 44: at(8)} | pv1
    evn = segment("EVN", {1: trigger, 2: at(hour), 4: reason})
    return "\r".join([head, evn, segment("PID", pid), segment("PV1", stay), ""]).encode()


def test_given_an_admission_a_discharge_and_its_cancel_then_the_person_is_in() -> None:
    came = stays(carecast("A01", 9, {}), CARECAST)
    gone = stays(carecast("A03", 11, {36: "19", 37: "1", 45: at(11)}), CARECAST)
    not_gone = stays(carecast("A13", 12, {37: "1"}), CARECAST)

    assert (folded([came]).status, folded([came]).ward) == ("admitted", "ELM")
    assert folded([gone]).status == "discharged"
    for order in permutations([gone, not_gone]):
        end = folded(list(order))
        assert (end.status, end.discharged_at, end.discharge, end.bed) == ("admitted", None, None, "ELMSR-36")


@pytest.mark.parametrize(("destination", "method", "check"), [(36, 37, "profile"), (37, 36, "swapped")])
@pytest.mark.parametrize(("trigger", "codes"), [("A03", ("19", "1")), ("A08", ("19", "2"))])
def test_given_destination_and_method_then_either_setting_reads_them_and_keeps_what_was_sent(
    destination: int, method: int, check: str, trigger: str, codes: tuple[str, str]
) -> None:
    fields = CARECAST.discharge.model_copy(update={"destination_field": destination, "method_field": method})
    profile = CARECAST.model_copy(update={"discharge": fields})

    found = folded(
        [stays(carecast(trigger, 11, {36: codes[0], 37: codes[1], 45: at(11)}), profile)]
    ).discharge

    assert found is not None
    assert (found.raw_36, found.raw_37) == (found.destination, found.method) == codes
    assert found.check == check


def test_given_a_change_of_class_that_says_deleted_then_the_stay_counts_no_more() -> None:
    end = folded([stays(carecast("A07", 11, {}, "ADTDE"), CARECAST)])

    assert (end.status, end.cancelled_because) == ("cancelled", "deleted")
