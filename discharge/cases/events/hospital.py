"""The stay, the criteria to reside and the expected date of discharge."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.cases.model import CaseSpell
from discharge.delays.model import ReadyPeriod
from discharge.values import Frozen


class SpellJoined(Frozen):
    """The hospital stay that the case waits in became known."""

    kind: Literal["spell-joined"] = "spell-joined"
    spell: CaseSpell


class SpellChanged(Frozen):
    """The trust's feed told us something new about a stay of this case."""

    kind: Literal["spell-changed"] = "spell-changed"
    spell: CaseSpell


class ExpectedDischargeDateSet(Frozen):
    """The expected date of discharge was set, moved or withdrawn. ``told_by`` is the organisation whose own
    system said it, none where somebody said it here.
    """

    kind: Literal["expected-discharge-date-set"] = "expected-discharge-date-set"
    expected_discharge_on: date | None
    told_by: UUID | None = None


class ReadyPeriodStarted(Frozen):
    """The person no longer meets the criteria to reside."""

    kind: Literal["ready-period-started"] = "ready-period-started"
    period: ReadyPeriod


class ReadyPeriodEnded(Frozen):
    """The running ready period ended."""

    kind: Literal["ready-period-ended"] = "ready-period-ended"
    ended_on: date
    ended_by: Literal["discharged", "met-criteria-again", "died", "transferred", "left"]


class ReadyPeriodCorrected(Frozen):
    """A ready period was restated; ``replaces`` is the day it was thought to begin, ``None`` removes it.

    ``was`` is the period itself, because two stays may have one of the same day; older ones name the day
    alone.
    """

    kind: Literal["ready-period-corrected"] = "ready-period-corrected"
    replaces: date
    period: ReadyPeriod | None
    was: ReadyPeriod | None = None
