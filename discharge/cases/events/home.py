"""The suitability check and the gate."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from discharge.cases.model import Assignment, ItemAnswer, Mitigation
from discharge.values import Frozen, YesNoUnknown


class CheckStarted(Frozen):
    """The home suitability check began. ``moved_from`` is the form on which it was until then, and ``kept``
    names the items whose answers were taken over, with the items of that form which they answered.
    """

    kind: Literal["check-started"] = "check-started"
    form: str
    started_on: date
    moved_from: str | None = None
    kept: dict[str, str] = Field(default_factory=dict)


class ItemAnswered(Frozen):
    """One item of the check was answered. ``changed`` where it says something else than was known.

    ``beside`` is what others said of it before that stands beside it. One that does not stand (``stands``) is
    older than what is known, and is kept for the history only.
    """

    kind: Literal["item-answered"] = "item-answered"
    item: str
    answer: ItemAnswer
    changed: bool = True
    beside: tuple[ItemAnswer, ...] = ()
    stands: bool = True


class AnswerDisputed(Frozen):
    """Two people said different things of an item: until somebody settles it, ``counts`` is its answer."""

    kind: Literal["answer-disputed"] = "answer-disputed"
    item: str
    counts: ItemAnswer


class AnswerSettled(Frozen):
    """A named person decided which of several statements on an item holds, and why."""

    kind: Literal["answer-settled"] = "answer-settled"
    item: str
    answer: ItemAnswer
    reason: str
    settled_on: date
    settled_by: UUID | None = None


class GatedItemsChanged(Frozen):
    """An answer decides which other items concern this person: these are gated from now on, the new ones
    ``since`` a day. Older ones do not name it.
    """

    kind: Literal["gated-items-changed"] = "gated-items-changed"
    because: str
    gated: tuple[str, ...]
    since: date | None = None


class BuildingLeft(Frozen):
    """The person goes to another building than the one that was checked: what was answered about that one
    no longer counts. ``because`` names the item whose answer says so.
    """

    kind: Literal["building-left"] = "building-left"
    because: str
    items: tuple[str, ...]
    left_on: date


class CheckCompleted(Frozen):
    """The check was completed: every item that is asked of this person has an answer.

    ``counted`` says how many items were answered how. Older ones hold the answers themselves, and in
    ``changed`` the items of which they say something else than was known.
    """

    kind: Literal["check-completed"] = "check-completed"
    completed_on: date
    answers: dict[str, YesNoUnknown] = Field(default_factory=dict)
    gated: tuple[str, ...]
    changed: tuple[str, ...] | None = None
    counted: dict[str, int] = Field(default_factory=dict)


class GateItemSet(Frozen):
    """One gated item was confirmed, denied or doubted again; ``expired`` where its answer holds no longer."""

    kind: Literal["gate-item-set"] = "gate-item-set"
    item: str
    value: YesNoUnknown
    as_of: date
    expired: bool = False


class MitigationNamed(Frozen):
    """A named role answers for a mitigation instead of a ``yes``."""

    kind: Literal["mitigation-named"] = "mitigation-named"
    item: str
    mitigation: Mitigation


class MitigationWithdrawn(Frozen):
    """End a mitigation: somebody said so, or the day until which it was named has passed."""

    kind: Literal["mitigation-withdrawn"] = "mitigation-withdrawn"
    item: str
    withdrawn_on: date
    because: Literal["said", "ended"] = "said"


class BlockerAssigned(Frozen):
    """Somebody said whose move an item of the check is, and by when it is done."""

    kind: Literal["blocker-assigned"] = "blocker-assigned"
    item: str
    assignment: Assignment


class HomeBecameReady(Frozen):
    """Every gated item is ``yes`` or mitigated, and no required strand is open."""

    kind: Literal["home-became-ready"] = "home-became-ready"
    ready_on: date


class HomeNoLongerReady(Frozen):
    """The gate shut again."""

    kind: Literal["home-no-longer-ready"] = "home-no-longer-ready"
    since: date
