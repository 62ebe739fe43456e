"""Leaving hospital, the leaving that was undone, and coming back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from discharge.cases import events as ev
from discharge.cases.evolve.common import Fold, changed
from discharge.cases.model import Case, Discharge, FollowUp, GateItem, Readmission

_T = TypeVar("_T")


def _discharged(case: Case, event: ev.PersonDischarged) -> Case:
    return changed(case, discharge=event.discharge)


def _discharge_corrected(case: Case, event: ev.DischargeCorrected) -> Case:
    return changed(case, discharge=event.discharge)


def _discharge_cancelled(case: Case, _event: ev.DischargeCancelled) -> Case:
    return changed(case, discharge=None, unready_home=None, follow_ups={})


def _readmitted(case: Case, event: ev.PersonReadmitted) -> Case:
    kept = {"contacts": _by_day(case), "gate": _by_code(case)}
    over = () if case.discharge is None else (case.discharge.model_copy(update=kept),)
    return changed(
        case,
        readmissions=(*case.readmissions, event.readmission),
        earlier_discharges=(*case.earlier_discharges, *over),
        discharge=None,
        unready_home=None,
        follow_ups={},
    )


def _by_code(case: Case) -> tuple[GateItem, ...]:
    """The gated items in an order that no form changes: what is folded twice comes out the same."""
    return tuple(case.gate[code] for code in sorted(case.gate))


def _by_day(case: Case) -> tuple[FollowUp, ...]:
    """The contacts in an order of their own: a stored case does not keep that of its keys."""
    return tuple(sorted(case.follow_ups.values(), key=lambda each: (each.due_at, each.key)))


def _readmission_cancelled(case: Case, event: ev.ReadmissionCancelled) -> Case:
    place = next((n for n, back in enumerate(case.readmissions) if back.spell_id == event.spell_id), None)
    if place is None or place >= len(case.earlier_discharges):
        return case
    left, back = case.earlier_discharges[place], case.readmissions[place]
    contacts = {contact.key: contact for contact in left.contacts}
    return changed(
        case,
        readmissions=_without(case.readmissions, place),
        earlier_discharges=_without(case.earlier_discharges, place),
        discharge=left.model_copy(update={"contacts": (), "gate": ()}),
        follow_ups=contacts,
        gate=case.gate | _as_it_stood(case, left, back),
    )


def _as_it_stood(case: Case, left: Discharge, back: Readmission) -> dict[str, GateItem]:
    """Gated items that the return alone made unknown, as they were before it."""
    return {item.code: item for item in left.gate if _forgotten(case.gate.get(item.code), back)}


def _forgotten(item: GateItem | None, back: Readmission) -> bool:
    return (
        item is not None
        and (item.value, item.as_of) == ("unknown", back.readmitted_on)
        and item.mitigation is None
    )


def _without(every: tuple[_T, ...], place: int) -> tuple[_T, ...]:
    return (*every[:place], *every[place + 1 :])


def _earlier_corrected(case: Case, event: ev.EarlierDischargeCorrected) -> Case:
    place, left, back = event.place, event.discharge, event.readmission
    earlier = _without(case.earlier_discharges, place)
    returns = _without(case.readmissions, place)
    if left is not None and back is not None:
        earlier = (*earlier[:place], left, *earlier[place:])
        returns = (*returns[:place], back, *returns[place:])
    return changed(case, earlier_discharges=earlier, readmissions=returns)


def _not_ready(case: Case, event: ev.HomeNotReady) -> Case:
    return changed(case, unready_home=event.unready)


def _settled(case: Case, _event: ev.UnreadyHomeSettled) -> Case:
    return changed(case, unready_home=None)


FOLDS: Mapping[type, Fold] = {
    ev.PersonDischarged: _discharged,
    ev.DischargeCorrected: _discharge_corrected,
    ev.DischargeCancelled: _discharge_cancelled,
    ev.PersonReadmitted: _readmitted,
    ev.ReadmissionCancelled: _readmission_cancelled,
    ev.EarlierDischargeCorrected: _earlier_corrected,
    ev.HomeNotReady: _not_ready,
    ev.UnreadyHomeSettled: _settled,
}
