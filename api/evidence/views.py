"""Photos and documents on an item of the check, or on a hazard, as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.evidence.queries import FilesOfCase
from api.evidence.service import REMOVE, megabytes
from api.web.names import Directory
from api.web.page import words
from api.web.principals import Principal
from api.web.settings import FileLimits
from discharge.cases.model import Case
from discharge.cases.model.evidence import HAZARD
from discharge.codes.casework import EVIDENCE_KINDS, EVIDENCE_REMOVAL_REASONS
from discharge.store.tables import EvidenceFileRow
from discharge.store.tables.evidence import KEPT, REMOVED, WAITING
from housing_checks.evidence.rules import is_hazard, may_remove
from housing_checks.hazards.words import hazard_words


@dataclass(frozen=True)
class FileLine:
    """One photo or document: what it is called here, who added it, and where it opens; of one that was
    removed why it is gone.
    """

    title: str
    by: str
    beside: str = ""
    href: str = ""
    thumbnail: str = ""
    remove: str = ""


@dataclass(frozen=True)
class ItemFiles:
    """What is on one item or hazard, and the form that adds to it; `action` is empty where the visitor may
    not add.
    """

    item: str
    lines: tuple[FileLine, ...]
    action: str = ""
    most: str = ""
    errors: tuple[dict[str, Any], ...] = ()
    added: str = ""


def files_path(case_id: UUID, item: str) -> str:
    """Where the files of an item or of a hazard are looked at and added."""
    if is_hazard(item):
        return f"/cases/{case_id}/hazards/{item.removeprefix(HAZARD)}/files"
    return f"/cases/{case_id}/check/items/{item}/files"


def item_path(case_id: UUID, item: str) -> str:
    """Where the item itself stands with its files; a hazard has a page for them alone."""
    if is_hazard(item):
        return files_path(case_id, item)
    return f"/cases/{case_id}/check/items/{item}#files"


def subject_words(case: Case, known: Directory, item: str) -> str:
    """What a file is on: an item of the check, or a hazard."""
    hazard = case.hazards.get(item)
    if hazard is not None:
        return hazard_words(hazard)
    return known.names.gate.get(item, words.from_code(item))


def item_files(
    listed: FilesOfCase, caller: Principal, known: Directory, item: str, limits: FileLimits, *, adds: bool
) -> ItemFiles:
    """The files of an item with the form to add one, where the visitor may."""
    case_id = listed.found.case.case_id
    lines = file_lines(listed, caller, known, item)
    return ItemFiles(
        item=item,
        lines=lines,
        action=files_path(case_id, item) if adds else "",
        most=megabytes(limits.each),
    )


def file_lines(listed: FilesOfCase, caller: Principal, known: Directory, item: str) -> tuple[FileLine, ...]:
    """What was read of one item or hazard."""
    return tuple(_line(row, listed, caller, known) for row in listed.rows if row.item == item)


def _line(row: EvidenceFileRow, listed: FilesOfCase, caller: Principal, known: Directory) -> FileLine:
    path = f"/cases/{row.case_id}/evidence/{row.id}"
    title, by = title_of(row), _added(row, listed.found.case, known)
    recorded = listed.found.case.evidence.get(str(row.id))
    if row.state == REMOVED:
        why = EVIDENCE_REMOVAL_REASONS.label(row.removed_because or "")
        gone = words.day(recorded.removed_on) if recorded else "later"
        return FileLine(f"{title}, removed", by, f"Removed on {gone}. {why}.")
    remove = f"{path}/remove" if _may_remove(row, listed, caller) else ""
    if listed.withheld:
        return FileLine(title, by, "Withheld: the person's whereabouts are hidden.", remove=remove)
    beside = "Being recorded." if row.state == WAITING else ""
    return FileLine(title, by, beside, path, f"{path}/thumbnail" if row.width else "", remove)


def _added(row: EvidenceFileRow, case: Case, known: Directory) -> str:
    """Who added a file, and on which day of case time."""
    who = known.user(row.author_id) or known.organisation(row.organisation_id)
    recorded = case.evidence.get(str(row.id))
    return f"Added by {who} on {words.day(recorded.added_on)}" if recorded else f"Added by {who}"


def title_of(row: EvidenceFileRow) -> str:
    """What a file is called: its kind, and its number of pages. It has no name."""
    kind = EVIDENCE_KINDS.label(row.evidence)
    return f"{kind}, {words.count(row.pages, 'page')}" if row.pages else kind


def _may_remove(row: EvidenceFileRow, listed: FilesOfCase, caller: Principal) -> bool:
    case = listed.found.case
    recorded = case.evidence.get(str(row.id))
    return (
        row.state == KEPT
        and recorded is not None
        and caller.may_on(case, REMOVE)
        and may_remove(case, recorded, caller.actor)
    )


@dataclass(frozen=True)
class PhotoPage:
    """One photo or document on a page of its own."""

    case_id: str
    name: str
    item: str
    title: str
    by: str
    picture: str
    download: str
    back: str
    remove: str


def photo_page(listed: FilesOfCase, caller: Principal, name: str, label: str, known: Directory) -> PhotoPage:
    """One file, opened."""
    row = listed.rows[0]
    path = f"/cases/{row.case_id}/evidence/{row.id}"
    return PhotoPage(
        case_id=str(row.case_id),
        name=name,
        item=label,
        title=title_of(row),
        by=_added(row, listed.found.case, known),
        picture=f"{path}/picture" if row.width else "",
        download=f"{path}/content",
        back=item_path(row.case_id, row.item),
        remove=f"{path}/remove" if _may_remove(row, listed, caller) else "",
    )
