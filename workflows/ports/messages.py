"""One model for each message between a workflow and the outside: starts, signals, activities and outcomes."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from discharge.cases.answer import Answer
from discharge.cases.model.common import Stage
from discharge.clocks import CaseClock


class Message(BaseModel):
    """Something said between two programs, perhaps of two builds: what one does not know it leaves out."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CaseStart(Message):
    """All that a case's workflow is given; it asks the record for the rest."""

    case_id: UUID
    clock: CaseClock
    way: int = 0


class CommandRef(Message):
    """Which command a case shall take: the record keeps what it says, under this id."""

    case_id: UUID
    command_id: UUID


class Apply(Message):
    """Decide and record one command, at an instant of case time. ``clock`` marks a strike of the case's own
    clock, which nobody keeps: that it strikes is all it says.
    """

    case_id: UUID
    command_id: UUID
    case_time: AwareDatetime
    clock: bool = False


class CaseLook(Message):
    """Which case asks where it stands, at which instant of case time."""

    case_id: UUID
    case_time: AwareDatetime


class CaseStanding(Message):
    """Where a case stands, and all that its workflow goes by: when to look again (case time), and the keys of
    strands that are at work. One that does not exist yet has version 0. A worker of a newer build may answer
    with a stage that this one does not have.
    """

    version: int = 0
    stage: Stage | str = Field(default=Stage.REFERRED, union_mode="left_to_right")
    next_look: AwareDatetime | None = None
    open_strands: tuple[str, ...] = ()

    @property
    def awaited(self) -> bool:
        """Whether anything is still to come: the case exists and is not closed."""
        return self.version > 0 and self.stage is not Stage.CLOSED


class Applied(Message):
    """What the record made of a command.

    ``applied``: decided and recorded now. ``already-applied``: recorded before, with this answer.
    ``refused``: a rule said no, which the record keeps as the answer. ``moved`` are the strands that the
    command changed, now or then, ``told`` those of them whose workflows have been told. ``asked`` repeats
    the question, which a history holds nowhere else where the first try was made locally.
    """

    outcome: Literal["applied", "already-applied", "refused"]
    answer: Answer
    standing: CaseStanding
    moved: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    asked: Apply | None = None


class Failure(Message):
    """A command that could not be recorded, and the code why not."""

    asked: Apply
    code: str


class StrandStart(Message):
    """All that a strand's workflow is given; it asks the record for the rest."""

    case_id: UUID
    key: str
    clock: CaseClock
    way: int = 0


class StrandLook(Message):
    """Which strand is looked at, at which instant of case time; when homes were last searched for."""

    case_id: UUID
    key: str
    clock: CaseClock
    case_time: AwareDatetime
    searched_at: AwareDatetime | None = None


class StrandStanding(Message):
    """Where a strand stands: the version of its case, whether to search for homes now, and when something is
    due next (case time; earlier than now while a report waits to be taken in).
    """

    open: bool
    version: int
    search: bool = False
    next_look: AwareDatetime | None = None


class StrandProgress(Message):
    """The case version at which a strand's part of the record changed, and where the strand stands then;
    without that it must look itself.
    """

    version: int
    standing: StrandStanding | None = None


class LaneStart(Message):
    """Which partner and case a lane serves."""

    partner_id: UUID
    case_id: UUID
    clock: CaseClock
    way: int = 0


class LaneWork(Message):
    """Why a lane is woken: a new item, a person who released, replaced or skipped a dead letter, or a partner
    that may be tried again (``restart``).
    """

    cause: Literal["item", "decision", "restart"] = "item"


class LaneTurn(Message):
    """Which lane shall be served; what it sends is dated in case time by ``clock``."""

    partner_id: UUID
    case_id: UUID
    clock: CaseClock


class LaneLeft(Message):
    """What is in the way of a lane that was served.

    ``empty``: nothing waits any more; ``over`` says that its case is closed. ``again``: the partner failed,
    and may be tried in ``wait``. ``dead``: a person must decide about an item first. ``paused``: the partner
    rests; whoever ends that tells the lane. ``more``: there was no time for all of it.
    """

    state: Literal["empty", "again", "dead", "paused", "more"]
    wait: timedelta = timedelta(0)
    over: bool = False


class LaneLook(Message):
    """Which lane asks what stands at its head."""

    partner_id: UUID
    case_id: UUID


class LaneHead(Message):
    """What stands at the head of a lane.

    ``empty``: nothing waits. ``item``: try ``sequence``. ``dead``: a person must decide about
    ``sequence`` first. ``paused``: the partner rests; whoever ends that tells the lane. ``wait`` is not used
    any more.
    """

    state: Literal["empty", "item", "dead", "paused"]
    sequence: int | None = None
    attempts: int = 0
    wait: timedelta | None = None


class Attempt(Message):
    """Try to deliver one outbox row, dated in case time by ``clock``."""

    sequence: int
    clock: CaseClock


class AttemptOutcome(Message):
    """How an attempt ended.

    ``received`` (2xx), ``again`` (try later), ``dead`` (refused for good), ``gone`` (not waiting),
    ``paused`` (the partner rests; whoever ends that tells the lane).
    ``wait`` is how long to leave the partner alone before the next try.
    """

    outcome: Literal["received", "again", "dead", "gone", "paused"]
    wait: timedelta = timedelta(0)
    code: str | None = None


class Chore(Message):
    """Which chore a round is about, by its name in `workflows/schedules.py`."""

    name: str
