"""A landlord or scheme is told of an admission or a discharge: with a basis, once, by somebody."""

from __future__ import annotations

from uuid import UUID

import pytest

from discharge.cases.commands import (
    AcceptReferral,
    AddParticipant,
    AnswerStayNotice,
    RecordSharingBasis,
    TellOfStay,
    WithdrawSharingBasis,
)
from discharge.cases.evolve import fold
from discharge.cases.model import Actor, Case
from discharge.cases.outbox_items import outgoing
from discharge.cases.stay_notices import suggested
from discharge.roles import RELATIONS
from discharge.sight import SIGHTS, seen_case
from tests.discharge.cases.stories import (
    COORDINATOR,
    SPELL,
    TRUST,
    after,
    ask,
    day,
    decided,
    kinds,
    leaves,
    refer,
    refused,
)

LANDLORD = UUID("00000000-0000-4000-8000-0000000000f0")
OTHER = UUID("00000000-0000-4000-8000-0000000000f1")
ADMITTED = TellOfStay(organisation_id=LANDLORD, news="admitted")
LEFT = TellOfStay(organisation_id=LANDLORD, news="discharged")


def with_a_landlord() -> Case:
    return after(
        (0, refer()),
        (0, AcceptReferral()),
        (0, RecordSharingBasis(basis="consent")),
        (0, AddParticipant(organisation_id=LANDLORD, role="landlord")),
    )


def suggestions(case: Case) -> list[str]:
    return [f"{each.news} {each.organisation_id}" for each in suggested(case)]


def test_given_an_admission_then_it_is_suggested_and_nothing_is_told_by_itself() -> None:
    case = with_a_landlord()
    assert suggestions(case) == [f"admitted {LANDLORD}"]
    assert case.stay_notices == {}


def test_given_a_basis_when_somebody_tells_them_then_one_coded_item_leaves_that_needs_the_basis() -> None:
    case = with_a_landlord()
    events = decided(case, ADMITTED, 1)
    assert kinds(events) == ["stay-told"]
    [item] = outgoing(fold(case, events), events)
    assert (item.organisation_id, item.kind, item.needs_basis) == (LANDLORD, "stay-notice", True)
    assert item.content == {
        "notice": f"{LANDLORD}/admitted/{SPELL}/{day(0)}",
        "news": "admitted",
        "day": day(0).isoformat(),
    }
    told = fold(case, events)
    assert suggestions(told) == []
    assert kinds(decided(told, ADMITTED, 2)) == []


def test_given_a_discharge_then_that_is_suggested_and_told_by_itself_too() -> None:
    case = after((3, leaves()), case=ask(with_a_landlord(), ADMITTED, 1))
    assert suggestions(case) == [f"discharged {LANDLORD}"]
    told = ask(case, LEFT, 3)
    assert [each.news for each in told.stay_notices.values()] == ["admitted", "discharged"]
    assert refused(told, ADMITTED, 3)[0] == "no-such-stay"


def test_given_no_basis_or_one_that_was_withdrawn_then_nobody_is_told() -> None:
    for basis in (
        after((0, WithdrawSharingBasis()), case=with_a_landlord()),
        after((0, RecordSharingBasis(basis="agreement")), case=with_a_landlord()),
    ):
        assert "consent-missing" in refused(basis, ADMITTED, 1)


def test_given_somebody_who_keeps_no_home_then_they_are_not_told() -> None:
    for organisation in (OTHER, TRUST):
        asked = TellOfStay(organisation_id=organisation, news="admitted")
        assert refused(with_a_landlord(), asked, 1)[0] == "not-a-landlord-here"


def test_given_something_that_has_not_happened_then_nobody_is_told_so() -> None:
    assert refused(with_a_landlord(), LEFT, 1)[0] == "no-such-stay"


@pytest.mark.parametrize("actor", [COORDINATOR, Actor(organisation_id=LANDLORD, role="coordinator")])
def test_given_a_notice_when_they_answer_or_those_who_lead_say_so_then_it_is_accepted_and_acted_on(
    actor: Actor,
) -> None:
    case = ask(with_a_landlord(), ADMITTED, 1)
    read = AnswerStayNotice(organisation_id=LANDLORD, news="admitted", acted=False)
    case = fold(case, decided(case, read, 2, actor=actor))
    [notice] = case.stay_notices.values()
    assert (notice.accepted_on, notice.acted_on) == (day(2), None)
    assert kinds(decided(case, read, 3, actor=actor)) == []
    case = fold(case, decided(case, read.model_copy(update={"acted": True}), 4, actor=actor))
    [notice] = case.stay_notices.values()
    assert (notice.accepted_on, notice.acted_on) == (day(2), day(4))


def test_given_somebody_else_when_they_answer_for_the_landlord_then_they_are_refused() -> None:
    case = ask(with_a_landlord(), ADMITTED, 1)
    read = AnswerStayNotice(organisation_id=LANDLORD, news="admitted", acted=False)
    stranger = Actor(organisation_id=OTHER, role="coordinator")
    assert refused(case, read, 2, actor=stranger)[0] == "part-not-allowed"
    unsaid = AnswerStayNotice(organisation_id=LANDLORD, news="discharged", acted=False)
    assert refused(case, unsaid, 2)[0] == "no-such-item"


def test_given_a_landlord_then_it_sees_its_own_notices_and_no_other_ones() -> None:
    case = ask(with_a_landlord(), ADMITTED, 1)
    assert list(seen_case(case, "landlord", LANDLORD).stay_notices) == list(case.stay_notices)
    assert seen_case(case, "landlord", OTHER).stay_notices == {}
    seeing = {each for each in RELATIONS if "stay_notices" in SIGHTS[each].case}
    assert "supplier" not in seeing


def test_given_who_is_no_lead_then_who_decides_and_what_was_chosen_is_not_for_landlord_or_supplier() -> None:
    for relation in ("landlord", "supplier"):
        assert (
            not {"capacity", "liberty", "representatives", "wish", "choice", "self_funding"}
            & SIGHTS[relation].case
        )
