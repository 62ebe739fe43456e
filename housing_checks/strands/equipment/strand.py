"""Community equipment: its steps, who moves them, and what can be ordered."""

from __future__ import annotations

from housing_checks.strands.equipment.catalogue import EQUIPMENT
from housing_checks.strands.model import STARTED, WORK_ON_THE_HOME, Step, StrandDefinition

DEFINITION = StrandDefinition(
    kind="equipment",
    items=EQUIPMENT,
    words="Equipment",
    owner_role="equipment-service",
    steps=(
        Step(code=STARTED, words="Ordered"),
        Step(code="acknowledged", words="Order acknowledged"),
        Step(code="dispatched", words="On its way"),
        Step(code="delivered", words="Delivered"),
        Step(code="fitted", words="In place, and its use shown"),
    ),
    stages=WORK_ON_THE_HOME,
    for_the_building=True,
)
