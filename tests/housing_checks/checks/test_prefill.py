"""What is proposed before anybody answered, by whose word, and that it counts nowhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from discharge.cases.commands import CompleteCheck, SaveAnswers
from discharge.cases.events import DutyToReferSent, ReferralAmended
from discharge.cases.evolve import fold
from discharge.errors import Refused
from housing_checks.checks.prefill import proposals
from tests.housing_checks.form_two import FORM_2, all_well, checked_on_two, form_two_in_force
from tests.housing_checks.homes import COUNCIL, FIRST, Story, check, day


@pytest.fixture(autouse=True)
def in_force() -> Iterator[None]:
    with form_two_in_force(FIRST):
        yield


def referred(tenure: str = "unknown", **said: object) -> Story:
    story = Story(**said)  # type: ignore[arg-type]
    needs = story.case.referral.needs if story.case.referral is not None else ()
    story.happens(ReferralAmended(ward=None, reasons=(), needs=needs, pathway=None, tenure=tenure))
    return story


def proposed(story: Story, before: Story | None = None) -> dict[str, str]:
    found = proposals(story.case, FORM_2, before.case if before is not None else None)
    return {each.item: each.value for each in found}


@pytest.mark.parametrize(
    ("story", "item", "value"),
    [
        ({"tenure": "owner"}, "tenure", "owner"),
        ({"tenure": "private"}, "tenure", "private"),
        ({"tenure": "owner"}, "destination", "own-home"),
        ({"tenure": "sheltered"}, "destination", "scheme"),
        ({"tenure": "no-fixed-abode"}, "destination", "no-home"),
        ({"tenure": "unknown"}, "destination", None),
        ({"lives_alone": "yes"}, "lives-with", "alone"),
        ({"lives_alone": "no"}, "lives-with", None),
        ({"needs": ("oxygen",)}, "oxygen-or-cream", "oxygen"),
        ({"needs": ("oxygen", "emollient")}, "oxygen-or-cream", "both"),
        ({"needs": ("hospital-bed",)}, "bed-prescribed", "hospital"),
        ({"needs": ("wheelchair-full",)}, "moves-how", None),
        ({"needs": ()}, "oxygen-or-cream", None),
        ({"needs": ("level-access",)}, "moves-how", None),
        ({"needs": ("level-access",)}, "last-weeks", None),
        ({"tenure": "owner"}, "home-usable", None),
    ],
)
def test_given_what_the_trust_sent_then_the_one_answer_that_agrees_with_it_is_proposed(
    story: dict[str, object], item: str, value: str | None
) -> None:
    said = referred(**story)  # type: ignore[arg-type]
    assert proposed(said).get(item) == value


def test_given_a_proposal_then_it_names_its_source_and_day_and_is_no_answer() -> None:
    story = referred("owner", lives_alone="yes")
    found = {each.item: each for each in proposals(story.case, FORM_2)}
    alone = found["lives-with"]
    assert (alone.source, alone.on, alone.because) == ("case", day(0), "the person lives alone")
    assert story.case.check is None
    answers = all_well(story.case)
    del answers["lives-with"]
    with pytest.raises(Refused, match="item-not-answered") as refused:
        story.ask(CompleteCheck(form=FORM_2.code, answers=answers))
    assert refused.value.detail == "lives-with"


def test_given_an_answer_then_nothing_is_proposed_for_its_item_any_more() -> None:
    story = referred("owner", lives_alone="yes")
    story.ask(SaveAnswers(form=FORM_2.code, answers={"lives-with": "adults"}))
    assert "lives-with" not in proposed(story)


def test_given_a_referral_to_the_council_then_that_it_was_sent_is_proposed() -> None:
    story = referred("no-fixed-abode")
    story.case = fold(story.case, [DutyToReferSent(referred_on=day(1), council_id=COUNCIL)])
    assert proposed(story)["duty-to-refer"] == "yes"
    assert "duty-acknowledged" not in proposed(story)


def test_given_an_earlier_check_of_the_same_home_then_what_it_said_of_the_building_is_proposed() -> None:
    before = checked_on_two(referred("owner"), toilet="no", clutter="cluttered")
    story = referred("owner")
    found = {each.item: each for each in proposals(story.case, FORM_2, before.case)}
    assert (found["toilet"].value, found["toilet"].source, found["toilet"].on) == (
        "no",
        "earlier-check",
        day(1),
    )
    assert found["clutter"].value == "cluttered"
    assert not {"wishes-known", "food", "arrival", "safe-address"} & found.keys()


def test_given_an_earlier_check_on_the_first_form_then_what_means_the_same_is_proposed() -> None:
    with form_two_in_force(day(100)):
        before = Story().ask(check(heating="no", steps_stairs="no", toilet="unknown"), on=1)
    found = proposed(referred("owner"), before)
    assert found["heating"] == "no"
    assert not {"stairs-inside", "toilet"} & found.keys()


@pytest.mark.parametrize("tenure", ["unknown", "no-fixed-abode"])
def test_given_another_place_or_none_then_nothing_of_an_earlier_home_is_proposed(tenure: str) -> None:
    before = checked_on_two(referred("owner"), toilet="no")
    assert "toilet" not in proposed(referred(tenure), before)
    elsewhere = referred("owner")
    elsewhere.ask(SaveAnswers(form=FORM_2.code, answers={"destination": "other-home"}))
    assert "toilet" not in proposed(elsewhere, before)


def test_given_a_complete_check_then_what_somebody_answered_is_not_proposed_again() -> None:
    story = checked_on_two(referred(tenure="owner", lives_alone="yes"), lives_with="unknown")
    assert proposed(story) == {}
    assert "lives-with" in proposed(referred(tenure="owner", lives_alone="yes"))
