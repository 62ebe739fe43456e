"""The kinds of strands as data: their steps, who moves them, who owns them, their clocks.

A further kind is a further row. Steps are ordered; the last one completes the strand. Clocks and owners are
this project's choices and local data.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from discharge.cases.model import Stage, StrandKind
from discharge.cases.stages import SINCE_ACCEPTANCE
from discharge.values import Frozen

MovedBy = Literal["people", "offer", "gate"]
"""Who brings a strand to a step: people (partner or coordinator), the offer's own commands, or the gate."""

STARTED = "started"
OFFERED, ACCEPTED, LET, KEYS_HELD = "offered", "accepted", "let", "keys-held"
IN_PLACE = "in-place"


class Step(Frozen):
    """One step; ``after`` names a step that must have been reached before it."""

    code: str
    words: str
    moved_by: MovedBy = "people"
    after: str | None = None


class StrandDefinition(Frozen):
    """One kind of strand.

    ``one_at_a_time`` allows a single open strand of the kind, else one for each item.
    ``for_the_building`` marks work that serves one home only: of no use once the person lives elsewhere.
    ``overdue`` and ``search`` name clocks of `clocks.yaml`: how long after its day it is late, and how often
    homes are looked for.
    """

    kind: StrandKind
    words: str
    owner_role: str
    steps: tuple[Step, ...]
    stages: frozenset[Stage]
    movers: frozenset[str] = frozenset({"coordinator", "system"})
    one_at_a_time: bool = False
    for_the_building: bool = False
    overdue: str = "strand-overdue"
    search: str | None = None
    source: str = "Homeward"

    @property
    def last_step(self) -> str:
        """The step that completes the strand."""
        return self.steps[-1].code

    def position(self, step: str) -> int | None:
        """Return where a step stands in the order, or ``None`` for one that the kind does not have."""
        return next((place for place, mine in enumerate(self.steps) if mine.code == step), None)


WORK_ON_THE_HOME = SINCE_ACCEPTANCE
"""Work on the home may begin before the check is complete and outlive the hospital stay."""

BEFORE_LEAVING = frozenset({Stage.CHECKED, Stage.MAKING_READY, Stage.READY})

DEFINITIONS: Mapping[StrandKind, StrandDefinition] = MappingProxyType(
    {
        definition.kind: definition
        for definition in (
            StrandDefinition(
                kind=StrandKind.ADAPTATION,
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
            ),
            StrandDefinition(
                kind=StrandKind.EQUIPMENT,
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
            ),
            StrandDefinition(
                kind=StrandKind.REHOUSING,
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
            ),
            StrandDefinition(
                kind=StrandKind.BASICS,
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
            ),
        )
    }
)
"""Every kind of strand that runs."""


def step_words(kind: StrandKind, step: str) -> str:
    """Return a step in words; a step that the kind does not have is shown as it is."""
    return next((mine.words for mine in DEFINITIONS[kind].steps if mine.code == step), step)
