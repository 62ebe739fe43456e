"""Histories as messages through the real drain: in any order, with repetition, the record is the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from random import Random
from uuid import UUID

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.commands import NoteHospitalFacts
from discharge.cases.model import CaseSpell
from discharge.store.engine import transaction
from discharge.store.tables import PersonIdentifier, Spell
from fhir_adapters.hl7v2.facts import StayReported
from fhir_adapters.hl7v2.interpret.triggers import TRIGGERS
from fhir_adapters.hl7v2.process.spells import SpellState
from fhir_adapters.hl7v2.store.cases import case_spell
from tests.fhir_adapters.hl7v2.clerk import Clerk, at, history
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import Sample
from tests.fhir_adapters.hl7v2.store.test_drain import open_case, signals

pytestmark = pytest.mark.slow

TRIGGER_OF = {row.movement: row.event for row in reversed(TRIGGERS.values()) if row.movement}


@dataclass(frozen=True)
class Story:
    """A history, how it arrives, and for which person; half of it under another number when `merged`."""

    name: str
    clerk: Clerk
    merged: bool
    seed: int

    @property
    def born(self) -> str:
        """A day of their own: who resembles whom is not asked here."""
        return f"{1930 + int(self.name[1:])}0{'ST'.index(self.name[0]) + 1}02"

    def visit(self, place: int) -> str:
        return f"{self.name}-{'old' if self.merged and place % 2 else 'now'}"

    def messages(self) -> list[bytes]:
        said = [message(fact, self, place) for place, fact in enumerate(self.clerk.facts)]
        if self.merged:
            mrg = {"MRG": {1: f"{self.name}^^^RXH^MR", 5: f"{self.name}-old"}, "PV1": {44: ""}}
            said.append(
                Sample(
                    "A42",
                    "MERGE",
                    stamp(at(90)),
                    "",
                    "",
                    self.name,
                    f"{self.name}-now",
                    born=self.born,
                    more=mrg,
                    location="",
                )
            )
        return [each.raw() for each in said]

    def arriving(self) -> list[bytes]:
        dice = Random(self.seed)
        arrived = [*self.messages(), *dice.choices(self.messages(), k=3)]
        dice.shuffle(arrived)
        return arrived


def stamp(moment: datetime | date | None) -> str:
    if moment is None:
        return ""
    return moment.strftime("%Y%m%d%H%M%S" if isinstance(moment, datetime) else "%Y%m%d")


def message(fact: StayReported, story: Story, place: int) -> Sample:
    """A fact as the message that a feed would send."""
    fit = {None: "", True: "Y", False: "N"}[fact.medically_fit]
    pv1 = {
        2: "P" if fact.movement == "expected" else "I",
        42: f"RXH^{fact.planned_ward}" if fact.planned_ward else "",
        44: stamp(fact.admitted_at),
        45: stamp(fact.discharged_at),
    }
    more = {
        "PV1": pv1,
        "PV2": {8: stamp(fact.expected_admission_on), 9: stamp(fact.expected_discharge_on)},
        "ZU1": {22: fit, 24: stamp(fact.medically_fit_on)},
    }
    return Sample(
        TRIGGER_OF[fact.movement],
        f"M{place}",
        stamp(fact.stated_at),
        stamp(fact.moved_at),
        "",
        story.name,
        story.visit(place),
        born=story.born,
        location=f"RXH^{fact.location.ward}" if fact.location else "",
        more=more,
    )


def stories() -> list[Story]:
    """A few histories of Hypothesis's choosing, the same each time."""
    found: list[Story] = []
    one = st.tuples(st.integers(0, 999), st.sampled_from("BCD"), st.integers(1, 28))
    steps = st.lists(one, min_size=12, max_size=20)

    @settings(max_examples=6, derandomize=True, database=None, phases=[Phase.generate], deadline=None)
    @given(steps, st.booleans(), st.integers(0, 10_000))
    def choose(taken: list[tuple[int, str, int]], merged: bool, seed: int) -> None:
        found.append(Story(f"S{len(found)}", history(taken), merged, seed))

    choose()
    return found


async def person_of(intake: Intake, story: Story) -> UUID:
    """The person of a story, known before anything happens to them."""
    await intake.take(Sample("A28", "M", "20260301090000", "", "", story.name, born=story.born).raw())
    async with transaction(intake.worker) as session:
        query = select(PersonIdentifier.person_id).where(PersonIdentifier.value == story.name)
        return (await session.scalars(query)).one()


async def outcome(intake: Intake, story: Story, case_id: UUID) -> tuple[SpellState, CaseSpell | None]:
    """The stay as it stands, without its number, and what the case was told of it last."""
    async with transaction(intake.worker) as session:
        query = select(Spell).where(Spell.visit_number.in_([f"{story.name}-now", f"{story.name}-old"]))
        [spell] = [row for row in await session.scalars(query) if row.folded["cancelled_because"] != "moved"]
        state = SpellState.model_validate(spell.folded)
        expected = case_spell(spell, state)
    told = [
        envelope.command.spell
        for envelope in await signals(intake)
        if envelope.case_id == case_id and isinstance(envelope.command, NoteHospitalFacts)
    ]
    last = {spell.spell_id: spell for spell in told}.get(spell.id)
    if state.status != "cancelled" or last is not None:
        assert last == expected
    blank = {"spell_id": UUID(int=0)}
    return state.model_copy(update={"visit_number": None}), last.model_copy(update=blank) if last else None


async def test_given_any_order_with_repetition_then_stay_and_case_end_as_in_the_right_order(
    intake: Intake, worker: AsyncEngine
) -> None:
    chosen = stories()
    assert sum(story.merged for story in chosen) >= 2

    for story in chosen:
        other = replace(story, name=story.name.replace("S", "T"))
        ends = []
        for told, messages in ((story, story.messages()), (other, other.arriving())):
            person_id = await person_of(intake, told)
            case_id = await open_case(worker, person_id, intake.organisation_id, date(2026, 3, 1))
            done = await intake.take(*messages)
            assert {drained.state for drained in done} == {"interpreted"}
            ends.append(await outcome(intake, told, case_id))
        in_order, shuffled = ends
        assert shuffled[0] == in_order[0], story
        assert in_order[0].status == story.clerk.status
        if in_order[1] is not None and shuffled[1] is not None:
            assert shuffled[1] == in_order[1]
