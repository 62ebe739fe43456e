"""The basics at home: their steps, the last of which the gate takes."""

from __future__ import annotations

from housing_checks.strands.basics.items import BASICS
from housing_checks.strands.model import BEFORE_LEAVING, IN_PLACE, STARTED, Step, StrandDefinition

DEFINITION = StrandDefinition(
    kind="basics",
    items=BASICS,
    words="Basics at home",
    owner_role="coordinator",
    steps=(
        Step(code=STARTED, words="Begun"),
        Step(code="arranged", words="Assigned to somebody"),
        Step(code="visited", words="Home visited"),
        Step(code=IN_PLACE, words="All in place", moved_by="gate"),
    ),
    stages=BEFORE_LEAVING,
    one_at_a_time=True,
)
