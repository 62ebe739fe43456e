"""Care at home: its steps, who arranges it, and what can be asked for (`care_at_home.yaml`)."""

from __future__ import annotations

from pathlib import Path

from discharge.codes.by_edition import ListByEdition
from discharge.reference.kind import Kind
from housing_checks.orderables import Orderable, unknown_items
from housing_checks.strands.model import STARTED, WORK_ON_THE_HOME, Step, StrandDefinition

KIND = Kind("care-at-home", Orderable, Path(__file__).with_name("care_at_home.yaml"), check=unknown_items)
CARE_AT_HOME = ListByEdition(KIND)

DEFINITION = StrandDefinition(
    kind="care-at-home",
    items=CARE_AT_HOME,
    words="Care at home",
    owner_role="adult-social-care",
    steps=(
        Step(code=STARTED, words="Asked for"),
        Step(code="assessed", words="Needs assessed"),
        Step(code="funded", words="Funding agreed"),
        Step(code="provider-found", words="Provider found"),
        Step(code="first-visit-booked", words="Day and hour of the first visit confirmed"),
    ),
    stages=WORK_ON_THE_HOME,
    settles=("first-care-visit",),
    source="Discharge delay reasons IP1 to IP3 and CA1 to CA4 (discharge ready date guidance)",
)
