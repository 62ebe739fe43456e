"""How a case ended, read from what was done: the outcome that is suggested when it closes."""

from discharge.cases.model import REHOUSING, Case
from discharge.codes.destinations import DISCHARGE_DESTINATIONS, Place

_BY_PLACE: dict[Place, str] = {
    "temporary": "step-down",
    "care-home": "care-home",
    "hospice": "care-home",
    "hospital": "admitted-elsewhere",
    "died": "died",
}


def suggested_outcome(case: Case) -> str:
    """Return the code of `case-outcomes` that fits a case whose person left hospital, or never was in one.

    The destination speaks first, where it is not home; then what was done to make the home ready.
    """
    place = _place(case)
    if place in _BY_PLACE:
        return _BY_PLACE[place]
    if case.in_community:
        return "rehoused" if case.home_let_id is not None else "stays-at-home"
    done = {strand.kind for strand in case.strands.values() if strand.status == "completed"}
    if REHOUSING in done:
        return "rehoused"
    return "home-made-ready" if done else "home-as-it-is"


def _place(case: Case) -> Place | None:
    if case.discharge is None or case.discharge.destination is None:
        return None
    row = DISCHARGE_DESTINATIONS.find(case.discharge.destination, case.discharge.discharged_on)
    return row.place if row else None
