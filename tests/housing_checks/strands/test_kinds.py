"""Kinds of strands: a folder is a kind; one that only a newer build has is kept and shown."""

from __future__ import annotations

from datetime import datetime

import pytest
from pydantic import ValidationError

from api.codes.lists import CODE_LISTS
from discharge.cases.commands import ENVELOPE
from discharge.cases.events import EVENT, StrandStarted
from discharge.cases.model import SNAPSHOT, Strand
from discharge.errors import Refused
from discharge.reference.policy import policy_on
from housing_checks.checks.form import CHECK_ITEMS, HOME_CHECK
from housing_checks.item_words import strand_kinds
from housing_checks.lead_times import ITEMS, item_label
from housing_checks.strands.clocks import ClockFacts, next_wakeup, reports_due
from housing_checks.strands.definitions import DEFINITIONS, kind_words, step_words, steps_of, unknown_kinds
from tests.housing_checks.homes import Story, checked, day, start

LATER = Strand(
    kind="telecare", number=1, item="pendant-alarm", started_on=day(1), owner_role="telecare", due_on=day(2)
)


def with_later() -> Story:
    story = checked()
    story.case = story.case.model_copy(update={"strands": {LATER.key: LATER}})
    return story


def test_given_a_folder_then_words_items_codes_and_forms_name_its_kind() -> None:
    for kind, definition in DEFINITIONS.items():
        assert strand_kinds()[kind] == kind_words(kind) == definition.words
        assert ITEMS[kind] is definition.items is CODE_LISTS[definition.items.name]
        assert definition.steps[0].code == "started"
        assert set(definition.settles) <= {item.code for item in CHECK_ITEMS}
    assert [row.code for row in CODE_LISTS["strand-kinds"].rows] == list(DEFINITIONS)


def test_given_the_shipped_forms_then_each_suggestion_is_an_item_of_a_kind() -> None:
    for edition in HOME_CHECK.editions:
        assert list(HOME_CHECK._check(edition.table)) == []
    for item in CHECK_ITEMS:
        assert set(item.settled_by) <= DEFINITIONS.keys()
        for suggested in item.suggests:
            assert ITEMS[suggested.kind].as_on(suggested.item, day(1))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"kind": "telecare", "item": "grab-rail"}, "'telecare' is no kind of strand"),
        ({"kind": "adaptation", "item": "castle"}, "'castle' is not in adaptations"),
    ],
)
def test_given_a_form_that_suggests_what_cannot_be_ordered_then_its_row_is_named(
    change: dict[str, str], fault: str
) -> None:
    row = next(item for item in CHECK_ITEMS if item.suggests)
    suggested = row.suggests[0].model_copy(update=change)
    faults = list(HOME_CHECK._check({row.code: _with(row, suggested)}))
    assert any(each.startswith(f"{row.code}.suggests: {fault}") for each in faults)


def _with(row: object, suggested: object) -> object:
    from dataclasses import replace

    return replace(row, suggests=(suggested,))  # type: ignore[type-var]


def test_given_a_kind_that_nobody_has_when_it_is_asked_for_then_it_is_refused_at_its_field() -> None:
    with pytest.raises(Refused) as refusal:
        checked().decide(start("telecare", "pendant-alarm"), 1)
    assert (refusal.value.code, refusal.value.where) == ("code-not-in-value-set", "strand_kind")
    with pytest.raises(ValidationError):
        ENVELOPE.read({"command": {"kind": "start-strand", "strand_kind": "Not a kind", "item": "x"}})


def test_given_a_strand_of_a_newer_build_then_it_is_read_kept_and_shown_by_its_name() -> None:
    case = with_later().case
    assert SNAPSHOT.read(SNAPSHOT.write(case)) == case
    started = StrandStarted(strand=LATER)
    assert EVENT.read(EVENT.write(started)) == started
    assert unknown_kinds(case) == ("telecare",)
    assert unknown_kinds(checked().case) == ()
    assert kind_words("telecare") == "Telecare"
    assert step_words("telecare", "alarm-fitted") == "Alarm fitted"
    assert item_label("telecare", "pendant-alarm") == "Pendant alarm"
    assert steps_of(LATER) == ()


def test_given_a_strand_of_a_newer_build_then_this_build_keeps_no_clock_of_it() -> None:
    now = datetime.fromisoformat("2030-01-01T00:00:00+00:00")
    policy = policy_on(now.date())
    assert next_wakeup(LATER, ClockFacts(), now, policy) is None
    assert reports_due(LATER, now, policy) == []
