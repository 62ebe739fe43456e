"""A resource made for somebody who sees a part of a case says of it what the whole case says, or masks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from datetime import UTC, date, datetime
from itertools import product
from typing import Any, get_args
from uuid import UUID

import pytest

from api.fhir.resource_types import TYPES
from discharge.cases.model import Alert, Case, Homelessness, Participant, Referral, Stage
from discharge.codes.casework import CASE_OUTCOMES
from discharge.delays.model import ReadyPeriod
from discharge.disclosure import Telling
from discharge.roles import Relation
from discharge.sight import EVERYTHING, seen_case, sight_of
from fhir_adapters.fhir import resources
from fhir_adapters.fhir.parser import check_resource
from fhir_adapters.fhir.people import PersonFacts, patient
from fhir_adapters.fhir.stages import case_reading
from fhir_adapters.fhir.withheld import MASKED

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DAY = date(2026, 3, 1)
WHO = UUID(int=7)
LIMITED = ("council", "landlord", "supplier")
ALERT = Alert(
    alert_id=UUID(int=3),
    rule="edd-near",
    level="RED",
    fact="The commode is not ordered",
    threshold="2 days before the expected date",
    source="test",
    owner_role="coordinator",
    raised_at=NOW,
)
CLEARED = ALERT.model_copy(update={"alert_id": UUID(int=4), "cleared_at": NOW})
PERSON = PersonFacts(WHO, "9990000018", True, "Ashdown", "Edith", date(1941, 5, 2), "F")


def cases() -> Iterator[Case]:
    """A case at every stage, ended in every way, and one that was returned; all of it filled."""
    referral = Referral(
        referred_on=DAY,
        organisation_id=UUID(int=1),
        ward="6B",
        reasons=("mobility",),
        needs=("equipment",),
        tenure="social-rent",
        lives_alone="yes",
        pathway="1",
        external_id="x|1",
    )
    whole = Case(
        case_id=UUID(int=2),
        version=9,
        person_id=WHO,
        referral=referral,
        participants=(Participant(organisation_id=WHO, role="partner", basis="order", from_on=DAY),),
        ready_periods=(ReadyPeriod(ready_on=DAY),),
        expected_discharge_on=DAY,
        homelessness=Homelessness(flag="yes"),
        alerts={"stands": ALERT, "cleared": CLEARED},
    )
    for stage in Stage:
        if stage is not Stage.CLOSED:
            yield whole.model_copy(update={"stage": stage})
    for outcome in (row.code for row in CASE_OUTCOMES):
        yield whole.model_copy(update={"stage": Stage.CLOSED, "outcome": outcome, "closed_on": DAY})
    yield whole.model_copy(
        update={"referral": referral.model_copy(update={"returned_reason": "not-enough-information"})}
    )


def made(case: Case, relation: Relation | None = None) -> list[dict[str, Any]]:
    """The ServiceRequest and the Task, as a relation is told; without one, as the whole case says."""
    sight = sight_of(relation) if relation else EVERYTHING
    seen = seen_case(case, relation, WHO) if relation else case
    telling = Telling(case, sight)
    return [
        make(seen, telling, PersonFacts(WHO, sight=sight), None, NOW)
        for make in (resources.service_request, resources.task)
    ]


def parts(case: Case, relation: Relation | None = None) -> list[dict[str, Any]]:
    """What a case holds several of, of every type that is made so, as a relation is told of it."""
    sight = sight_of(relation) if relation else EVERYTHING
    seen = seen_case(case, relation, WHO) if relation else case
    about = (Telling(case, sight), PersonFacts(WHO, sight=sight))
    rows = [kind.part for kind in TYPES if kind.part]
    return [part.make(each, *about) for part in rows if part.records for each in part.records(seen).values()]


def untruths(told: Any, whole: Any, path: str = "") -> list[str]:
    """What is said that the whole case does not say; what is masked or left out says nothing."""
    if path == ".meta" or told == MASKED:
        return []
    if isinstance(told, dict) and isinstance(whole, dict):
        return [each for name in told for each in untruths(told[name], whole.get(name), f"{path}.{name}")]
    if isinstance(told, list) and isinstance(whole, list):
        return [f"{path}: {each}" for each in told if all(untruths(each, other, path) for other in whole)]
    return [] if told == whole else [f"{path}: {told!r}, not {whole!r}"]


@pytest.mark.parametrize("relation", LIMITED)
def test_given_any_case_when_told_to_a_part_of_it_then_nothing_is_said_that_is_not_so(
    relation: Relation,
) -> None:
    assert relation in get_args(Relation)
    for case in cases():
        for told, whole in zip(made(case, relation), made(case), strict=True):
            assert untruths(told, whole) == [], (case.stage, case.outcome)
            check_resource(told, None)


@pytest.mark.parametrize("relation", ["landlord", "supplier"])
def test_given_a_part_that_does_not_see_how_cases_end_then_no_status_tells_one_ending_from_another(
    relation: Relation,
) -> None:
    every = [(case, *made(case, relation)) for case in cases()]
    closed = {(str(request), str(task)) for case, request, task in every if case.closed}
    new = {(str(request), str(task)) for case, request, task in every if case.stage is Stage.REFERRED}

    assert (len(closed), len(new)) == (1, 1)
    working = [task["status"] for case, _, task in every if case.stage is Stage.MAKING_READY]
    assert working == ["in-progress"]


@pytest.mark.parametrize("relation", ["landlord", "supplier"])
def test_given_a_part_when_told_then_the_resource_says_that_parts_of_it_are_withheld(
    relation: Relation,
) -> None:
    for case, whole in product(list(cases())[:1], (False, True)):
        labels = [each["meta"].get("security") for each in made(case, None if whole else relation)]
        assert all(label is None for label in labels) is whole


@pytest.mark.parametrize("relation", LIMITED)
def test_given_the_parts_of_a_case_when_told_to_a_part_in_it_then_it_hears_of_those_fields_that_it_sees(
    relation: Relation,
) -> None:
    for case in cases():
        told, whole = parts(case, relation), parts(case)
        seen = "alerts" in sight_of(relation).case
        assert (len(told), len(whole)) == (2 if seen else 0, 2)
        for each, full in zip(told, whole, strict=seen):
            check_resource(each, None)
            assert untruths(each, full) == []
            assert (each["meta"]["security"][0]["code"], "meta" in full) == ("REDACTED", False)


def test_given_an_alert_when_its_cause_is_gone_then_its_flag_has_an_end_and_is_inactive() -> None:
    stands, cleared = parts(next(cases()))

    assert (stands["status"], set(stands["period"])) == ("active", {"start"})
    assert (cleared["status"], set(cleared["period"])) == ("inactive", {"start", "end"})
    words = "The commode is not ordered. Threshold: 2 days before the expected date. Source: test."
    assert stands["code"]["text"] == words


def test_given_somebody_who_sees_everything_then_the_statuses_are_those_of_the_case() -> None:
    for case in cases():
        request, task = made(case)
        assert (request["status"], task["status"]) == astuple(case_reading(case)), case.outcome


def test_given_a_person_whose_sex_and_birth_date_are_not_seen_then_both_are_masked() -> None:
    seen = PersonFacts(WHO, family_name="Ashdown", sight=sight_of("supplier"))
    told = patient(seen)

    assert (told["_gender"], told["_birthDate"]) == (MASKED, MASKED)
    assert not {"gender", "birthDate"} & told.keys()
    check_resource(told, None)
    assert patient(PERSON)["gender"] == "female"
