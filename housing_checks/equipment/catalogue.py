"""Community equipment that can be ordered: usual cost and the speed band it commonly comes in.

Contracts set speed bands of the same day, the next day, 2 to 3, 5 and 7 working days; the old national
indicator (PAF D54) was delivery within 7 working days. Bands and costs are local: the rows are planning
figures.
"""

from __future__ import annotations

from discharge.codes.model import CodeList
from housing_checks.checks.form import BED, EQUIPMENT_IN_PLACE, STEPS_STAIRS, TOILET
from housing_checks.spans import CatalogueRow, LeadTime, working_days

BANDS = "Common speed bands of community equipment contracts; planning figure of Homeward"
EQUIPMENT_FUNDER = "Pooled community equipment budget of council and NHS"

NEXT_DAY = working_days(0, 1)
THREE_DAYS = working_days(1, 3)
FIVE_DAYS = working_days(2, 5)
SEVEN_DAYS = working_days(3, 7)


def _row(code: str, label: str, cost: tuple[int, int], lead: LeadTime, *helps: str) -> CatalogueRow:
    return CatalogueRow(
        code=code,
        label=label,
        cost_pounds=cost,
        lead=lead,
        funder=EQUIPMENT_FUNDER,
        helps=(EQUIPMENT_IN_PLACE, *helps),
        source=BANDS,
    )


EQUIPMENT: CodeList[CatalogueRow] = CodeList(
    "equipment",
    (
        _row("commode", "Commode", (40, 120), NEXT_DAY, TOILET),
        _row("walking-frame", "Walking frame", (20, 60), NEXT_DAY, STEPS_STAIRS),
        _row("raised-toilet-seat", "Raised toilet seat", (15, 50), THREE_DAYS, TOILET),
        _row("perching-stool", "Perching stool", (30, 80), THREE_DAYS),
        _row("bed-lever", "Bed lever", (25, 70), THREE_DAYS, BED),
        _row("pressure-mattress", "Pressure-relieving mattress", (150, 900), NEXT_DAY, BED),
        _row("hospital-bed", "Hospital bed", (500, 1200), THREE_DAYS, BED),
        _row("mobile-hoist", "Mobile hoist with sling", (600, 1500), FIVE_DAYS),
        _row("wheelchair", "Wheelchair", (150, 700), SEVEN_DAYS),
        _row("telecare-pendant", "Telecare alarm and pendant", (80, 250), FIVE_DAYS),
    ),
)
"""Every piece of equipment that can be ordered."""
