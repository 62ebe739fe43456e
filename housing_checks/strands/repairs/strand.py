"""Repairs, cleaning and clearing: their steps, who moves them, and what can be asked for (`repairs.yaml`)."""

from __future__ import annotations

from pathlib import Path

from discharge.codes.by_edition import ListByEdition
from discharge.reference.kind import Kind
from housing_checks.orderables import Orderable, unknown_items
from housing_checks.strands.model import STARTED, WORK_ON_THE_HOME, Step, StrandDefinition

KIND = Kind("repairs", Orderable, Path(__file__).with_name("repairs.yaml"), check=unknown_items)
REPAIRS = ListByEdition(KIND)

DEFINITION = StrandDefinition(
    kind="repairs",
    items=REPAIRS,
    words="Repairs and cleaning",
    owner_role="landlord",
    steps=(
        Step(code=STARTED, words="Asked for"),
        Step(code="acknowledged", words="Accepted by the landlord or contractor"),
        Step(code="scheduled", words="Visit booked"),
        Step(code="done", words="Done and checked"),
    ),
    stages=WORK_ON_THE_HOME,
    for_the_building=True,
)
