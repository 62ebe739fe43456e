"""By when something about somebody's safety is done: rows of `safety_clocks.yaml`, and which of them run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from discharge.clocks import london_date, london_midnight
from discharge.codes.by_edition import ListByEdition
from discharge.codes.model import Code
from discharge.durations import Duration
from discharge.reference.kind import Kind
from discharge.reference.policy import Policy
from housing_checks.safety.model import CLOCK_CODES, Annex, ClockCode, Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyClock(Code):
    """One clock: how long it may take, and whether it ends with the day while the person is in hospital.
    ``holds_for`` is how long what was done counts.
    """

    length: Duration
    same_day_in_hospital: bool = False
    holds_for: Duration | None = None

    def holds_on(self, done_on: date, day: date) -> bool:
        """Whether what was done on a day still counts on another one."""
        return self.holds_for is None or day <= self.holds_for.after(done_on)

    def due_at(self, since: Stamp) -> datetime:
        """Return when it is over that began with something recorded (case time)."""
        longest = self.length.from_instant(since.at)
        if since.in_hospital and self.same_day_in_hospital:
            return min(longest, london_midnight(london_date(since.at) + timedelta(days=1)))
        return longest


def _wrong(rows: Mapping[str, SafetyClock]) -> Iterator[str]:
    for code in CLOCK_CODES:
        if code not in rows:
            yield f"{code}: is not there - nothing else says by when this is done"
    for other in set(rows) - set(CLOCK_CODES):
        yield f"{other}: is not a clock of safety - choose from {', '.join(CLOCK_CODES)}"


KIND = Kind("safety-clocks", SafetyClock, Path(__file__).with_name("safety_clocks.yaml"), check=_wrong)
SAFETY_CLOCKS = ListByEdition(KIND)
ASK_ALONE: ClockCode = "ask-alone"


def running(annex: Annex, policy: Policy) -> Mapping[ClockCode, datetime]:
    """Return which clocks of an annex run, and when each is over (case time)."""
    if annex.ended_on is not None:
        return {}
    due = {
        code: policy.on(london_date(since.at))[KIND][code].due_at(since)
        for code, since in _begun(annex, policy)
        if since is not None
    }
    if annex.review_on is not None:
        last = policy.on(annex.review_on)[KIND]["review"].length.after(annex.review_on)
        due["review"] = london_midnight(last + timedelta(days=1))
    return due


def asked_alone_in_time(annex: Annex, policy: Policy) -> bool:
    """Whether the person was asked alone, and that still counted when somebody recorded it."""
    alone = [each for each in annex.given if each.answers.asked_alone]
    days = ((each.answers.asked_on, london_date(each.stamp.at)) for each in alone)
    return any(policy.on(told)[KIND][ASK_ALONE].holds_on(asked, told) for asked, told in days)


def _begun(annex: Annex, policy: Policy) -> Iterator[tuple[ClockCode, Stamp | None]]:
    heard = (*(each.stamp for each in annex.given), *annex.noted)
    if heard and not asked_alone_in_time(annex, policy):
        yield ASK_ALONE, min(heard, key=lambda stamp: stamp.at)
    if not annex.reached:
        yield "call", annex.first_concern
    yield "decide", annex.undecided_since
    yield "second-look", annex.confirmed_over
    if annex.marac is not None and annex.marac.sent_on is None:
        yield "marac", annex.marac_since
    if annex.concern is not None and annex.concern.outcome is None:
        yield "safeguarding", annex.concern_since
