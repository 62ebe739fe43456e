"""Which function decides each command of this floor.

Every decider is ``(case, envelope, now) -> events``: pure, so that a workflow can replay it, with ids
derived from the command's own. It raises Refused with a code of the table of errors and changes nothing
itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from discharge.cases.commands import Envelope
from discharge.cases.events import Event
from discharge.cases.model import Case
from housing_checks.checks.rules import complete_check, start_check
from housing_checks.consequences import consequences
from housing_checks.gate.rules import confirm_item, name_mitigation, withdraw_mitigation
from housing_checks.rehousing.rules import answer_offer, let_property, note_home_lost, offer_property
from housing_checks.strands.rules import (
    cancel_strand,
    move_strand,
    redirect_strand,
    report_from_strand,
    start_strand,
)

__all__ = ["DECIDERS", "Decider", "consequences"]

Decider = Callable[[Case, Envelope, datetime], list[Event]]

DECIDERS: Mapping[str, Decider] = MappingProxyType(
    {
        "start-check": start_check,
        "complete-check": complete_check,
        "confirm-item": confirm_item,
        "name-mitigation": name_mitigation,
        "withdraw-mitigation": withdraw_mitigation,
        "start-strand": start_strand,
        "move-strand": move_strand,
        "cancel-strand": cancel_strand,
        "report-from-strand": report_from_strand,
        "offer-property": offer_property,
        "answer-offer": answer_offer,
        "let-property": let_property,
        "note-home-lost": note_home_lost,
        "redirect-strand": redirect_strand,
    }
)
"""Command kind to decider."""
