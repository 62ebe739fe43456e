"""Adaptations: their steps, who moves them, and what can be ordered."""

from __future__ import annotations

from housing_checks.strands.adaptation.catalogue import ADAPTATIONS
from housing_checks.strands.model import STARTED, WORK_ON_THE_HOME, Step, StrandDefinition

DEFINITION = StrandDefinition(
    kind="adaptation",
    items=ADAPTATIONS,
    words="Adaptation",
    owner_role="adaptations-service",
    steps=(
        Step(code=STARTED, words="Ordered"),
        Step(code="acknowledged", words="Order acknowledged"),
        Step(code="surveyed", words="Home surveyed"),
        Step(code="approved", words="Work approved"),
        Step(code="scheduled", words="Fitting booked"),
        Step(code="fitted", words="Fitted"),
    ),
    stages=WORK_ON_THE_HOME,
    for_the_building=True,
)
