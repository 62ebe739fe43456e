"""What became of each discharge: whether the person is back in hospital, and whether the discharge failed."""

from __future__ import annotations

from api.cases.page_values import Fact
from api.cases.schemas import DischargeResult
from api.web.page import words
from discharge.cases.model import Case, Discharge
from discharge.outcomes.failed_discharge import (
    discharges_of,
    failed_discharge,
    ground_words,
    readmission_after,
    return_after,
)
from discharge.outcomes.readmission import readmission_band


def afterwards(case: Case) -> tuple[Fact, ...]:
    """A line for each discharge that ended in hospital again, and for each that failed."""
    return tuple(fact for each in discharges_of(case) for fact in _facts(case, each))


def _facts(case: Case, left: Discharge) -> list[Fact]:
    back = readmission_after(case, left)
    day = words.short_day(left.discharged_on)
    found: list[Fact] = []
    if back is not None:
        band = readmission_band(back.days_after, left.discharged_on).label
        again = f"{words.short_day(back.readmitted_on)}, after {words.count(back.days_after, 'day')}"
        found.append(Fact(f"Left {day}, back in hospital", f"{again} (counted in {band})"))
    planned = return_after(case, left)
    if back is None and planned is not None:
        again = words.short_day(planned.readmitted_on)
        found.append(
            Fact(f"Left {day}, in hospital again as planned", f"{again} (not counted as a readmission)")
        )
    grounds = failed_discharge(left, back)
    if grounds:
        said = "; ".join(ground_words(ground, left.discharged_on) for ground in grounds)
        found.append(Fact(f"Left {day}, failed discharge by our own definition", said))
    return found


def afterwards_json(case: Case) -> list[DischargeResult]:
    """Every discharge with the days until a readmission, its band, and the grounds on which it failed."""
    lines = []
    for left in discharges_of(case):
        back = readmission_after(case, left)
        lines.append(
            DischargeResult(
                discharged_on=left.discharged_on,
                back_after_days=back.days_after if back else None,
                back_band=readmission_band(back.days_after, left.discharged_on).code if back else None,
                failed=list(failed_discharge(left, back)),
            )
        )
    return lines
