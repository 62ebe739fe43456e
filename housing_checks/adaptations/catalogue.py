"""Adaptations that can be ordered: usual cost, lead time and who usually pays.

Costs and lead times are planning figures, to be replaced by local ones; end-to-end times of larger works
follow adaptMyHome. Adaptations of £1,000 or less are free to the person (Care Act 2014, preventing-needs
regulations); larger works are commonly paid by a Disabled Facilities Grant, at most £30,000 in England, which
a council may top up.
"""

from __future__ import annotations

from discharge.codes.model import CodeList
from housing_checks.checks.form import ADAPTATION_IN_PLACE, KEYS, STEPS_STAIRS, TOILET
from housing_checks.spans import CatalogueRow, LeadTime, days

PLANNING = "Planning figure of Homeward"
ADAPT_MY_HOME = "adaptMyHome, end-to-end times; cost is a planning figure of Homeward"
COUNCIL = "Council, free to the person up to £1,000 (Care Act 2014)"
GRANT = "Disabled Facilities Grant"
WEEK, MONTH = 7, 30


def _row(
    code: str,
    label: str,
    cost: tuple[int, int],
    lead: LeadTime,
    funder: str,
    *helps: str,
    source: str = PLANNING,
) -> CatalogueRow:
    return CatalogueRow(
        code=code,
        label=label,
        cost_pounds=cost,
        lead=lead,
        funder=funder,
        helps=(ADAPTATION_IN_PLACE, *helps),
        source=source,
    )


def _weeks(low: int, high: int) -> LeadTime:
    return days(low * WEEK, high * WEEK)


def _months(low: int, high: int) -> LeadTime:
    return days(low * MONTH, high * MONTH)


ADAPTATIONS: CodeList[CatalogueRow] = CodeList(
    "adaptations",
    (
        _row("grab-rail", "Grab or stair rails", (50, 300), days(1, 7), COUNCIL, STEPS_STAIRS),
        _row("bath-step", "Bath step", (50, 300), days(1, 7), COUNCIL),
        _row("threshold-ramp", "Threshold ramp", (50, 300), days(1, 7), COUNCIL, STEPS_STAIRS),
        _row("key-safe", "Key safe", (40, 100), days(1, 3), COUNCIL, KEYS),
        _row("modular-ramp", "Modular ramp", (1000, 3500), _weeks(1, 4), GRANT, STEPS_STAIRS),
        _row(
            "straight-stairlift",
            "Straight stairlift",
            (1500, 3000),
            _weeks(1, 4),
            GRANT,
            STEPS_STAIRS,
            TOILET,
        ),
        _row("curved-stairlift", "Curved stairlift", (4000, 7000), _weeks(3, 8), GRANT, STEPS_STAIRS, TOILET),
        _row("ceiling-track-hoist", "Ceiling track hoist", (2500, 6000), _weeks(3, 8), GRANT),
        _row(
            "level-access-shower",
            "Level-access shower or wet room",
            (5000, 12000),
            _months(2, 6),
            GRANT,
            source=ADAPT_MY_HOME,
        ),
        _row(
            "through-floor-lift",
            "Through-floor lift",
            (12000, 20000),
            _months(3, 6),
            GRANT,
            STEPS_STAIRS,
            source=ADAPT_MY_HOME,
        ),
        _row(
            "extension",
            "Extension",
            (40000, 60000),
            _months(9, 18),
            "Disabled Facilities Grant with a council top-up",
            source=ADAPT_MY_HOME,
        ),
    ),
)
"""Every adaptation that can be ordered, smallest first."""
