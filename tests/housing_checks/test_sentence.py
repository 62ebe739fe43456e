"""The sentence about a case is true at every stage: 200 simulated cases, held against an oracle that shares
no code with it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest

from discharge.cases import commands as cmd
from discharge.cases.command_stages import ALLOWED
from discharge.cases.commands import Command
from discharge.cases.model import Actor, Case, Stage, UnreadyHome
from discharge.pathway_words import Names, heading, why_still_here
from housing_checks.lead_times import ITEMS
from housing_checks.pathway import advance
from tests.discharge.cases.stories import CASE, COORDINATOR, PERSON, SERVICE, TRUST, day, spell
from tests.housing_checks.homes import FORM_1
from tests.housing_checks.sentence_oracle import faults

SIMULATED, STEPS = 200, 24
COUNCIL = UUID("00000000-0000-4000-8000-0000000000c0")
WARD = Actor(organisation_id=TRUST, role="discharge-team", user_id=uuid5(TRUST, "ward"))
FEED = Actor(organisation_id=TRUST, role="system")
NAMES = Names(
    items={row.code: row.label for rows in ITEMS.values() for row in rows},
    gate={item.code: item.label for item in FORM_1.items},
)

TURNS = (
    "Not in hospital yet",
    "On leave from the ward",
    "ack in hospital since",
    "which has passed",
    "was due",
    "ordered for the previous home",
    "a home is offered, answer by",
    "a home is accepted",
    "the home that was offered is lost",
    "tenancy signed",
    "not in place: ",
    "not known yet: ",
    "no homelessness referral",
    "the home is ready, the discharge",
    "the home is not ready (",
    "there is no heating",
    "overdue: ",
    "next: ",
    "not reached: ",
    "every contact was made",
    "still under way: ",
    "no reason recorded",
)
"""Each must come up among the simulated cases, or the oracle was never asked about it."""

Counted = set[str]
Dice = random.Random
Choice = Callable[[Dice, Case, int], Command | None]


def _day(dice: Dice, today: int, back: int = 2, ahead: int = 9) -> date:
    return day(max(0, today + dice.randint(-back, ahead)))


def _refer(dice: Dice, _case: Case, today: int) -> Command:
    status = dice.choice(["admitted", "admitted", "admitted", "expected", None])
    stay = spell(status=status, admitted_on=day(0) if status == "admitted" else None) if status else None
    return cmd.Refer(
        person_id=PERSON,
        organisation_id=TRUST,
        service_id=SERVICE,
        spell=stay,
        needs=("level-access",),
        homeless=dice.choice(["yes", "no", "unknown"]),
        ready_on=dice.choice([None, None, day(today)]),
    )


def _check(dice: Dice, _case: Case, _today: int) -> Command:
    answers = {code: dice.choices(["yes", "no", "unknown"], [12, 1, 1])[0] for code in FORM_1.codes}
    return cmd.CompleteCheck(form=FORM_1.code, answers=answers)


def _item(dice: Dice, case: Case, _today: int) -> Command | None:
    if not case.gate:
        return None
    return cmd.ConfirmItem(
        item=dice.choice(list(case.gate)), value=dice.choice(["yes", "yes", "no", "unknown"])
    )


def _mitigation(dice: Dice, case: Case, today: int) -> Command | None:
    shut = [code for code, item in case.gate.items() if item.value != "yes"]
    if not shut:
        return None
    code = dice.choice(["temporary-heating", "meals-delivered"])
    return cmd.NameMitigation(
        item=dice.choice(shut), mitigation=code, role="landlord", until_on=day(today + dice.randint(0, 5))
    )


ORDERS = (
    ("adaptation", "straight-stairlift"),
    ("equipment", "commode"),
    ("basics", "basics-at-home"),
    ("rehousing", "rehousing:1-bed-step-free"),
)


def _order(dice: Dice, _case: Case, today: int) -> Command:
    kind, item = dice.choice(ORDERS)
    due = dice.choice([None, day(today + dice.randint(0, 6))])
    return cmd.StartStrand.model_validate(
        {"strand_kind": kind, "item": item, "due_on": due, "required": dice.random() < 0.9}
    )


def _move(dice: Dice, case: Case, _today: int) -> Command | None:
    strands = list(case.open_strands)
    if not strands:
        return None
    step = dice.choice(["acknowledged", "scheduled", "dispatched", "fitted", "keys-held", "arranged"])
    return cmd.MoveStrand(strand=dice.choice(strands).key, step=step)


def _cancel(dice: Dice, case: Case, _today: int) -> Command | None:
    strands = list(case.open_strands)
    return cmd.CancelStrand(strand=dice.choice(strands).key, reason="moving") if strands else None


def _search(dice: Dice, case: Case, today: int) -> Command | None:
    """The next step of a search: an offer, its answer, the let, the keys, or the home is lost."""
    found = [strand for strand in case.open_strands if strand.kind == "rehousing"]
    if not found:
        return None
    strand = found[0]
    offer = strand.open_offer
    if offer is not None and dice.random() < 0.2:
        return cmd.NoteHomeLost(strand=strand.key, offer_id=offer.offer_id, because="sold")
    if offer is not None:
        said = dice.choice([("accepted", None), ("refused", "too-far")])
        return cmd.AnswerOffer.model_validate(
            {"strand": strand.key, "offer_id": offer.offer_id, "answer": said[0], "reason": said[1]}
        )
    if strand.property_id is not None:
        return cmd.MoveStrand(strand=strand.key, step="keys-held")
    if any(each.answer == "accepted" for each in strand.offers):
        return cmd.LetProperty(strand=strand.key)
    home = uuid5(CASE, f"home {len(strand.offers)}")
    return cmd.OfferProperty(strand=strand.key, property_id=home, respond_by=day(today + 3))


REASONS = (
    ("local", "adaptation-permission"),
    ("local", "medicines-letter"),
    ("national", "CA10"),
    ("national", "HP6"),
)


def _reason(dice: Dice, _case: Case, _today: int) -> Command:
    kind, code = dice.choice(
        [
            ("local", "adaptation-permission"),
            ("local", "medicines-letter"),
            ("national", "CA10"),
            ("national", "HP6"),
        ]
    )
    return cmd.RecordDelayReason.model_validate({"reason_kind": kind, "code": code, "owner_role": "ward"})


def _end_reason(dice: Dice, case: Case, _today: int) -> Command | None:
    running = [each.reason_id for each in case.delay_reasons if each.to_on is None]
    return cmd.EndDelayReason(reason_id=dice.choice(running)) if running else None


def _feed(dice: Dice, case: Case, today: int) -> Command:
    """News of the stay, or of another one that begins."""
    again = bool(case.discharge) and dice.random() < 0.5
    number = len(case.spells) if again or not case.spells else len(case.spells) - 1
    told = {
        "admitted": {"status": "admitted"},
        "on-leave": {"status": "on-leave"},
        "discharged": {"status": "discharged", "discharged_on": day(today), "discharge_destination": "19"},
        "cancelled": {"status": "cancelled", "cancelled_because": "admission-cancelled"},
    }[dice.choices(["admitted", "on-leave", "discharged", "cancelled"], [5, 2, 3, 1])[0]]
    known = case.spells[number] if number < len(case.spells) else None
    stay = known or spell(spell_id=uuid5(CASE, f"spell {number}"), admitted_on=day(today))
    came = stay.admitted_on or day(today)
    return cmd.NoteHospitalFacts(
        spell=stay.model_copy(update={"discharged_on": None, "admitted_on": came, **told})
    )


def _leave(dice: Dice, _case: Case, _today: int) -> Command:
    note = uuid5(TRUST, "Sister Lowe")
    return cmd.ConfirmDischarge(
        destination=dice.choice(["19", "19", "54"]), unready_reason="bed-needed", decided_by_note=note
    )


CONTACTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("well", ()),
    ("well", ()),
    ("not-reached", ()),
    ("needs-help", ("no-heating",)),
    ("needs-help", ("fell",)),
)


def _contact(dice: Dice, case: Case, _today: int) -> Command | None:
    owed = [key for key, each in case.follow_ups.items() if each.outcome is None]
    if not owed:
        return None
    outcome, problems = dice.choice(
        [
            ("well", ()),
            ("well", ()),
            ("not-reached", ()),
            ("needs-help", ("no-heating",)),
            ("needs-help", ("fell",)),
            ("in-hospital", ()),
        ]
    )
    return cmd.RecordContact(follow_up=dice.choice(owed[:2]), outcome=outcome, problems=problems)


def _given(model: type[Any], **fields: Any) -> Choice:
    return lambda _dice, _case, _today: model(**fields)


def _expect(dice: Dice, _case: Case, today: int) -> Command:
    return cmd.SetExpectedDischargeDate(expected_discharge_on=_day(dice, today))


CHOICES: tuple[tuple[int, Actor, Choice], ...] = (
    (2, COORDINATOR, _given(cmd.AcceptReferral)),
    (3, COORDINATOR, _check),
    (4, COORDINATOR, _item),
    (2, COORDINATOR, _mitigation),
    (3, COORDINATOR, _order),
    (2, COORDINATOR, _move),
    (1, COORDINATOR, _cancel),
    (4, COORDINATOR, _search),
    (2, COORDINATOR, _reason),
    (1, COORDINATOR, _end_reason),
    (2, WARD, lambda dice, _case, _today: cmd.SetCriteriaToReside(met=dice.random() < 0.3)),
    (
        2,
        WARD,
        lambda dice, _case, today: cmd.SetExpectedDischargeDate(expected_discharge_on=_day(dice, today)),
    ),
    (1, COORDINATOR, lambda dice, _case, _today: cmd.FlagHomelessness(flag=dice.choice(["yes", "no"]))),
    (1, COORDINATOR, _given(cmd.RecordSharingBasis, basis="consent")),
    (1, COORDINATOR, _given(cmd.RecordDutyToRefer, council_id=COUNCIL)),
    (3, FEED, _feed),
    (1, WARD, _leave),
    (1, WARD, _given(cmd.CancelDischarge)),
    (3, COORDINATOR, _contact),
    (1, COORDINATOR, _given(cmd.CloseCase, outcome="home-made-ready")),
    (1, COORDINATOR, _given(cmd.ReopenCase, reason="new-information")),
    (1, COORDINATOR, _given(cmd.StrikeClock)),
)


def _asked(dice: Dice, case: Case, today: int) -> tuple[Actor, Command] | None:
    """Something that the stage allows; None when the dice found nothing."""
    for _ in range(6):
        [(_, actor, choice)] = dice.choices(CHOICES, [weight for weight, _, _ in CHOICES])
        command = choice(dice, case, today)
        if command is not None and case.stage in ALLOWED[command.kind]:
            return actor, command
    return None


def _at(today: int) -> datetime:
    return datetime(2026, 3, 2, 15, tzinfo=UTC) + timedelta(days=today)


def walked(seed: int) -> Iterator[tuple[int, Case, date]]:
    """A simulated case after each of its steps, with the step and the day."""
    dice, case, today = random.Random(seed), Case(case_id=CASE), 0
    todo: tuple[Actor, Command] | None = (COORDINATOR, _refer(dice, case, 0))
    for step in range(STEPS):
        if todo is not None:
            actor, command = todo
            given = cmd.Envelope(
                command_id=uuid5(CASE, f"{seed}/{step}"),
                case_id=CASE,
                actor=actor,
                effective_on=day(today),
                command=command,
            )
            case = advance(case, given, _at(today)).case
        if case.exists:
            yield step, case, day(today)
        today += dice.choice([0, 0, 1, 1, 2, 5])
        todo = _asked(dice, case, today)


def _simulated(seed: int) -> tuple[Counted, list[str]]:
    """The stages and turns of phrase that a case went through, and what its sentences said wrongly."""
    seen: Counted = set()
    wrong: list[str] = []
    for step, case, today in walked(seed):
        sentence = why_still_here(case, today, NAMES)
        seen |= {case.stage.value, *(words for words in TURNS if words in sentence)}
        known = case.model_dump(mode="json")
        wrong += [f"{seed}/{step} {fault} in: {sentence}" for fault in faults(known, sentence, today)]
    return seen, wrong


def test_given_simulated_cases_then_the_sentence_is_true_of_each_at_every_step() -> None:
    seen: Counted = set()
    for seed in range(SIMULATED):
        counted, wrong = _simulated(seed)
        assert wrong == []
        seen |= counted
    assert seen >= {stage.value for stage in Stage}
    assert [words for words in TURNS if words not in seen] == []


def stage_of(stage: Stage, **known: object) -> Case:
    return Case(case_id=CASE, version=1, stage=stage).model_copy(update=known)


@pytest.mark.parametrize(
    ("case", "question"),
    [
        (stage_of(Stage.MAKING_READY), "Why is this person still here?"),
        (stage_of(Stage.REFERRED, spells=(spell(status="expected"),)), "What has to be ready before"),
        (stage_of(Stage.DISCHARGED), "How is this person at home?"),
        (stage_of(Stage.DISCHARGED, unready_home=UnreadyHome(since=day(1))), "What is wrong at home?"),
        (stage_of(Stage.CLOSED, outcome="rehoused"), "How did this case end?"),
    ],
)
def test_given_where_the_person_is_then_the_heading_asks_what_the_sentence_answers(
    case: Case, question: str
) -> None:
    assert heading(case).startswith(question)
