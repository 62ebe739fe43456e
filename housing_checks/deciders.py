"""Which function decides each command of this floor.

Every decider is ``(case, envelope, now, policy) -> events``: pure, with ids derived from the command's own.
It raises Refused with a code of the table of errors and changes nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from discharge.cases.decide.common import Decider, plain
from housing_checks import capacity
from housing_checks.checks.item_rules import confirm_item, settle_answer
from housing_checks.checks.merged_in import note_merged_case, note_parted_case
from housing_checks.checks.move import move_check
from housing_checks.checks.rules import complete_check, save_answers, start_check
from housing_checks.evidence.rules import add_item_evidence, remove_item_evidence
from housing_checks.gate.assignments import assign_blocker
from housing_checks.gate.mitigations import name_mitigation, withdraw_mitigation
from housing_checks.hazards.rules import (
    close_hazard,
    correct_hazard,
    move_hazard,
    record_hazard,
    record_landlord_told,
    refer_hazard,
)
from housing_checks.strands.rehousing.rules import answer_offer, let_property, note_home_lost, offer_property
from housing_checks.strands.rules import (
    cancel_strand,
    move_strand,
    redirect_strand,
    report_from_strand,
    require_strand,
    start_strand,
)

__all__ = ["DECIDERS", "Decider"]

DECIDERS: Mapping[str, Decider] = MappingProxyType(
    {
        "start-check": plain(start_check),
        "move-check": plain(move_check),
        "save-answers": plain(save_answers),
        "complete-check": plain(complete_check),
        "confirm-item": plain(confirm_item),
        "note-merged-case": plain(note_merged_case),
        "note-parted-case": plain(note_parted_case),
        "add-item-evidence": plain(add_item_evidence),
        "remove-item-evidence": plain(remove_item_evidence),
        "settle-answer": plain(settle_answer),
        "name-mitigation": plain(name_mitigation),
        "withdraw-mitigation": plain(withdraw_mitigation),
        "assign-blocker": plain(assign_blocker),
        "start-strand": start_strand,
        "move-strand": plain(move_strand),
        "cancel-strand": plain(cancel_strand),
        "report-from-strand": report_from_strand,
        "offer-property": offer_property,
        "answer-offer": plain(answer_offer),
        "let-property": plain(let_property),
        "note-home-lost": plain(note_home_lost),
        "redirect-strand": plain(redirect_strand),
        "require-strand": plain(require_strand),
        "record-hazard": plain(record_hazard),
        "correct-hazard": plain(correct_hazard),
        "record-landlord-told": plain(record_landlord_told),
        "move-hazard": plain(move_hazard),
        "refer-hazard": plain(refer_hazard),
        "close-hazard": plain(close_hazard),
        **capacity.DECIDERS,
    }
)
"""Command kind to decider."""
