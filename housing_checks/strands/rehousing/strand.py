"""Rehousing: its steps, which are those of an offer, and the homes that can be looked for."""

from __future__ import annotations

from housing_checks.strands.model import (
    ACCEPTED,
    KEYS_HELD,
    LET,
    OFFERED,
    STARTED,
    WORK_ON_THE_HOME,
    Step,
    StrandDefinition,
)
from housing_checks.strands.rehousing.need_profiles import NEED_PROFILES

DEFINITION = StrandDefinition(
    kind="rehousing",
    items=NEED_PROFILES,
    words="Rehousing",
    owner_role="coordinator",
    steps=(
        Step(code=STARTED, words="Looking for a home"),
        Step(code=OFFERED, words="Home offered", moved_by="offer"),
        Step(code=ACCEPTED, words="Offer accepted", moved_by="offer"),
        Step(code=LET, words="Tenancy signed", moved_by="offer"),
        Step(code=KEYS_HELD, words="Keys held", after=LET),
    ),
    stages=WORK_ON_THE_HOME,
    one_at_a_time=True,
    search="home-search",
)
