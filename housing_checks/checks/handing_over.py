"""What the check of a case that ends as merged hands to the case that goes on.

Nothing about safety is handed over: the annex follows by itself, and whether anybody is safe is asked anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from uuid import UUID, uuid5

from discharge.cases.circumstances import NO_NEED
from discharge.cases.model import Case, Hazard, ItemAnswer
from discharge.cases.model.merges import HandedOver
from discharge.codes.casework import RECORDS as OF_RECORDS
from housing_checks.checks.form import form_of
from housing_checks.checks.model import CheckForm

UNKNOWN = "unknown"
EXPIRED, MITIGATIONS, FILES, RECORDS = "expired", "mitigations", "files", "records"
OTHER_ADDRESS = "other-address"
"""Why something is not handed over: it holds no longer, or somebody has to decide, or record, it anew;
or the records of the two people gave them homes in different places.
"""


def handed_over(case: Case, into: UUID, on: date, only: UUID | None = None) -> HandedOver:
    """Return what a case hands over; with ``only``, what came to it from that case."""
    check = case.check
    said = dict(_statements(case, into, on)) if check is not None else {}
    if only is not None:
        return _passed_on(case, said, into, only)
    return HandedOver(
        form=check.form if check is not None else None,
        statements=said,
        needs=tuple(dict.fromkeys(_needs(case))),
        hazards=tuple(_hazard(each, into) for each in case.open_hazards),
        assigned={code: each for code, each in case.assigned.items() if code in said},
        home_let_id=case.home_let_id,
        stays={why: codes for why, codes in _stays(case, on) if codes},
    )


def _passed_on(
    case: Case, said: Mapping[str, tuple[ItemAnswer, ...]], into: UUID, source: UUID
) -> HandedOver:
    """What came to a case from another, after that case had ended itself."""
    merged = case.merged_cases[str(source)]
    return HandedOver(
        form=case.check.form if case.check is not None else None,
        statements={code: mine for code, each in said.items() if (mine := _of(each, source))},
        needs=merged.needs,
        hazards=tuple(_hazard(each, into) for each in case.open_hazards if each.key in merged.hazards),
        stays=merged.left,
    )


def at_another_address(handed: HandedOver) -> HandedOver:
    """What is handed over, where the two records gave the person homes with different postcodes."""
    return handed.model_copy(update={"stays": {**handed.stays, OTHER_ADDRESS: ("postcode",)}})


def copy_of(note_id: UUID | None, into: UUID) -> UUID | None:
    """Return the id that a note has in the case that goes on."""
    return uuid5(note_id, str(into)) if note_id is not None else None


def _statements(case: Case, into: UUID, on: date) -> Iterator[tuple[str, tuple[ItemAnswer, ...]]]:
    """What people said of each item and still holds; what work made of it since is a statement of nobody. Of
    an item that people do not know nothing is said.
    """
    form = form_of(case.check.form if case.check is not None else None)
    for code in case.check.answers if case.check is not None else ():
        if code in _of_safety(form):
            continue
        said = tuple(each for each in _standing(case, code) if not _over(each, on))
        if any(each.value != UNKNOWN for each in said):
            yield code, tuple(_as_handed(each, case.case_id, into) for each in said)


def _of_safety(form: CheckForm) -> frozenset[str]:
    return frozenset(item.code for item in form.items if item.safety)


def _standing(case: Case, code: str) -> tuple[ItemAnswer, ...]:
    check = case.check
    said = check.said_of(code) if check is not None else ()
    gated = case.gate.get(code)
    if gated is not None and not gated.expired and check is not None and gated.value != check.counts_as(code):
        return (ItemAnswer(value=gated.value, gate=gated.value, answered_on=gated.as_of),)
    return tuple(each for each in said if each.through not in OF_RECORDS)


def _over(answer: ItemAnswer, on: date) -> bool:
    return answer.valid_until is not None and answer.valid_until < on


def _as_handed(answer: ItemAnswer, source: UUID, into: UUID) -> ItemAnswer:
    return answer.model_copy(
        update={
            "came_from": (*answer.came_from, source),
            "note_id": copy_of(answer.note_id, into),
            "told_note_id": copy_of(answer.told_note_id, into),
        }
    )


def _of(said: tuple[ItemAnswer, ...], source: UUID) -> tuple[ItemAnswer, ...]:
    return tuple(each for each in said if source in each.came_from)


def _hazard(hazard: Hazard, into: UUID) -> Hazard:
    return hazard.model_copy(update={"note_id": copy_of(hazard.note_id, into)})


def _needs(case: Case) -> Iterator[str]:
    yield from (
        code for code in (case.referral.needs if case.referral is not None else ()) if code != NO_NEED
    )
    for merged in case.merged_cases.values():
        yield from merged.needs


def _stays(case: Case, on: date) -> Iterator[tuple[str, tuple[str, ...]]]:
    check, form = case.check, form_of(case.check.form if case.check is not None else None)
    if check is not None:
        over = (code for code in check.answers if any(_over(each, on) for each in check.said_of(code)))
        yield EXPIRED, tuple(code for code in over if code not in _of_safety(form))
    yield MITIGATIONS, tuple(item.code for item in case.gate_items if item.mitigation is not None)
    files = (each for each in case.evidence.values() if each.removed_on is None)
    yield FILES, tuple(sorted({each.item for each in files}))
    yield RECORDS, tuple(_records(case))


def _records(case: Case) -> Iterator[str]:
    """What was recorded with names, days and ways, and has to be recorded anew where it is missing."""
    held = (
        ("capacity", case.capacity),
        ("representatives", case.representatives),
        ("liberty", case.liberty),
        ("wish", case.wish),
        ("choice", case.choice),
        ("self-funding", case.self_funding),
    )
    yield from (name for name, value in held if value)
