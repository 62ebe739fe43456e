"""What a kind of strand is: its steps, who moves them, who owns them, its clocks, and what can be ordered.

A kind is a folder beside this module with its `strand.py`. Steps are ordered; the last one completes the
strand. Clocks and owners are this project's choices and local data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from discharge.cases.model import Stage
from discharge.cases.stages import SINCE_ACCEPTANCE
from discharge.codes.by_edition import ListByEdition
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


REGISTERED: dict[str, StrandDefinition] = {}
"""Every kind by its name: each registers itself where it is declared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrandDefinition:
    """One kind of strand, named after its folder. ``items`` are what one can be opened for, with lead times.

    ``one_at_a_time`` allows a single open strand of the kind, else one for each item.
    ``for_the_building`` marks work that serves one home only: of no use once the person lives elsewhere.
    ``settles`` names check items that a completed strand answers with ``yes``, as a form may too.
    ``overdue`` and ``search`` name clocks of `clocks.yaml`: how long after its day it is late, and how often
    homes are looked for.
    """

    kind: str
    words: str
    owner_role: str
    items: ListByEdition[Any]
    steps: tuple[Step, ...]
    stages: frozenset[Stage]
    movers: frozenset[str] = frozenset({"coordinator", "system"})
    one_at_a_time: bool = False
    for_the_building: bool = False
    settles: tuple[str, ...] = ()
    overdue: str = "strand-overdue"
    search: str | None = None
    source: str = "Homeward"

    def __post_init__(self) -> None:
        REGISTERED[self.kind] = self

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
