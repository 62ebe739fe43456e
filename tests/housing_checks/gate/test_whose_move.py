"""Whose move something is: which organisation has a role in a case, and which person there answers for it."""

from __future__ import annotations

from uuid import UUID

import pytest

from discharge.cases.events import OwnerAssigned, ParticipantJoined, ParticipantLeft
from discharge.cases.model import Case, Homelessness, Owner, Participant
from housing_checks.gate.owners import OF_THE_TRUST, named_for
from tests.housing_checks.homes import COUNCIL, LANDLORD, SERVICE, TRUST, Story, day

JO, SAM, PAT = UUID(int=1), UUID(int=2), UUID(int=3)
OTHER_COUNCIL = UUID(int=4)


def part(organisation_id: UUID, role: str) -> ParticipantJoined:
    return ParticipantJoined(
        participant=Participant(
            organisation_id=organisation_id, role=role, basis="sharing-agreement", from_on=day(0)
        )
    )


def owner(organisation_id: UUID, user_id: UUID) -> OwnerAssigned:
    return OwnerAssigned(owner=Owner(organisation_id=organisation_id, user_id=user_id))


def parties() -> Case:
    """The housing lead and the trust, each with a case owner, a council and a landlord."""
    return (
        Story()
        .happens(
            part(SERVICE, "housing-health"),
            part(TRUST, "trust"),
            part(COUNCIL, "council"),
            part(LANDLORD, "landlord"),
            owner(SERVICE, JO),
            owner(TRUST, SAM),
            owner(COUNCIL, PAT),
        )
        .case
    )


@pytest.mark.parametrize(
    ("role", "organisation_id", "user_id"),
    [
        ("coordinator", SERVICE, JO),
        ("discharge-team", TRUST, SAM),
        *((role, TRUST, None) for role in sorted(OF_THE_TRUST - {"discharge-team"})),
        ("council", COUNCIL, None),
        ("landlord", LANDLORD, None),
        ("care-provider", None, None),
        ("family-carer", None, None),
    ],
)
def test_given_a_role_then_its_organisation_has_it_and_the_case_owner_answers_for_the_two_who_own_cases(
    role: str, organisation_id: UUID | None, user_id: UUID | None
) -> None:
    assert named_for(parties(), role) == (role, organisation_id, user_id)


def test_given_somebody_who_was_named_then_they_answer_and_not_the_case_owner() -> None:
    assert named_for(parties(), "coordinator", PAT) == ("coordinator", SERVICE, PAT)
    assert named_for(parties(), "landlord", PAT) == ("landlord", LANDLORD, PAT)


def test_given_nobody_who_takes_part_then_a_role_is_no_organisations() -> None:
    alone = Case(case_id=UUID(int=9))
    for role in ("coordinator", "discharge-team", "council", "landlord"):
        assert named_for(alone, role) == (role, None, None)


def test_given_a_council_that_was_asked_about_homelessness_then_it_counts_before_one_that_takes_part() -> (
    None
):
    asked = parties().model_copy(update={"homelessness": Homelessness(council_id=OTHER_COUNCIL)})
    assert named_for(asked, "council").organisation_id == OTHER_COUNCIL
    assert named_for(asked, "landlord").organisation_id == LANDLORD
    assert named_for(asked, "care-provider").organisation_id is None


def test_given_a_part_that_has_ended_then_it_is_not_that_organisations_move_any_more() -> None:
    story = Story().happens(part(LANDLORD, "landlord"))
    assert named_for(story.case, "landlord").organisation_id == LANDLORD
    story.happens(ParticipantLeft(organisation_id=LANDLORD, until_on=day(3)))
    assert named_for(story.case, "landlord").organisation_id is None
