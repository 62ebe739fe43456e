"""Stays as real systems tell them, message by message: cancels, moves, two admissions at once, odd clocks.

The shapes are those of published sequences of an Epic and a CareCast system; persons and places are invented.
Each sequence stands as it should after every message, and ends the same in any order of arrival.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, permutations

import pytest

from fhir_adapters.feeds.profile_loader import profile_named
from fhir_adapters.hl7v2.facts import Interpreted, StayReported
from fhir_adapters.hl7v2.interpret import interpret
from fhir_adapters.hl7v2.parse.segments import Message, read_message
from fhir_adapters.hl7v2.process.spells import SpellState, fold_spell
from tests.fhir_adapters.hl7v2.samples import Sample

ITK = profile_named("itk-2.4")


@dataclass(frozen=True)
class Step:
    """One message, and how the stay stands after it; times are hours and minutes of one day."""

    trigger: str
    sent: str
    happened: str
    bed: str
    status: str
    stands: str | None
    kind: str = "I"
    left: str = ""
    codes: tuple[str, str] = ("", "")

    def said(self) -> list[StayReported]:
        day = "20260302"
        pv1 = {
            2: self.kind,
            36: self.codes[0],
            37: self.codes[1],
            44: f"{day}1100",
            45: f"{day}{self.left}" if self.left else "",
        }
        sample = Sample(
            self.trigger,
            sent=f"{day}{self.sent}",
            happened=f"{day}{self.happened}" if self.happened else "",
            location=f"RXH^ELM^{self.bed}" if self.bed else "",
            more={"PV1": pv1},
        )
        message = read_message(sample.raw())
        assert isinstance(message, Message)
        found = interpret(message, ITK)
        assert isinstance(found, Interpreted)
        return [fact for fact in found.facts if isinstance(fact, StayReported)]


SEQUENCES = {
    "an admission is cancelled, then the person comes": [
        Step("A01", "1200", "1100", "WRONG", "admitted", "WRONG"),
        Step("A11", "1200", "1100", "WRONG", "cancelled", None),
        Step("A01", "1400", "1300", "1", "admitted", "1"),
        Step("A02", "1500", "1400", "2", "admitted", "2"),
        Step("A03", "1600", "1500", "2", "discharged", "2", left="1500"),
    ],
    "a discharge is cancelled and happens later": [
        Step("A03", "1330", "1230", "1", "discharged", "1", left="1230", codes=("19", "1")),
        Step("A13", "1345", "1230", "1", "admitted", "1", codes=("", "1")),
        Step("A03", "1400", "1300", "1", "discharged", "1", left="1300", codes=("19", "1")),
    ],
    "a transfer is cancelled by its time, though the cancel bears an earlier time of sending": [
        Step("A01", "1100", "1100", "1", "admitted", "1"),
        Step("A02", "1310", "1200", "2", "admitted", "2"),
        Step("A02", "1330", "1230", "WRONG", "admitted", "WRONG"),
        Step("A12", "1245", "1230", "9", "admitted", "2"),
        Step("A02", "1400", "1300", "3", "admitted", "3"),
        Step("A03", "1500", "1400", "3", "discharged", "3", left="1400"),
    ],
    "every message bears the same time of sending, only the event times tell": [
        Step("A01", "0052", "1100", "1", "admitted", "1"),
        Step("A02", "0052", "1200", "2", "admitted", "2"),
        Step("A02", "0052", "1300", "3", "admitted", "3"),
        Step("A02", "0052", "1400", "2", "admitted", "2"),
        Step("A06", "0052", "1500", "4", "admitted", "4"),
        Step("A03", "0100", "1700", "4", "discharged", "4", left="1700"),
    ],
    "somebody registered in the emergency department is admitted": [
        Step("A04", "1200", "1100", "CHAIR", "nothing", None, kind="E"),
        Step("A01", "1300", "1200", "1", "admitted", "1", kind="E"),
        Step("A02", "1400", "1300", "2", "admitted", "2", kind="E"),
        Step("A03", "1500", "1400", "2", "discharged", "2", left="1400"),
    ],
    "two admissions at the same time, a discharge taken back, an update without event time": [
        Step("A01", "1000", "1000", "1", "admitted", None),
        Step("A01", "1000", "1000", "2", "admitted", None),
        Step("A03", "1345", "1345", "2", "discharged", "2", left="1345", codes=("19", "1")),
        Step("A13", "1358", "1345", "2", "admitted", "2", codes=("19", "1")),
        Step("A08", "1000", "", "2", "admitted", "2"),
        Step("A03", "1843", "1843", "2", "discharged", "2", left="1843", codes=("19", "1")),
    ],
    "leave begins, is cancelled, begins again, and ends": [
        Step("A01", "1100", "1100", "1", "admitted", "1"),
        Step("A21", "1200", "1200", "", "on-leave", "1"),
        Step("A52", "1210", "1200", "", "admitted", "1"),
        Step("A21", "1300", "1300", "", "on-leave", "1"),
        Step("A22", "1400", "1400", "2", "admitted", "2"),
        Step("A53", "1410", "1400", "", "on-leave", None),
    ],
    "an outpatient becomes an inpatient and an outpatient again": [
        Step("A06", "1100", "1100", "1", "admitted", "1"),
        Step("A07", "1500", "1500", "", "discharged", "1", kind="O"),
        Step("A06", "1600", "1600", "2", "admitted", "2"),
    ],
    "the visit is deleted, and an update trails behind": [
        Step("A01", "1100", "1100", "1", "admitted", "1"),
        Step("A08", "1130", "1130", "1", "admitted", "1"),
        Step("A23", "1200", "1200", "", "cancelled", None),
        Step("A08", "1201", "1130", "1", "cancelled", None),
    ],
}


def folded(said: list[list[StayReported]]) -> SpellState | None:
    facts = [fact for facts in said for fact in facts]
    return fold_spell(facts) if facts else None


@pytest.mark.parametrize("name", SEQUENCES)
def test_given_a_sequence_then_the_stay_stands_as_it_should_after_each_message(name: str) -> None:
    said: list[list[StayReported]] = []
    for number, step in enumerate(SEQUENCES[name], 1):
        said.append(step.said())
        state = folded(said)
        assert (state.status if state else "nothing") == step.status, number
        if step.stands is not None:
            assert state is not None
            assert state.bed == step.stands, number


@pytest.mark.parametrize("name", SEQUENCES)
def test_given_a_sequence_then_any_order_of_arrival_ends_the_same(name: str) -> None:
    said = [step.said() for step in SEQUENCES[name]]
    end = folded(said)

    assert end is not None
    assert end.loose_cancels == 0
    assert all(folded(list(order)) == end for order in islice(permutations(said), 0, None, 3))


def test_given_a_discharge_taken_back_by_a_message_that_still_holds_its_codes_then_nobody_has_left() -> None:
    steps = SEQUENCES["a discharge is cancelled and happens later"][:2]
    state = folded([step.said() for step in steps])

    assert state is not None
    assert (state.discharged_at, state.discharge, state.died) == (None, None, False)


def test_given_only_a_contact_in_the_emergency_department_then_it_is_an_attendance_and_no_stay() -> None:
    there = Step("A02", "1400", "1300", "2", "", None, kind="E").said()
    gone = Step("A03", "1500", "1400", "2", "", None, kind="E", left="1400").said()
    admitted = Step("A01", "1450", "1350", "3", "", None, kind="E").said()

    for facts in ([there], [there, gone]):
        state = folded(facts)
        assert state is not None
        assert state.attendance
    state = folded([there, gone, admitted])
    assert state is not None
    assert not state.attendance
