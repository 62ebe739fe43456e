"""What the items of strands and of the gate are called."""

from __future__ import annotations

from collections.abc import Mapping

from housing_checks.checks.form import CHECK_ITEMS
from housing_checks.lead_times import ITEMS


def strand_items() -> Mapping[str, str]:
    """Return every item that a strand can be about, in words."""
    return {row.code: row.label for catalogue in ITEMS.values() for row in catalogue}


def gate_items() -> Mapping[str, str]:
    """Return every item of every form, in a few words."""
    return {item.code: item.label for item in CHECK_ITEMS}


def item_answer(code: str, value: str) -> str:
    """Return an answer to an item in words, as its newest form has them."""
    item = next((item for item in reversed(CHECK_ITEMS.rows) if item.code == code), None)
    return item.words(value) if item is not None else value.replace("-", " ")
