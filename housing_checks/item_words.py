"""What the items of strands and of the gate are called, and the kinds of strands."""

from __future__ import annotations

from collections.abc import Mapping

from housing_checks.checks.form import CHECK_ITEMS
from housing_checks.lead_times import ITEMS
from housing_checks.strands.definitions import DEFINITIONS


def strand_items() -> Mapping[str, str]:
    """Return every item that a strand can be about, in words."""
    return {row.code: row.label for catalogue in ITEMS.values() for row in catalogue}


def strand_kinds() -> Mapping[str, str]:
    """Return every kind of strand, in words."""
    return {kind: definition.words for kind, definition in DEFINITIONS.items()}


def gate_items() -> Mapping[str, str]:
    """Return every item of every form, in a few words."""
    return {item.code: item.label for item in CHECK_ITEMS}


def item_answer(code: str, value: str) -> str:
    """Return an answer to an item in words, as its newest form has them."""
    item = CHECK_ITEMS.newest(code)
    return item.words(value) if item is not None else value.replace("-", " ")
