"""What is past its day at the gate, as facts that risk rules ask for: of one side of the case all in one, so
that nobody has an alert for each item.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from discharge.calendar import DAY, spoken_day
from discharge.cases.model import IN_HOSPITAL, Case
from discharge.codes.casework import OWNER_ROLES
from discharge.pathway_words import middle
from discharge.risk.case_facts import Reader, contribute
from discharge.risk.conditions import Known
from discharge.risk.facts import GATE_ITEMS, expected_home_on
from discharge.roles import COORDINATOR, TEAM, Role
from housing_checks.gate.blockers import Dated, check_due, dated_items, item_words
from housing_checks.gate.owners import named_for, owner_named

MOST_NAMED = 8
"""So many items are named; of more it is said how many there are."""


def blockers_late(side: Role) -> Reader:
    """The days by which the items of one side are due, the last one first, each with all that is due then."""

    def read(case: Case) -> Iterator[Known]:
        for day, late in _by_day(case, side):
            yield Known(day=day, tells=_causes(late), words={"late": _words(case, late)})

    return read


def blockers_late_home_today(side: Role) -> Reader:
    """The same where somebody is expected home: from the day of that, and not before it is late."""

    def read(case: Case) -> Iterator[Known]:
        home_on = expected_home_on(case)
        if home_on is None:
            return
        for day, late in _by_day(case, side):
            words = {"late": _words(case, late), "expected": spoken_day(home_on)}
            yield Known(day=max(day + DAY, home_on), tells=_causes(late), words=words)

    return read


def check_late(case: Case) -> Iterator[Known]:
    """By when the home check is to be complete, while it is not."""
    due = check_due(case) if _waits(case) else None
    if due is not None:
        yield Known(day=due, words={"due": spoken_day(due)})


def _by_day(case: Case, side: Role) -> Iterator[tuple[date, list[Dated]]]:
    mine = [each for each in _late_items(_Same(case)) if _heard_by(case, each) == side]
    for day in sorted({each.due_on for each in mine}, reverse=True):
        yield day, [each for each in mine if each.due_on <= day]


class _Same:
    """A case as it stands, told by its identity: what is due in it is worked out once for all these facts."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.case is other.case

    def __hash__(self) -> int:
        return id(self.case)


@lru_cache(maxsize=1)
def _late_items(same: _Same) -> tuple[Dated, ...]:
    case = same.case
    dated = dated_items(case) if _waits(case) else ()
    return tuple(each for each in dated if not _told_already(case, each.code))


def _told_already(case: Case, code: str) -> bool:
    """Whether an item has an alert of its own from the first day, and nobody named a day for it since."""
    return code in GATE_ITEMS.values() and owner_named(case, code) is None


def _waits(case: Case) -> bool:
    """Whether it matters how the home is: to whom it holds, and to whom is in it while it is not ready."""
    return case.stage in IN_HOSPITAL or case.unready_home is not None


def _heard_by(case: Case, each: Dated) -> str:
    """The role that hears of it: of the hospital only where a trust answers for the person."""
    row = OWNER_ROLES.newest(each.owner_role)
    if row is None or row.hears != TEAM or named_for(case, TEAM).organisation_id is None:
        return COORDINATOR
    return TEAM


def _causes(late: Sequence[Dated]) -> tuple[str, ...]:
    return tuple(f"late/{each.code}" for each in late)


def _words(case: Case, late: Sequence[Dated]) -> str:
    said = [_said(case, each) for each in late[:MOST_NAMED]]
    more = len(late) - len(said)
    return "; ".join([*said, *([f"and {more} more"] if more else [])])


def _said(case: Case, each: Dated) -> str:
    who = middle(OWNER_ROLES.label(each.owner_role))
    return f"{middle(item_words(case, each.code))} ({who}, due {spoken_day(each.due_on)})"


def contribute_late() -> None:
    """Contribute these facts; whoever judges a case calls it first."""
    for name, side in (("blockers-late-housing", COORDINATOR), ("blockers-late-hospital", TEAM)):
        contribute(name, blockers_late(side))
        contribute(f"{name}-home-today", blockers_late_home_today(side))
    contribute("check-late", check_late)
