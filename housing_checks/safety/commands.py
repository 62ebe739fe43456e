"""What people ask of an annex: an event to record, with the words beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from housing_checks.safety.events import SafetyEvent

NoteItem = Literal["disclosure", "contact", "reason", "note"]
"""What a note is about: what the person said in their own words; how, when and with which words to reach
them; why something was decided; anything else.
"""
NOTE_ITEMS: tuple[NoteItem, ...] = get_args(NoteItem)
MOST_NOTE = 8_000

OPEN_TO_ALL = frozenset({"questions-answered"})
"""What is recorded by whoever was there. All else is for the people named on the annex."""


@dataclass(frozen=True)
class SafetyRequest:
    """One thing to record in an annex. The words are never shown in a log: they are left out here, too."""

    event: SafetyEvent
    notes: Mapping[NoteItem, str] = field(default_factory=dict, repr=False)

    @property
    def for_named_people(self) -> bool:
        """Whether only people named on the annex record it."""
        return self.event.kind not in OPEN_TO_ALL
