"""*Does not apply* opens the gate only where it may be said, and with words why."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from discharge.cases.commands import CompleteCheck, ConfirmItem, SaveAnswers, StartCheck
from discharge.cases.events import GatedItemsChanged, ItemAnswered
from discharge.cases.model import ItemAnswer
from discharge.errors import Refused
from housing_checks.gate.blockers import beside, blocking
from tests.housing_checks.form_two import FORM_2, all_well, checked_on_two, form_two_in_force
from tests.housing_checks.homes import Story, day

WHY = UUID("00000000-0000-4000-8000-00000000aaaa")
HAZARDS = ("hazards-judged", "room-meanwhile")
TOLD = {code.replace("-", "_"): "yes" for code in (*HAZARDS, "landlord-told")}
NEED_WORDS = {
    "advocate",
    "duty-to-refer",
    "moving-plan",
    "old-bed-removed",
    "hazards-judged",
    "landlord-told",
    "room-meanwhile",
    "two-carers",
    "funding-agreed",
}
FREELY = {"nursing-care", "duty-acknowledged", "lift-works"}
"""What the person needs, or whether there is a lift at all, nobody but who answers knows; and the council has
nothing to answer while nothing was sent."""
BY_A_RECORD = {"best-interests", "deprivation-of-liberty"}
NEVER = {"least-restrictive"}


@pytest.fixture(autouse=True)
def in_force() -> Iterator[None]:
    with form_two_in_force():
        yield


def shut(story: Story) -> set[str]:
    return {each.code for each in blocking(story.case)}


def aside(item: str) -> ConfirmItem:
    return ConfirmItem(item=item, value="not-applicable")


def refused(story: Story, command: ConfirmItem | SaveAnswers | CompleteCheck) -> list[tuple[str, str, str]]:
    with pytest.raises(Refused) as error:
        story.decide(command, on=2)
    return [(each.code, each.detail, each.where) for each in (error.value, *error.value.others)]


def test_given_an_item_that_can_block_when_it_may_be_left_aside_then_the_data_says_how() -> None:
    gated = {item.code for item in FORM_2.items if item.gated or item.gated_when is not None}
    may = {item.code for item in FORM_2.items if item.not_applicable} & gated
    assert may == NEED_WORDS | FREELY | BY_A_RECORD | NEVER
    assert {code for code in may if FORM_2.item(code).left_aside.reason} == NEED_WORDS


@pytest.mark.parametrize("item", HAZARDS)
def test_given_mould_when_its_hazard_does_not_apply_then_it_is_refused_also_with_words(item: str) -> None:
    story = checked_on_two(Story(), damp_and_mould="no", **TOLD)
    assert refused(story, aside(item)) == [("item-applies", item, "value")]
    with pytest.raises(Refused):
        story.decide(aside(item).model_copy(update={"text_notes": {item: WHY}}), on=2)


@pytest.mark.parametrize(
    ("tenure", "with_words", "outcome"),
    [
        ("social", True, "item-applies"),
        ("private", True, "item-applies"),
        ("other", False, "why-not-applicable"),
        ("other", True, None),
        ("owner", False, None),
    ],
)
def test_given_mould_when_the_landlord_does_not_apply_then_owners_alone_need_no_words(
    tenure: str, with_words: bool, outcome: str | None
) -> None:
    story = checked_on_two(Story(), damp_and_mould="no", tenure=tenure, **TOLD)
    command = aside("landlord-told")
    if with_words:
        command = command.model_copy(update={"text_notes": {"landlord-told": WHY}})
    if outcome is None:
        assert "landlord-told" not in shut(story.ask(command, on=2))
    else:
        assert [code for code, _, _ in refused(story, command)] == [outcome]


def test_given_a_hoist_when_two_carers_do_not_apply_then_words_say_why_and_stay_with_the_answer() -> None:
    story = checked_on_two(Story(needs=("hoist",)), two_carers="no", moves_how="hoisted")
    assert refused(story, aside("two-carers")) == [
        ("why-not-applicable", "two-carers", "item_notes.two-carers")
    ]
    assert "two-carers" in shut(story)
    story.ask(aside("two-carers").model_copy(update={"text_notes": {"two-carers": WHY}}), on=2)
    assert story.case.check is not None
    assert "two-carers" not in shut(story)
    assert story.case.check.given["two-carers"].note_id == WHY
    story.ask(aside("two-carers"), on=3)
    assert story.case.check.given["two-carers"].note_id == WHY


def test_given_a_note_on_the_request_alone_then_it_says_why() -> None:
    story = checked_on_two(Story(needs=("hoist",)), two_carers="no", moves_how="hoisted")
    story.ask(aside("two-carers"), on=2, note=WHY)
    assert "two-carers" not in shut(story)


def test_given_many_answers_at_once_then_each_that_may_not_be_left_aside_is_refused_at_its_field() -> None:
    story = Story(needs=("hoist",)).ask(StartCheck(form=FORM_2.code))
    said = all_well(story.case, damp_and_mould="no", moves_how="hoisted")
    said |= dict.fromkeys(("hazards-judged", "two-carers"), "not-applicable")
    expected = [
        ("item-applies", "hazards-judged", "answers.hazards-judged"),
        ("why-not-applicable", "two-carers", "item_notes.two-carers"),
    ]
    assert refused(story, SaveAnswers(form=FORM_2.code, answers=said)) == expected
    assert refused(story, CompleteCheck(form=FORM_2.code, answers=said)) == expected


def test_given_it_did_not_apply_when_mould_is_found_afterwards_then_the_item_opens_and_says_why() -> None:
    story = checked_on_two(Story(), on=1, damp_and_mould="no", **TOLD)
    story.ask(ConfirmItem(item="damp-and-mould", value="yes"), on=2)
    _left_aside_before_it_was_asked_why(story, "room-meanwhile")
    assert shut(story) == set()
    story.ask(ConfirmItem(item="damp-and-mould", value="no"), on=3)
    opened = [each for each in story.last if isinstance(each, GatedItemsChanged)]
    assert "room-meanwhile" in opened[-1].gated
    words = {each.code: each.words for each in blocking(story.case)}
    assert words["room-meanwhile"] == (
        "Another room meanwhile: somebody answered that it does not apply, and it does"
    )
    story.ask(ConfirmItem(item="room-meanwhile", value="yes"), on=4)
    assert shut(story) == set()


def _left_aside_before_it_was_asked_why(story: Story, item: str) -> None:
    """An answer as earlier builds recorded it."""
    old = ItemAnswer(value="not-applicable", gate="yes", answered_on=day(2))
    story.happens(ItemAnswered(item=item, answer=old))


def test_given_an_old_answer_without_words_then_it_goes_on_counting_and_is_asked_again_in_words() -> None:
    story = checked_on_two(Story(needs=("hoist",)), two_carers="yes", moves_how="hoisted")
    _left_aside_before_it_was_asked_why(story, "two-carers")
    assert "two-carers" not in shut(story)
    again = {each.code: (each.words, each.next_action) for each in beside(story.case)}
    assert again["two-carers"] == (
        "Two carers together: does not apply, but nobody said why",
        f"Answer it again, and say why it does not apply: {FORM_2.item('two-carers').question}",
    )
    assert refused(story, aside("two-carers"))[0][0] == "why-not-applicable"


def test_given_a_tick_from_before_its_record_was_needed_then_it_counts_and_the_record_is_asked_for() -> None:
    story = checked_on_two(Story(), capacity="unknown", deprivation_of_liberty="no")
    assert "deprivation-of-liberty" in shut(story)
    _left_aside_before_it_was_asked_why(story, "deprivation-of-liberty")
    assert "deprivation-of-liberty" not in shut(story)
    again = {each.code: each.next_action for each in beside(story.case)}
    assert again["deprivation-of-liberty"].startswith("Record whether the person will be free to leave")
