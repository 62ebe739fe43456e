"""Who calls, and what they do: by role, and on a case by their organisation's part."""

from __future__ import annotations

from uuid import UUID

import pytest

from api.web.principals import Principal
from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.cases.model import Actor, Participant
from discharge.errors import HomewardError
from tests.discharge.cases.stories import SERVICE, after, day, refer

LANDLORD, NURSE = UUID(int=5), UUID(int=6)
CASE = fold(
    after((0, refer())),
    [
        ev.ParticipantJoined(
            participant=Participant(
                organisation_id=LANDLORD, role="landlord", basis="consent", from_on=day(0)
            )
        )
    ],
)


def principal(role: str = "coordinator", organisation_id: UUID = SERVICE) -> Principal:
    return Principal(
        issuer="http://openid.test",
        subject="ward-1",
        name="Asha Okoro",
        role=role,
        organisation_id=organisation_id,
        organisation_code="HH",
        organisation_name="Housing",
        user_id=NURSE,
        team_id=None,
        how="bearer",
    )


def test_given_a_caller_then_rules_see_organisation_role_and_person_and_keys_are_theirs_alone() -> None:
    caller = principal()
    assert caller.actor == Actor(organisation_id=SERVICE, role="coordinator", user_id=NURSE)
    assert caller.client_id == "http://openid.test|ward-1"


def refusal(caller: Principal, action: str, *, on_case: bool) -> tuple[str, str] | None:
    try:
        if on_case:
            caller.require_on(CASE, action)
        else:
            caller.require(action)
    except HomewardError as error:
        return error.code, error.detail
    return None


@pytest.mark.parametrize(
    ("role", "organisation", "action", "by_role", "on_case"),
    [
        ("coordinator", SERVICE, "close-case", None, None),
        ("coordinator", LANDLORD, "close-case", None, "part-not-allowed"),
        ("coordinator", LANDLORD, "add-note", None, None),
        ("coordinator", UUID(int=9), "add-note", None, "part-not-allowed"),
        ("trust-monitor", SERVICE, "close-case", "role-not-allowed", "role-not-allowed"),
        ("trust-monitor", UUID(int=9), "close-case", "role-not-allowed", "role-not-allowed"),
    ],
)
def test_given_an_action_then_role_and_part_both_count_and_the_refusal_says_which_is_missing(
    role: str, organisation: UUID, action: str, by_role: str | None, on_case: str | None
) -> None:
    caller = principal(role, organisation)
    assert caller.may(action) is (by_role is None)
    assert caller.may_on(CASE, action) is (on_case is None)
    assert refusal(caller, action, on_case=False) == ((by_role, action) if by_role else None)
    assert refusal(caller, action, on_case=True) == ((on_case, action) if on_case else None)
