"""What is asked about before it is saved; and what is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from discharge.cases.commands import (
    AmendReferral,
    AnswerOffer,
    CloseCase,
    Command,
    ConfirmItem,
    FlagHomelessness,
    RecordContact,
    RecordDutyToRefer,
    Refer,
    SetExpectedDischargeDate,
    SetNeededBy,
)
from discharge.cases.model import Case, FollowUp, GateItem, Homelessness, Referral, Strand
from housing_checks.contradictions import ROWS, contradictions
from tests.housing_checks.hazards.hazard_story import HazardStory, landlord_told, mould
from tests.housing_checks.homes import HOME, TRUST, answers, check, day

TODAY = day(10)
HOMELESS = Homelessness(flag="yes")
SAFE = {"safe-address": GateItem(code="safe-address", value="yes")}
LET = Strand(
    kind="rehousing",
    number=1,
    item="rehousing:1-bed-general",
    started_on=day(0),
    owner_role="coordinator",
    property_id=HOME,
)


def case(**known: object) -> Case:
    return Case(case_id=uuid4(), version=1).model_copy(update=known)


def owed(*keys: str, made: tuple[str, ...] = ()) -> Case:
    at = datetime(2026, 3, 5, 12, tzinfo=UTC)
    contacts = {key: FollowUp(key=key, due_at=at, outcome="well" if key in made else None) for key in keys}
    return case(follow_ups=contacts)


def refer(*needs: str) -> Refer:
    return Refer(person_id=uuid4(), organisation_id=TRUST, needs=needs)


def contact(outcome: str, *problems: str) -> RecordContact:
    return RecordContact(follow_up="24-hours", outcome=outcome, problems=problems)


def offer_answered(answer: str, reason: str | None) -> AnswerOffer:
    return AnswerOffer.model_validate(
        {"strand": "rehousing/1", "offer_id": uuid4(), "answer": answer, "reason": reason}
    )


ASKED: tuple[tuple[str, Case, Command, str], ...] = (
    (
        "managing-with-problems",
        case(),
        contact("well", "no-heating", "fell"),
        "managing at home, and also: no heating and fell at home. Is the person managing?",
    ),
    ("not-reached-with-problems", case(), contact("not-reached", "no-food"), "no food"),
    ("no-needs-with-needs", case(), refer("none", "hoist"), "and also: hoist."),
    ("no-needs-with-needs", case(), AmendReferral(needs=("hoist", "none")), "“None of these”"),
    ("needed-by-past", case(), SetNeededBy(needed_by=day(9)), "passed already"),
    ("expected-in-the-past", case(), SetExpectedDischargeDate(expected_discharge_on=day(9)), "passed"),
    ("homeless-with-safe-address", case(gate=SAFE), FlagHomelessness(flag="yes"), "a safe address"),
    (
        "homeless-with-safe-address",
        case(homelessness=HOMELESS),
        ConfirmItem(item="safe-address", value="yes"),
        "Are both true?",
    ),
    ("homeless-with-safe-address", case(homelessness=HOMELESS), check(), "homeless"),
    (
        "referred-to-council-not-homeless",
        case(homelessness=Homelessness(flag="no")),
        RecordDutyToRefer(council_id=uuid4()),
        "not homeless",
    ),
    (
        "closed-with-contacts-owed",
        owed("24-hours", "72-hours", "7-days", made=("24-hours",)),
        CloseCase(outcome="home-as-it-is"),
        "visit or call within 72 hours and contact at 7 days",
    ),
    ("accepted-with-reason", case(), offer_answered("accepted", "rent"), "reason for refusing"),
    (
        "landlord-told-without-basis",
        HazardStory(basis=None).ask(mould(), 1).case,
        landlord_told(told_by="coordinator"),
        "Did you tell the landlord?",
    ),
    (
        "yes-with-emergency-hazard",
        HazardStory().ask(mould(severity="emergency"), 1).case,
        ConfirmItem(item="no-emergency-hazard", value="yes"),
        "damp and mould growth in the bedroom",
    ),
    (
        "hazard-tenure-differs",
        case(referral=Referral(referred_on=day(0), organisation_id=TRUST, tenure="owner")),
        mould(),
        "the referral says: Owner",
    ),
)

NOT_ASKED: tuple[tuple[Case, Command], ...] = (
    (case(), contact("well")),
    (case(), contact("needs-help", "no-heating")),
    (case(), contact("not-reached")),
    (case(), refer("none")),
    (case(), refer("hoist", "level-access")),
    (case(), refer()),
    (case(), SetNeededBy(needed_by=TODAY)),
    (case(), SetNeededBy(needed_by=None)),
    (case(), SetExpectedDischargeDate(expected_discharge_on=TODAY + timedelta(days=1))),
    (case(gate=SAFE), FlagHomelessness(flag="no")),
    (case(), FlagHomelessness(flag="yes")),
    (case(gate=SAFE, strands={LET.key: LET}), FlagHomelessness(flag="yes")),
    (
        case(homelessness=HOMELESS, strands={LET.key: LET}),
        ConfirmItem(item="safe-address", value="yes"),
    ),
    (case(homelessness=HOMELESS), ConfirmItem(item="safe-address", value="no")),
    (case(homelessness=HOMELESS), ConfirmItem(item="heating", value="yes")),
    (case(homelessness=HOMELESS), check(safe_address="no")),
    (case(homelessness=HOMELESS), RecordDutyToRefer(council_id=uuid4())),
    (owed("24-hours", made=("24-hours",)), CloseCase(outcome="home-as-it-is")),
    (case(), offer_answered("accepted", None)),
    (case(), offer_answered("refused", "rent")),
)


@pytest.mark.parametrize(("code", "known", "command", "words"), ASKED)
def test_given_what_contradicts_then_it_is_asked_about_in_plain_words(
    code: str, known: Case, command: Command, words: str
) -> None:
    [found] = contradictions(known, command, TODAY)
    assert found.code == code
    assert words in found.question
    assert found.question.endswith("?")


@pytest.mark.parametrize(("known", "command"), NOT_ASKED)
def test_given_what_goes_together_then_nothing_is_asked(known: Case, command: Command) -> None:
    assert contradictions(known, command, TODAY) == ()


def test_every_row_is_tried() -> None:
    assert {row.code for row in ROWS} == {code for code, _, _, _ in ASKED}
    assert set(answers()) >= {"safe-address"}
