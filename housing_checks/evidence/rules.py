"""May a photo or document be added to an item or a hazard, or removed? Its door looked at its bytes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from discharge.cases.commands import AddItemEvidence, Envelope, RemoveItemEvidence
from discharge.cases.decide.common import command_of, happened_on, reason_of
from discharge.cases.events import Event, ItemEvidenceAdded, ItemEvidenceRemoved
from discharge.cases.model import Actor, Case, EvidenceFile
from discharge.cases.model.evidence import HAZARD
from discharge.cases.relations import leads, relation_of
from discharge.cases.stages import SINCE_ACCEPTANCE
from discharge.errors import Refused, refuse_together
from discharge.sight import sight_of
from housing_checks.checks.answers import require_evidence
from housing_checks.checks.form import form_in_force, form_to_decide
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.evidence.kept_file import EVIDENCE_OF
from housing_checks.guards import require_stage
from housing_checks.hazards.rules import open_hazard

REASONS = "evidence-removal-reasons"
EVIDENCE = frozenset(EVIDENCE_OF.values())


def add_item_evidence(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Add a file to an item of the form of the case's check, or to an open hazard. Refuses an item that the
    form does not have, evidence that the item does not take, a hazard that the case does not have or that is
    closed, and what a landlord or environmental health is not asked about; the same file again changes
    nothing.
    """
    command = command_of(envelope, AddItemEvidence)
    require_stage(case, SINCE_ACCEPTANCE)
    require_asked(case, envelope.actor.organisation_id, command.item)
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: _require_taken(case, command, envelope.effective_on),
    )
    if str(command.file_id) in case.evidence:
        return []
    file = EvidenceFile(
        file_id=command.file_id,
        item=command.item,
        evidence=command.evidence,
        added_on=envelope.effective_on,
        by=envelope.actor.user_id,
    )
    return [ItemEvidenceAdded(file=file)]


def _form(case: Case, on: date) -> CheckForm:
    """The form of the check; before one has begun, the one on which it would."""
    return form_to_decide(case.check.form) if case.check is not None else form_in_force(on)


def require_item(case: Case, code: str, on: date) -> CheckItem:
    """Return an item of the check of a case, or refuse with no-such-item; with evidence-of-safety one whose
    photos would tell of danger to everybody who sees the case.
    """
    form = _form(case, on)
    if code not in form.codes:
        raise Refused("no-such-item", detail="check-item", where="item")
    if form.item(code).safety:
        raise Refused("evidence-of-safety", where="item")
    return form.item(code)


def is_hazard(code: str) -> bool:
    """Whether what a file is on is a hazard, and not an item of the check."""
    return code.startswith(HAZARD)


def require_subject(case: Case, code: str, on: date) -> None:
    """Refuse what nobody can add a file to: see require_item and open_hazard."""
    if is_hazard(code):
        open_hazard(case, code)
    else:
        require_item(case, code, on)


def may_add(case: Case, organisation_id: UUID, code: str) -> bool:
    """Whether an organisation may add a file to an item or a hazard: who sees its own alone (a landlord, a
    council's environmental health), to a hazard that it is asked about.
    """
    if not sight_of(relation_of(case, organisation_id)).own_only:
        return True
    hazard = case.hazards.get(code)
    return hazard is not None and organisation_id in hazard.partners


def require_asked(case: Case, organisation_id: UUID, code: str) -> None:
    """Refuse with part-not-allowed what an organisation may not add a file to, alike whether it is there."""
    if not may_add(case, organisation_id, code):
        raise Refused("part-not-allowed", detail="add-item-evidence")


def takes_files(case: Case, code: str) -> bool:
    """Whether something can still be added to what a file is on: nothing to a hazard that is closed."""
    hazard = case.hazards.get(code)
    return hazard is None or hazard.open


def takes_photos(item: CheckItem) -> bool:
    """Whether photos or documents can be added to an item."""
    return not item.safety and not EVIDENCE.isdisjoint(item.evidence_kinds)


def _require_taken(case: Case, command: AddItemEvidence, on: date) -> None:
    if is_hazard(command.item):
        open_hazard(case, command.item)
    else:
        require_evidence(require_item(case, command.item, on), command.evidence, "evidence")


def remove_item_evidence(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Remove a file, with a coded reason: whoever added it, or an organisation that leads the case, does.
    Once it is removed, removing it changes nothing.
    """
    command = command_of(envelope, RemoveItemEvidence)
    file = case.evidence.get(str(command.file_id))
    if file is None:
        raise Refused("no-such-item", detail="evidence", where="file_id")
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: _require_own(case, file, envelope.actor),
        lambda: reason_of(REASONS, envelope.reason, envelope.effective_on),
    )
    if file.removed_on is not None:
        return []
    return [
        ItemEvidenceRemoved(
            file_id=file.file_id,
            item=file.item,
            because=envelope.reason or "",
            removed_on=envelope.effective_on,
            by=envelope.actor.user_id,
        )
    ]


def may_remove(case: Case, file: EvidenceFile, actor: Actor) -> bool:
    """Whether somebody may remove a file at all."""
    own = file.by is not None and file.by == actor.user_id
    return own or actor.organisation_id in leads(case)


def _require_own(case: Case, file: EvidenceFile, actor: Actor) -> None:
    if not may_remove(case, file, actor):
        raise Refused("not-your-evidence", where="file_id")


def evidence_on(case: Case, item: str) -> Iterable[EvidenceFile]:
    """What was added to an item or a hazard, in the order in which it came, with what was removed since."""
    return (file for file in case.evidence.values() if file.item == item)
