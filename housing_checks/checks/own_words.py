"""Who reads what a person says of themselves in their own words: the form says it of each item."""

from __future__ import annotations

from housing_checks.checks.answer_types import WRITTEN
from housing_checks.checks.form import CHECK_ITEMS
from housing_checks.checks.model import CheckItem

READ_BY_TEAM = (
    "The person's own words are read by those who work on the case for the trust, the housing service"
    " and the organisation that referred."
)
"""What is said to everybody else in their place."""

NOTES_READ_BY_TEAM = (
    "Notes about what the person wishes or answered, and about who decides, are read by those who work on"
    " the case for the trust, the housing service and the organisation that referred."
)
"""What is said to everybody else who reads what happened to a case."""


def for_the_team() -> frozenset[str]:
    """The items, of every form, whose words are for the team of the case alone."""
    return frozenset(row.code for row in CHECK_ITEMS.rows if row.words_read_by == "team")


def withheld_words(item: CheckItem, value: str, *, readable: bool) -> str | None:
    """What is said in place of words that the reader may not read; none where nothing is left out."""
    if readable or value != WRITTEN or item.words_read_by != "team":
        return None
    return READ_BY_TEAM
