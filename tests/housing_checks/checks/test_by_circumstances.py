"""The second form asks only what matters to the case, and gates only that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from discharge.cases.commands import ConfirmItem, NameMitigation, SaveAnswers
from discharge.cases.events import GatedItemsChanged, HomelessnessFlagged, ReferralAmended
from discharge.codes.casework import OWNER_ROLES
from discharge.errors import Refused
from discharge.values import YesNoUnknown
from housing_checks.checks.answers import asked_of, gated_for
from housing_checks.checks.form import form_in_force
from housing_checks.gate.blockers import blocking
from housing_checks.gate.rules import gate_open
from tests.housing_checks.form_two import FORM_2, all_well, checked_on_two, form_two_in_force
from tests.housing_checks.homes import FIRST, FORM_1, Story, check, day

STAIRS, FIRE_BY_OXYGEN = {"stairs-inside", "way-in"}, {"oxygen-risk-form", "oxygen-installed", "no-smoking"}


@pytest.fixture(autouse=True)
def in_force() -> Iterator[None]:
    with form_two_in_force(FIRST):
        yield


def blocked(story: Story) -> set[str]:
    return {each.code for each in blocking(story.case)}


def asked(story: Story, **answers: str) -> set[str]:
    said = {code.replace("_", "-"): value for code, value in answers.items()}
    return set(asked_of(story.case, FORM_2, said))


def amended(*needs: str) -> ReferralAmended:
    return ReferralAmended(ward=None, reasons=(), needs=needs, pathway=None)


def test_given_a_home_fit_as_it_is_then_the_check_alone_makes_it_ready() -> None:
    story = checked_on_two(Story())
    assert gate_open(story.case)
    assert "home-became-ready" in story.kinds


@pytest.mark.parametrize("tells", [{"no_smoking": "unknown"}, {"clutter": "blocked"}, {}])
def test_given_a_person_without_a_home_then_no_visit_of_the_fire_service_is_asked(
    tells: dict[str, str],
) -> None:
    known = {code: value for code, value in tells.items() if code.replace("_", "-") in FORM_2.codes}
    assert "fire-service-visit" not in asked(Story(), destination="no-home", oxygen_or_cream="cream", **known)
    at_home = {"destination": "own-home", "oxygen_or_cream": "cream", "no_smoking": "no"}
    assert "fire-service-visit" in asked(Story(), **at_home)


@pytest.mark.parametrize("works", ["no", "unknown"])
@pytest.mark.parametrize(
    ("needs", "moves"), [((), "wheelchair"), ((), "hoisted"), (("ground-floor",), "walks")]
)
def test_given_a_lift_that_does_not_work_then_it_blocks_whoever_cannot_do_without(
    works: str, needs: tuple[str, ...], moves: str
) -> None:
    story = checked_on_two(Story(needs), moves_how=moves, lift_works=works)
    assert "lift-works" in blocked(story)


def test_given_no_lift_on_the_way_in_or_somebody_who_walks_then_the_lift_blocks_nothing() -> None:
    assert blocked(checked_on_two(Story(), moves_how="wheelchair", lift_works="not-applicable")) == set()
    assert blocked(checked_on_two(Story(), moves_how="walks", lift_works="no")) == set()


@pytest.mark.parametrize(
    ("answers", "left_out"),
    [
        ({"destination": "no-home"}, STAIRS | {"heating", "food", "keys", "adaptation-needed"}),
        ({"destination": "other-home"}, {"adaptation-needed", "rent-safe", "duty-to-refer"}),
        ({"destination": "own-home", "home_usable": "no"}, STAIRS | {"adaptation-needed", "tenure"}),
        ({"oxygen_or_cream": "neither"}, FIRE_BY_OXYGEN | {"oxygen-room"}),
        ({"oxygen_or_cream": "cream"}, {"oxygen-risk-form", "oxygen-installed"}),
        ({"lives_with": "adults"}, {"children-looked-after", "key-safe", "someone-looks-in"}),
        (
            {"moves_how": "walks", "bed_prescribed": "ordinary"},
            {"turning-space", "door-widths", "two-carers"},
        ),
        ({"capacity": "decides"}, {"best-interests", "advocate", "least-restrictive"}),
    ],
)
def test_given_an_answer_then_what_does_not_concern_the_person_is_not_asked(
    answers: dict[str, str], left_out: set[str]
) -> None:
    story = Story(lives_alone="unknown")
    before, after = asked(story), asked(story, **answers)
    assert left_out <= before
    assert not left_out & after


@pytest.mark.parametrize(
    ("answers", "asks"),
    [
        ({"oxygen_or_cream": "both"}, FIRE_BY_OXYGEN | {"oxygen-room", "smoke-alarm"}),
        ({"oxygen_or_cream": "unknown"}, FIRE_BY_OXYGEN),
        ({"lives_with": "children"}, {"children-looked-after"}),
        ({"lives_with": "alone"}, {"key-safe", "someone-looks-in"}),
        ({"moves_how": "hoisted"}, {"turning-space", "door-widths", "two-carers", "equipment-in-place"}),
        ({"destination": "no-home"}, {"duty-to-refer", "duty-acknowledged", "safe-address", "nursing-care"}),
        ({"destination": "other-home"}, {"host-agrees", "stairs-inside", "bed", "toilet"}),
        ({"home_usable": "no", "destination": "own-home"}, {"duty-to-refer"}),
        ({"last_weeks": "expected"}, {"fast-track", "night-number"}),
        ({"meter": "prepaid"}, {"meter-credit"}),
    ],
)
def test_given_an_answer_then_what_follows_from_it_is_asked(answers: dict[str, str], asks: set[str]) -> None:
    assert asks <= asked(Story(), **answers)


@pytest.mark.parametrize(
    ("needs", "item", "asks"),
    [
        ((), "oxygen-installed", True),
        (("none",), "oxygen-installed", False),
        (("oxygen",), "oxygen-installed", True),
        (("hoist",), "two-carers", True),
        (("level-access",), "two-carers", False),
    ],
)
def test_given_what_the_referral_names_then_it_decides_until_somebody_answers(
    needs: tuple[str, ...], item: str, asks: bool
) -> None:
    assert (item in asked(Story(needs=needs))) is asks


def test_given_answers_still_to_come_then_the_form_says_what_they_may_leave_out() -> None:
    facts = {"place": "yes", "lives-alone": "no"}
    awaiting = FORM_2.awaiting({}, facts)  # type: ignore[arg-type]
    assert {"oxygen-installed", "best-interests", "fast-track"} <= awaiting
    assert "heating" not in awaiting
    assert "oxygen-installed" not in FORM_2.awaiting({"oxygen-or-cream": "unknown"}, facts)  # type: ignore[arg-type]


def test_given_what_is_not_asked_then_an_answer_to_it_is_refused_and_the_check_is_complete_without() -> None:
    story = Story()
    answers = all_well(story.case, destination="no-home") | {"heating": "yes"}
    with pytest.raises(Refused, match="item-not-asked") as refused:
        story.ask(SaveAnswers(form=FORM_2.code, answers=answers))
    assert refused.value.detail == "heating"
    checked_on_two(story, destination="no-home", safe_address="no", duty_to_refer="no")
    assert blocked(story) == {"safe-address", "duty-to-refer"}


@pytest.mark.parametrize(
    ("homeless", "destination", "safety", "owner"),
    [
        ("yes", "own-home", None, "named-adviser"),
        ("yes", "own-home", "unknown", "named-adviser"),
        ("yes", "own-home", "confirmed", "coordinator"),
        ("unknown", "own-home", "unknown", "coordinator"),
        ("yes", "no-home", "unknown", "coordinator"),
        ("yes", None, "unknown", "coordinator"),
    ],
)
def test_given_what_everybody_reads_on_the_case_then_it_decides_whose_move_the_safe_address_is(
    homeless: YesNoUnknown, destination: str | None, safety: str | None, owner: str
) -> None:
    story = Story()
    if homeless == "yes":
        story.happens(HomelessnessFlagged(flag="yes", flagged_on=day(1)))
    said = {"destination": destination, "safe-address": "no", "safety-confirmed": safety}
    answers = {code: value for code, value in said.items() if value is not None}
    story.ask(SaveAnswers(form=FORM_2.code, answers=answers), on=1)
    [found] = [each for each in blocking(story.case) if each.code == "safe-address"]
    assert found.owner_role == owner


def test_given_an_answer_after_the_check_then_it_opens_what_concerns_the_person_now() -> None:
    story = checked_on_two(Story())
    story.ask(ConfirmItem(item="oxygen-or-cream", value="oxygen"), on=2)
    assert blocked(story) == FIRE_BY_OXYGEN | {"oxygen-room", "fire-service-visit"}
    story.ask(NameMitigation(item="no-smoking", mitigation="other", role="coordinator"), on=2)
    story.ask(ConfirmItem(item="oxygen-or-cream", value="neither"), on=3)
    assert gate_open(story.case)
    assert "mitigation-withdrawn" in story.kinds


@pytest.mark.parametrize(("flag", "blocks"), [("yes", {"duty-to-refer", "duty-acknowledged"}), ("no", set())])
def test_given_a_fact_that_changes_after_the_check_then_the_gate_follows_it(
    flag: YesNoUnknown, blocks: set[str]
) -> None:
    story = checked_on_two(Story(), destination="step-down")
    story.happens(HomelessnessFlagged(flag=flag, flagged_on=day(2)))
    assert blocked(story) == blocks
    changed = [each.because for each in story.last if isinstance(each, GatedItemsChanged)]
    assert changed == (["circumstances"] if blocks else [])
    assert set(story.case.gate) == set(gated_for(story.case, FORM_2))


def test_given_a_mitigation_on_what_a_fact_leaves_out_then_it_ends_with_the_item() -> None:
    story = checked_on_two(Story(needs=("hoist",)), moves_how="unknown", two_carers="no")
    story.ask(NameMitigation(item="two-carers", mitigation="other", role="care-provider"), on=2)
    story.happens(amended("none"))
    assert "two-carers" not in story.case.gate
    assert story.kinds[1:] == ["mitigation-withdrawn", "gated-items-changed"]


def test_given_the_first_form_then_what_it_gates_does_not_follow_facts_of_the_case() -> None:
    assert not FORM_1.by_circumstances
    story = Story()
    with form_two_in_force(day(300)):
        story.ask(check(), on=1)
        story.happens(amended("hoist"))
    assert set(story.case.gate) == set(FORM_1.gated_codes((), "no"))


def test_given_the_second_form_then_each_gated_item_has_an_owner_a_next_action_and_a_day() -> None:
    assert form_in_force(FIRST).code == FORM_2.code
    assert len(FORM_2.domains) == 17
    assert len(set(FORM_2.codes)) == len(FORM_2.items)
    assert 110 <= len(FORM_2.items) <= 140
    lacking = [
        item.code
        for item in FORM_2.items
        if item.gated and not (item.next_action and item.due and OWNER_ROLES.known(item.owner))
    ]
    assert lacking == []


def test_given_the_second_form_then_what_it_took_over_from_the_first_says_so() -> None:
    kept = {item.same_as for item in FORM_2.items if item.same_as is not None}
    assert kept == set(FORM_1.codes)


@pytest.mark.parametrize(
    ("item", "value", "before", "opens"),
    [
        ("oxygen-or-cream", "oxygen", {"oxygen_or_cream": "neither"}, "fire-service-visit"),
        ("oxygen-or-cream", "cream", {"oxygen_or_cream": "neither", "lives_with": "alone"}, "no-smoking"),
        ("moves-how", "wheelchair", {"moves_how": "walks"}, "turning-space"),
    ],
)
def test_given_one_answer_then_what_is_gated_changes_once_for_all_that_it_opens(
    item: str, value: str, before: dict[str, str], opens: str
) -> None:
    story = checked_on_two(Story(), **before)
    story.ask(ConfirmItem(item=item, value=value), on=2)
    [changed] = [each for each in story.last if isinstance(each, GatedItemsChanged)]
    assert (changed.because, changed.since) == (item, day(2))
    assert opens in changed.gated
    assert set(story.case.gate) == set(changed.gated) == set(gated_for(story.case, FORM_2))


def test_given_an_answer_that_opens_and_leaves_out_nothing_at_the_gate_then_nothing_is_said_of_it() -> None:
    story = checked_on_two(Story(), pets="no")
    story.ask(ConfirmItem(item="pets", value="yes"), on=2)
    assert "gated-items-changed" not in story.kinds
