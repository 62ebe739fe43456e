"""What each relation is told of a case is so of the whole case, or is not said: simulated cases at every
stage, held against the housing lead's values and the oracle of sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Any, get_args
from uuid import UUID

import pytest

from discharge.cases.decide.capacity import imca_needed
from discharge.cases.decide.choice import overdue
from discharge.cases.model import IN_HOSPITAL, Case, Stage
from discharge.cases.relations import relation_of
from discharge.cases.stay_notices import suggested
from discharge.delays.night_counts import nights_without_reason, published_delay_days, true_delay_days
from discharge.delays.stays import periods_of_this_stay
from discharge.disclosure import BASES, UNTOLD, Derived, Telling, holds
from discharge.next_actions import next_action
from discharge.outcomes.case_outcome import suggested_outcome
from discharge.outcomes.failed_discharge import discharges_of, failed_discharge, readmission_after
from discharge.pathway_words import heading, why_still_here
from discharge.roles import RELATIONS, Relation
from discharge.sight import SIGHTS, seen_case
from fhir_adapters.fhir.stages import case_reading
from housing_checks.checks.rules import left_to_start
from housing_checks.gate.blockers import blocking
from tests.discharge.cases.stories import SERVICE, TRUST, day
from tests.discharge.cases.test_relations import COUNCIL, LANDLORD, SUPPLIER, part
from tests.housing_checks.sentence_oracle import AT_HOME, faults, told
from tests.housing_checks.test_sentence import NAMES, walked

SIMULATED, KEPT = 120, 4
"""How many cases are simulated, and that every fourth step is held, and each of a rare stage."""

RARE = (Stage.FOLLOWED_UP, Stage.CLOSED)
WHO: dict[Relation, UUID] = {
    "responsible-trust": TRUST,
    "housing-lead": SERVICE,
    "council": COUNCIL,
    "landlord": LANDLORD,
    "supplier": SUPPLIER,
}
PARTS = (
    part(COUNCIL, "council"),
    part(LANDLORD, "partner", "order"),
    part(SUPPLIER, "partner", "order"),
)
DOES = {"rehousing": LANDLORD, "equipment": SUPPLIER}


def _waiting(case: Case, today: date) -> Any:
    left = case.discharge.discharged_on if case.discharge else None
    until, waited = left or today, periods_of_this_stay(case)
    return (
        published_delay_days(waited, until),
        true_delay_days(waited, until, left=left is not None),
        nights_without_reason(waited, case.delay_reasons, until),
    )


def _discharges(case: Case) -> Any:
    backs = [(left.discharged_on, readmission_after(case, left)) for left in discharges_of(case)]
    return backs, [
        failed_discharge(left, back) for left, (_, back) in zip(discharges_of(case), backs, strict=True)
    ]


RULES: dict[Derived, Callable[[Case, date], Any]] = {
    "why_still_here": lambda case, today: why_still_here(case, today, NAMES),
    "heading": lambda case, _: heading(case),
    "next_action": lambda case, today: next_action(case, today, NAMES),
    "waiting": _waiting,
    "blocking": lambda case, _: blocking(case),
    "suggested_strands": lambda case, _: left_to_start(case),
    "suggested_outcome": lambda case, _: suggested_outcome(case),
    "discharges": lambda case, _: _discharges(case),
    "alerts": lambda case, _: case.open_alerts,
    "home_not_ready": lambda case, _: case.unready_home is not None,
    "open_actions": lambda case, _: len(case.open_actions),
    "awaiting_spell": lambda case, _: bool(case.referral and case.referral.awaiting_spell),
    "place": lambda case, _: (case.in_community, case.current_spell and case.current_spell.status),
    "status": lambda case, _: case_reading(case),
    "advocate_needed": lambda case, _: [
        key for key, held in case.capacity.items() if imca_needed(case, held)
    ],
    "choice_answers_overdue": lambda case, today: [each.key for each in overdue(case, today)],
    "stay_to_tell": lambda case, _: list(suggested(case)) if case.may_tell_partners else [],
}


@cache
def cases() -> tuple[tuple[Case, date], ...]:
    """Simulated cases after each step, with a council, a landlord and a supplier, and what is ordered of the
    two.
    """
    return tuple(
        _with_partners(case, today)
        for seed in range(SIMULATED)
        for step, case, today in walked(seed)
        if step % KEPT == seed % KEPT or case.stage in RARE
    )


def _with_partners(case: Case, today: date) -> tuple[Case, date]:
    strands = {
        key: each.model_copy(update={"partner_id": DOES.get(each.kind)}) for key, each in case.strands.items()
    }
    update = {"strands": strands, "participants": (*case.participants, *PARTS), "needed_by": day(9)}
    return case.model_copy(update=update), today


def told_to(relation: Relation) -> Iterator[tuple[Case, Case, Telling, date]]:
    """Each case whole and as a relation sees it, with what it is told."""
    for case, today in cases():
        assert relation_of(case, WHO[relation]) in (relation, "supplier", "referrer")
        given = relation_of(case, WHO[relation])
        seen = seen_case(case, given, WHO[relation])
        yield case, seen, Telling(case, SIGHTS[given or "supplier"]), today


@pytest.mark.parametrize("relation", WHO)
def test_given_a_relation_and_every_stage_then_a_value_is_the_housing_leads_or_not_told(
    relation: Relation,
) -> None:
    stages = set()
    for case, _, telling, today in told_to(relation):
        stages.add(case.stage)
        for derived, rule in RULES.items():
            value = telling.of(derived, lambda whole, rule=rule, today=today: rule(whole, today))
            back = derived == "why_still_here" and case.readmissions
            if telling.says(derived) and not back:
                assert value == rule(case, today), (derived, case.stage)
            elif not telling.says(derived):
                assert value is None
    assert stages == set(Stage)


@pytest.mark.parametrize("relation", WHO)
def test_given_a_relation_and_every_stage_then_its_sentence_says_nothing_false(relation: Relation) -> None:
    for case, seen, telling, today in told_to(relation):
        sentence = telling.sentence(seen, today, NAMES)
        assert sentence is not None
        wrong = faults(case.model_dump(mode="json"), sentence, today)
        false = [each for each in wrong if each.startswith(("must not", "not one sentence"))]
        assert not false, sentence
        if telling.says("why_still_here"):
            assert [each for each in wrong if "ack in hospital" not in each and "since" not in each] == []


@pytest.mark.parametrize("relation", ["landlord", "supplier"])
def test_given_somebody_with_an_order_then_they_are_told_their_own_work_and_no_one_elses(
    relation: Relation,
) -> None:
    said: set[str] = set()
    for case, seen, telling, today in told_to(relation):
        if telling.says("why_still_here"):
            continue
        sentence = telling.sentence(seen, today, NAMES) or ""
        if case.closed:
            assert sentence == f"Closed on {told(case.closed_on or today)}."
            continue
        own = [each for each in case.open_strands if each.partner_id == WHO[relation]]
        assert ("he person has left hospital" in sentence) is (case.stage.value in AT_HOME)
        assert ("our open work: " in sentence) is bool(own)
        needed = bool(own) and case.stage in IN_HOSPITAL
        assert (f"the home is needed by {told(day(9))}" in sentence) is needed
        for each in own:
            assert each.due_on is None or told(each.due_on) in sentence
        for each in case.open_strands:
            if each.partner_id != WHO[relation]:
                assert NAMES.item(each) not in sentence
        assert telling.heading() == "What is your part in this case?"
        said.add(sentence.split(":")[0])
    assert len(said) > 2


@pytest.mark.parametrize("derived", get_args(Derived))
def test_given_only_the_fields_that_a_value_is_said_to_rest_on_then_it_is_the_same(derived: Derived) -> None:
    basis, rule = BASES[derived], RULES[derived]
    named = basis.rests | basis.mentions | basis.bound
    for case, today in cases():
        assert rule(_only(case, named), today) == rule(case, today), (derived, case.stage)


def _only(case: Case, named: frozenset[str]) -> Case:
    """The case without any field that is not named; who referred, and when, stay."""
    kept = {name: getattr(case, name) for name in Case.model_fields if name in {*named, "case_id"}}
    of_referral = {name.removeprefix("referral.") for name in named if name.startswith("referral.")}
    if case.referral is not None and of_referral:
        fields = type(case.referral).model_fields
        unnamed = {
            name: fields[name].get_default(call_default_factory=True)
            for name in fields
            if name not in of_referral | {"referred_on", "organisation_id"}
        }
        kept["referral"] = case.referral.model_copy(update=unnamed)
    return Case.model_construct(**(Case(case_id=case.case_id).__dict__ | kept))


def test_given_the_tables_then_every_value_has_a_basis_of_known_fields() -> None:
    assert set(BASES) == set(get_args(Derived)) == set(RULES)
    for basis in BASES.values():
        assert basis.rests
        for name in basis.rests | basis.mentions | basis.bound:
            assert holds(SIGHTS["housing-lead"], name), name


def test_given_who_sees_it_all_then_all_is_told_and_a_stranger_is_told_nothing() -> None:
    case, today = cases()[0]
    for relation in RELATIONS:
        telling = Telling(case, SIGHTS[relation])
        if not SIGHTS[relation].own_only and relation != "council":
            assert all(telling.says(derived) for derived in BASES)
    assert not any(UNTOLD.says(derived) for derived in BASES)
    assert UNTOLD.sentence(case, today) is None
