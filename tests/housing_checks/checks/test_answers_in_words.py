"""Answers in words: the code is in the event, the words in a note beside it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
import yaml

from discharge.cases.commands import CompleteCheck, ConfirmItem, SaveAnswers
from discharge.cases.events import ItemAnswered
from discharge.errors import Refused
from discharge.reference.files import DataInvalid
from discharge.reference.site import parse_override
from housing_checks.checks.form import form_in_force
from housing_checks.gate.blockers import blocking
from housing_checks.seen import left_as_seen
from tests.housing_checks.homes import Story, answers, day
from tests.housing_checks.oxygen_form import EACH, IN_WORDS, OURS, oxygen_asked

BEGINS = 30
FIRST, SECOND = UUID(int=1), UUID(int=2)
OTHERS = {"oxygen": "yes", "smokes": "yes", "door": "80", "alarm": "2026-03-30"}


@pytest.fixture(autouse=True)
def form() -> Iterator[None]:
    with oxygen_asked(rows=IN_WORDS):
        yield


def saved(notes: dict[str, UUID], **said: str) -> SaveAnswers:
    given = {**answers(), **OTHERS, **said}
    return SaveAnswers(form=form_in_force(day(BEGINS)).code, answers=given, text_notes=notes)


def answered(story: Story) -> dict[str, UUID | None]:
    return {event.item: event.answer.note_id for event in story.last if isinstance(event, ItemAnswered)}


def test_given_answers_in_words_then_the_event_names_their_note_and_another_note_is_a_change() -> None:
    notes = {"record": FIRST, "cylinder": SECOND}
    story = Story().ask(saved(notes, record="written", cylinder="written"), on=BEGINS)
    found = answered(story)
    assert (found["record"], found["cylinder"], found["oxygen"]) == (FIRST, SECOND, None)
    story.ask(saved({}, record="written", cylinder="written"), on=BEGINS + 1)
    assert story.last == []
    story.ask(saved({"record": SECOND}, record="written", cylinder="open"), on=BEGINS + 2)
    assert answered(story) == {"record": SECOND, "cylinder": None}
    story.ask(ConfirmItem(item="record", value="written", text_notes={"record": FIRST}), on=BEGINS + 3)
    assert answered(story) == {"record": FIRST}
    for notes in ({}, {"record": FIRST}):
        story.ask(ConfirmItem(item="record", value="written", text_notes=notes), on=BEGINS + 3)
        assert story.last == []
    story.ask(ConfirmItem(item="record", value="written", text_notes={"record": SECOND}), on=BEGINS + 3)
    assert answered(story) == {"record": SECOND}
    story.ask(ConfirmItem(item="record", value="unknown"), on=BEGINS + 4)
    assert answered(story) == {"record": None}


def test_given_an_answer_in_words_without_words_then_it_is_refused_where_it_is() -> None:
    with pytest.raises(Refused, match=r"answer-text-missing at answers\.record"):
        Story().ask(saved({}, record="written"), on=BEGINS)
    story = Story().ask(saved({}, record="unknown"), on=BEGINS)
    with pytest.raises(Refused, match="answer-text-missing at value") as refused:
        story.ask(ConfirmItem(item="record", value="written"), on=BEGINS)
    assert refused.value.detail == "record"
    with pytest.raises(Refused, match="code-not-in-value-set"):
        story.ask(ConfirmItem(item="record", value="hall"), on=BEGINS)


def test_given_words_for_an_item_that_nobody_answered_before_then_they_are_its_answer() -> None:
    story = Story().ask(saved({"record": FIRST}, record="written"), on=BEGINS)
    story.ask(ConfirmItem(item="cylinder", value="written", text_notes={"cylinder": SECOND}), on=BEGINS)
    assert answered(story) == {"cylinder": SECOND}


def test_given_another_answer_in_words_then_nobody_has_judged_it_and_it_blocks() -> None:
    notes = {"cylinder": FIRST, "record": FIRST}
    given = saved(notes, cylinder="written", record="written")
    command = CompleteCheck(form=given.form, answers=given.answers, text_notes=notes)
    story = Story().ask(command, on=BEGINS)
    row = form_in_force(day(BEGINS)).item("cylinder")
    assert (row.counts_as("written"), row.words("written"), row.words("open")) == (
        "unknown", "Answered in words", "In the open",
    )  # fmt: skip
    assert [each.code for each in blocking(story.case)] == ["cylinder"]


def test_given_new_words_for_an_answer_then_it_is_not_left_as_it_was_seen() -> None:
    story = Story().ask(saved({"record": FIRST}, record="written"), on=BEGINS)
    again = saved({}, record="written")
    assert "record" in left_as_seen(again, story.case)
    assert "record" not in left_as_seen(again, story.case, frozenset({"record"}))


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"type": "text"}, "record: gated: nobody judges a text at the gate"),
        ({"type": "open-choice"}, "record: options: belong to a choice"),
        (
            {"type": "choice", "options": [{"code": "written", "words": "x"}]},
            "record: options: 'written' is the code",
        ),
    ],
)
def test_given_an_item_in_words_that_cannot_be_then_the_file_is_refused(
    row: dict[str, object], fault: str
) -> None:
    said = OURS | {"rows": {"record": {**EACH, "label": "Record", **row}}}
    with pytest.raises(DataInvalid) as told:
        parse_override("ours.yaml", yaml.safe_dump(said).encode())
    assert fault in str(told.value)
