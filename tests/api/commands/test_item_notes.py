"""What a body says that nobody would read, or that the wrong people would: it is refused, by its place."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from api.commands.asked import AskedCommand, require_items
from api.web.body_faults import faults_of
from discharge.cases.commands import SaveAnswers
from discharge.errors import HomewardError


def asked(notes: dict[str, str], danger: set[str]) -> AskedCommand:
    command = SaveAnswers(form="home-check-1", answers={"heating": "yes"})
    return AskedCommand(
        uuid4(), command, date(2026, 3, 2), {}, item_notes=notes, danger_items=frozenset(danger)
    )


@pytest.mark.parametrize(
    ("notes", "danger", "where"),
    [
        ({"hetaing": "Cold"}, set(), ["item_notes"]),
        ({"heating": "He waits"}, {"hetaing"}, ["danger_items"]),
        ({"heating": "He waits"}, {"water"}, ["danger_items"]),
        ({"heating": " "}, {"heating"}, ["danger_items"]),
        ({"hetaing": "Cold"}, {"water"}, ["item_notes", "danger_items"]),
    ],
)
def test_given_a_note_or_a_danger_on_an_item_that_is_not_there_then_it_is_refused(
    notes: dict[str, str], danger: set[str], where: list[str]
) -> None:
    with pytest.raises(HomewardError, match="code-not-in-value-set") as refused:
        require_items(asked(notes, danger))
    assert [refused.value.where, *(each.where for each in refused.value.others)] == where


def test_given_a_note_of_danger_on_a_known_item_then_it_is_taken() -> None:
    require_items(asked({"heating": "He waits"}, {"heating"}))


def test_given_a_body_that_is_no_json_then_its_fault_points_at_no_field() -> None:
    (fault,) = faults_of([{"type": "json_invalid", "loc": ("body", 12), "ctx": {"error": "x"}}])
    assert (fault.where, fault.pointer, fault.reason) == ("body", "", "it is not JSON")
