"""The gate: what keeps it shut, what opens it, and that the order of confirmations does not matter."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discharge.cases.commands import NameMitigation, WithdrawMitigation
from discharge.cases.model import Stage
from discharge.errors import Refused
from discharge.values import YesNoUnknown
from housing_checks.checks.answers import answers_standing
from housing_checks.gate.blockers import blocking
from housing_checks.gate.rules import gate_open
from housing_checks.pathway import consequences
from tests.housing_checks.homes import FORM_1, Story, answers, check, checked, confirm, day, noon, start

GATED = FORM_1.gated_codes((), "no")
VALUES: st.SearchStrategy[YesNoUnknown] = st.sampled_from(["yes", "no", "unknown"])


def test_without_a_check_the_gate_is_shut_and_says_so() -> None:
    assert [blocker.kind for blocker in blocking(Story().case)] == ["check"]


def test_each_blocker_names_its_item_in_words_and_its_day() -> None:
    blockers = blocking(checked(heating="no", food="unknown").case)
    assert [(one.code, one.words, one.since) for one in blockers] == [
        ("heating", "Heating: no", day(1)),
        ("food", "Food for 48 hours: not known yet", day(1)),
    ]


def test_a_required_strand_blocks_and_an_optional_one_does_not() -> None:
    story = checked().ask(start("equipment", "commode", required=False), on=1)
    assert story.case.stage is Stage.READY
    story.ask(start("adaptation", "grab-rail"), on=1)
    assert story.case.stage is Stage.MAKING_READY
    assert [(one.kind, one.code, one.words) for one in blocking(story.case)] == [
        ("strand", "adaptation/1", "Grab or stair rails: not done, due 10 March 2026")
    ]


@given(order=st.permutations(GATED))
@settings(max_examples=40)
def test_in_whatever_order_items_are_confirmed_the_gate_opens_with_the_last(order: list[str]) -> None:
    story = Story().ask(check(**dict.fromkeys(GATED, "unknown")))
    for item in order[:-1]:
        story.ask(confirm(item))
        assert story.case.stage is Stage.CHECKED
    story.ask(confirm(order[-1]))
    assert story.case.stage is Stage.READY


@given(values=st.fixed_dictionaries(dict.fromkeys(GATED, VALUES)))
def test_the_gate_is_open_only_when_every_gated_item_is_yes(values: dict[str, YesNoUnknown]) -> None:
    story = Story().ask(check(**values))
    assert gate_open(story.case) is all(value == "yes" for value in values.values())
    assert {one.code for one in blocking(story.case)} == {
        code for code, value in values.items() if value != "yes"
    }


@given(item=st.sampled_from(GATED), value=st.sampled_from(["no", "unknown"]))
def test_one_item_in_doubt_shuts_an_open_gate_and_yes_opens_it(item: str, value: YesNoUnknown) -> None:
    story = checked().ask(confirm(item, value), on=2)
    assert story.kinds == ["item-answered", "home-no-longer-ready"]
    assert story.case.stage is Stage.CHECKED
    assert story.ask(confirm(item), on=2).case.stage is Stage.READY


@given(
    steps=st.lists(st.tuples(st.sampled_from(GATED), VALUES), max_size=12),
    first=st.fixed_dictionaries(dict.fromkeys(GATED, VALUES)),
)
@settings(max_examples=60)
def test_consequences_are_complete_once_folded(
    steps: list[tuple[str, YesNoUnknown]], first: dict[str, YesNoUnknown]
) -> None:
    story = Story().ask(check(**first))
    for item, value in steps:
        story.ask(confirm(item, value))
        assert consequences(story.case, noon(1)) == []
        assert (story.case.stage is Stage.READY) is gate_open(story.case)


def test_the_same_confirmation_on_the_same_day_changes_nothing() -> None:
    story = checked(heating="no")
    assert story.decide(confirm("heating", "no"), on=1) == []
    assert len(story.decide(confirm("heating", "no"), on=2)) == 1


def test_older_knowledge_does_not_replace_newer() -> None:
    story = checked(heating="no").ask(confirm("heating"), on=4)
    story.ask(confirm("heating", "no"), on=3, now=5)
    assert story.kinds == ["item-answered"]
    assert story.case.gate["heating"].value == "yes"


def test_an_item_without_gate_and_a_day_to_come_are_refused() -> None:
    story = checked(heating="no")
    with pytest.raises(Refused, match="no-such-item"):
        story.decide(confirm("garden"))
    with pytest.raises(Refused, match="date-in-future"):
        story.decide(confirm("heating"), on=2, now=1)


def test_a_named_mitigation_opens_the_gate_and_its_end_shuts_it() -> None:
    story = checked(toilet="no")
    story.ask(NameMitigation(item="toilet", mitigation="temporary-equipment", role="therapy"), on=2)
    assert story.kinds == ["mitigation-named", "home-became-ready"]
    named = story.case.gate["toilet"].mitigation
    assert named is not None
    assert (named.role, named.named_on, named.named_by is None) == ("therapy", day(2), False)
    story.ask(WithdrawMitigation(item="toilet"), on=3)
    assert story.kinds == ["mitigation-withdrawn", "home-no-longer-ready"]


def test_a_mitigation_ends_with_yes_so_that_it_cannot_cover_a_later_no() -> None:
    story = checked(heating="no")
    story.ask(NameMitigation(item="heating", mitigation="temporary-heating", role="landlord"), on=2)
    story.ask(confirm("heating"), on=3).ask(confirm("heating", "no"), on=4)
    assert not gate_open(story.case)


@pytest.mark.parametrize(
    ("item", "mitigation", "role", "code"),
    [
        ("heating", "temporary-heating", " ", "mitigation-role-needed"),
        ("heating", "temporary-heating", "somebody", "code-not-in-value-set"),
        ("heating", "hope", "landlord", "code-not-in-value-set"),
        ("water", "temporary-heating", "landlord", "already-done"),
        ("garden", "temporary-heating", "landlord", "no-such-item"),
    ],
)
def test_a_mitigation_needs_a_listed_code_a_named_role_and_an_item_that_is_not_yes(
    item: str, mitigation: str, role: str, code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        checked(heating="no").decide(NameMitigation(item=item, mitigation=mitigation, role=role))
    assert refusal.value.code == code


def test_a_mitigation_that_was_never_named_cannot_be_withdrawn() -> None:
    with pytest.raises(Refused, match="no-such-item"):
        checked(heating="no").decide(WithdrawMitigation(item="heating"))


def test_all_answers_of_a_check_are_kept_gated_or_not() -> None:
    story = checked(room_to_move="no")
    assert story.case.check is not None
    assert answers_standing(story.case) == answers(room_to_move="no")
    assert story.case.stage is Stage.READY
