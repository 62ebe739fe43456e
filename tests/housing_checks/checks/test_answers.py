"""Answers item by item: what is asked, what counts, what is kept, how long it holds, and on which form."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discharge.cases.commands import CompleteCheck, ConfirmItem, NameMitigation, SaveAnswers
from discharge.cases.events import CheckCompleted, CheckStarted, PersonDischarged, PersonReadmitted
from discharge.cases.evolve import fold
from discharge.cases.model import SNAPSHOT, Actor, Discharge, Readmission, Stage, home
from discharge.clocks import london_midnight
from discharge.errors import Refused
from housing_checks.checks.answers import answers_standing
from housing_checks.checks.form import form_in_force, form_of
from housing_checks.gate.blockers import blocking
from housing_checks.gate.rules import gate_open, next_end
from tests.housing_checks.homes import FORM_1, SERVICE, Story, answers, check, confirm, day, noon
from tests.housing_checks.oxygen_form import oxygen_asked

BEGINS = 30
"""1 April 2026 as the day of a story: from then on the form asks about oxygen."""

WITH_OXYGEN = {"oxygen": "yes", "smokes": "yes", "door": "80", "cylinder": "open", "alarm": "2026-03-30"}


@pytest.fixture(autouse=True)
def oxygen() -> Iterator[None]:
    """A site that asks about oxygen from April on."""
    with oxygen_asked():
        yield


def code() -> str:
    return form_in_force(day(BEGINS)).code


def handed_in(**more: str) -> CompleteCheck:
    return CompleteCheck(form=code(), answers={**answers(), **more})


def test_given_a_new_form_from_a_day_then_a_check_begun_before_goes_on_on_its_own() -> None:
    story = Story().ask(SaveAnswers(form=FORM_1.code, answers={"heating": "no"}), on=5)
    story.ask(check(heating="yes"), on=BEGINS)
    assert story.case.check is not None
    assert story.case.check.form == "home-check-1"
    assert "smokes" not in story.case.gate
    with pytest.raises(Refused, match="code-not-in-value-set"):
        Story().ask(check(), on=BEGINS)
    assert Story().ask(handed_in(oxygen="no", door="unknown"), on=BEGINS).case.check != story.case.check
    assert form_of("home-check-1+oxygen").codes == (*FORM_1.codes, *WITH_OXYGEN)


def test_given_an_answer_that_leaves_items_out_then_they_are_not_asked_and_block_nothing() -> None:
    story = Story().ask(handed_in(oxygen="no", door="60"), on=BEGINS)
    assert [each.code for each in blocking(story.case)] == ["door"]
    (completed,) = (event for event in story.last if isinstance(event, CheckCompleted))
    assert completed.counted == {"asked": 19, "yes": 17, "not-applicable": 0, "not-asked": 3}
    with pytest.raises(Refused, match="item-not-asked") as refusal:
        Story().ask(handed_in(oxygen="no", smokes="yes"), on=BEGINS)
    assert refusal.value.detail == "smokes"


def test_given_an_answer_that_opens_items_then_the_check_is_not_complete_without_them() -> None:
    with pytest.raises(Refused, match="item-not-answered") as refusal:
        Story().ask(handed_in(oxygen="yes", smokes="yes", door="80", alarm="2026-03-30"), on=BEGINS)
    assert refusal.value.detail == "cylinder"
    assert Story().ask(handed_in(**WITH_OXYGEN), on=BEGINS).case.stage is Stage.READY


def test_given_an_item_that_does_not_apply_then_it_does_not_block_and_others_cannot_say_so() -> None:
    story = Story().ask(handed_in(**WITH_OXYGEN | {"smokes": "not-applicable"}), on=BEGINS)
    assert gate_open(story.case)
    assert "smokes" not in story.case.gate
    with pytest.raises(Refused, match="code-not-in-value-set"):
        Story().ask(handed_in(oxygen="not-applicable"), on=BEGINS)


@pytest.mark.parametrize(
    ("item", "value", "counts"),
    [
        ("door", "75", "yes"),
        ("door", "74.5", "no"),
        ("door", "39", None),
        ("door", "201", None),
        ("door", "wide", None),
        ("door", "nan", None),
        ("door", "unknown", "unknown"),
        ("cylinder", "open", "yes"),
        ("cylinder", "cupboard", "no"),
        ("cylinder", "yes", None),
        ("alarm", "2026-03-30", "yes"),
        ("alarm", "2026-02-30", None),
        ("alarm", "20260330", None),
        ("oxygen", "maybe", None),
    ],
)
def test_given_an_answer_then_its_item_takes_it_and_says_how_it_counts(
    item: str, value: str, counts: str | None
) -> None:
    row = form_in_force(day(BEGINS)).item(item)
    assert row.takes(value) is (counts is not None)
    assert counts is None or row.counts_as(value) == counts


def test_given_answers_saved_by_two_people_then_both_are_kept_with_who_when_and_how_they_know() -> None:
    other = Actor(organisation_id=SERVICE, role="coordinator", user_id=SERVICE)
    first = SaveAnswers(form=FORM_1.code, answers={"heating": "no"}, evidence={"heating": "seen"})
    story = Story().ask(first, on=1)
    assert story.kinds == ["check-started", "item-answered"]
    assert story.case.stage is Stage.ACCEPTED
    story.ask(SaveAnswers(form=FORM_1.code, answers={"water": "yes"}), on=2, actor=other)
    story.ask(confirm("keys"), on=2)
    assert answers_standing(story.case) == {"heating": "no", "water": "yes", "keys": "yes"}
    rest = {item: value for item, value in answers().items() if item not in ("heating", "water", "keys")}
    story.ask(CompleteCheck(form=FORM_1.code, answers=rest), on=3)
    assert story.case.check is not None
    heating, water = (story.case.check.given[item] for item in ("heating", "water"))
    assert (heating.value, heating.answered_on, heating.evidence) == ("no", day(1), "seen")
    assert (water.by, story.case.gate["water"].as_of) == (SERVICE, day(2))
    assert [each.code for each in blocking(story.case)] == ["heating"]


def test_given_evidence_that_an_item_does_not_take_then_it_is_refused_and_an_older_answer_is_only_kept() -> (
    None
):
    story = Story().ask(SaveAnswers(form=FORM_1.code, answers={"heating": "no"}), on=1)
    story.ask(SaveAnswers(form=FORM_1.code, answers={"heating": "yes"}), on=3)
    told = SaveAnswers(form=FORM_1.code, answers={"heating": "no"})
    with pytest.raises(Refused, match="code-not-in-value-set"):
        story.ask(told.model_copy(update={"evidence": {"heating": "dreamt"}}), on=3, now=4)
    story.ask(told, on=2, now=4)
    assert story.kinds == ["item-answered"]
    assert answers_standing(story.case) == {"heating": "yes"}


@pytest.mark.parametrize(
    ("wrong", "where"),
    [({"value": "perhaps"}, "value"), ({"value": "yes", "evidence": "dreamt"}, "evidence")],
)
def test_given_an_update_that_its_item_does_not_take_then_it_is_refused_where_it_is_wrong(
    wrong: dict[str, str], where: str
) -> None:
    story = Story().ask(SaveAnswers(form=FORM_1.code, answers={"heating": "no"}), on=1)
    with pytest.raises(Refused) as refused:
        story.ask(ConfirmItem.model_validate({"item": "heating"} | wrong), on=2)
    assert refused.value.where == where


def test_given_an_update_then_it_is_new_only_when_the_value_the_day_or_the_evidence_is() -> None:
    def told(on: int, evidence: str | None = None, value: str = "no") -> list[str]:
        return story.ask(ConfirmItem(item="heating", value=value, evidence=evidence), on=on, now=4).kinds

    story = Story().ask(SaveAnswers(form=FORM_1.code, answers={"water": "yes"}), on=1)
    assert told(1) == ["item-answered"]
    assert told(1, "seen") == ["item-answered"]
    assert told(1, "seen") == told(1) == []
    assert told(1, "told") == ["item-answered"]
    assert told(2, "told") == ["item-answered"]
    assert story.case.check is not None
    assert story.case.check.given["heating"].evidence == "told"
    assert told(1, value="yes") == ["item-answered"]
    assert story.case.check.given["heating"].value == "no"


def test_given_an_answer_after_the_check_then_it_opens_items_and_takes_them_away_again() -> None:
    story = Story().ask(handed_in(oxygen="no", door="80"), on=BEGINS)
    assert story.case.stage is Stage.READY
    story.ask(ConfirmItem(item="oxygen", value="yes", evidence="told"), on=31)
    assert [each.code for each in blocking(story.case)] == ["smokes", "cylinder", "alarm"]
    assert "home-no-longer-ready" in story.kinds
    story.ask(NameMitigation(item="smokes", mitigation="other", role="coordinator"), on=31)
    story.ask(ConfirmItem(item="oxygen", value="no"), on=32)
    assert {"mitigation-withdrawn", "gated-items-changed", "home-became-ready"} <= set(story.kinds)
    assert gate_open(story.case)
    with pytest.raises(Refused, match="item-not-asked"):
        story.ask(ConfirmItem(item="smokes", value="yes"), on=32)


def test_given_an_answer_that_holds_for_a_time_then_it_blocks_again_afterwards_and_says_why() -> None:
    story = Story().ask(handed_in(**WITH_OXYGEN), on=BEGINS)
    until = story.case.gate["alarm"].valid_until
    assert until == day(BEGINS + 91)
    assert next_end(story.case) == london_midnight(day(BEGINS + 92))
    story.ask(confirm("heating"), on=BEGINS + 91)
    assert gate_open(story.case)
    story.ask(confirm("water"), on=BEGINS + 92)
    (blocked,) = blocking(story.case)
    assert (blocked.why, blocked.since) == ("run-out", day(BEGINS + 92))
    assert blocked.words == "Smoke alarm tested: the answer has run out: it held until 1 July 2026"
    story.ask(ConfirmItem(item="alarm", value="2026-07-02"), on=BEGINS + 92)
    assert gate_open(story.case)


def test_given_a_check_of_an_earlier_version_then_it_is_read_as_it_was() -> None:
    stored = CheckCompleted.model_validate(
        {
            "completed_on": "2026-03-03",
            "answers": {"heating": "no", "room-to-move": "yes"},
            "gated": ["heating"],
        }
    )
    started = CheckStarted(form="home-check-1", started_on=day(0))
    case = fold(Story().case, [started, stored])
    assert answers_standing(case) == {"heating": "no", "room-to-move": "yes"}
    assert (case.gate["heating"].value, case.gate["heating"].as_of) == ("no", day(1))
    snapshot = case.model_dump(mode="json") | {"schema": 1}
    del snapshot["check"]["details"]
    for gone in ("valid_until", "expired"):
        del snapshot["gate"]["heating"][gone]
    assert SNAPSHOT.read(snapshot) == case


@given(
    st.dictionaries(st.sampled_from([*WITH_OXYGEN, "heating"]), st.sampled_from(["yes", "no", "80", "60"]))
)
def test_given_any_answers_then_what_is_asked_follows_from_earlier_items_alone(
    values: dict[str, str],
) -> None:
    form = form_of("home-check-1+oxygen")
    asked = form.asked(values)
    assert set(form.applying(values)) <= set(asked) <= set(form.codes)
    assert ("smokes" in asked) is (values.get("oxygen") == "yes")
    later = form.codes[form.codes.index("oxygen") :]
    for item in later:
        before = form.codes[: form.codes.index(item)]
        assert (item in form.asked({k: v for k, v in values.items() if k in before})) is (item in asked)


def test_given_another_order_of_items_when_the_events_are_folded_then_the_case_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = Story().ask(handed_in(**WITH_OXYGEN), on=BEGINS)
    left = [
        PersonDischarged(discharge=Discharge(discharged_on=day(31), discharged_at=noon(31), told_by="hand")),
        PersonReadmitted(readmission=Readmission(spell_id=SERVICE, readmitted_on=day(32), days_after=1)),
    ]
    before = fold(story.case, left)
    assert len(before.earlier_discharges[0].gate) == len(story.case.gate)
    monkeypatch.setattr(home._Order, "codes", staticmethod(tuple))
    assert fold(story.case, left) == before


def test_given_evidence_for_an_item_without_an_answer_then_it_is_refused() -> None:
    with pytest.raises(Refused, match="code-not-in-value-set") as refused:
        Story().ask(
            SaveAnswers(form=FORM_1.code, answers={"heating": "yes"}, evidence={"water": "seen"}), on=5
        )
    assert refused.value.where == "evidence"
