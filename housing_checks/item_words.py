"""What the items of strands and of the gate are called."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from housing_checks.checks.form import FORMS
from housing_checks.lead_times import ITEMS


def strand_items() -> Mapping[str, str]:
    """Return every item that a strand can be about, in words."""
    return {row.code: row.label for catalogue in ITEMS.values() for row in catalogue}


GATE_ITEMS: Mapping[str, str] = MappingProxyType(
    {item.code: item.short for form in FORMS.values() for item in form.items}
)
"""Every item of every form, in a few words."""
