"""What a reader is told of a case beyond its fields: one table of what each derived value rests on.

A value is worked out on the whole case, never on the part that a reader sees, for a rule that reads an absent
field takes it as "nothing", and says what is not so. It is told only to those who see every field that it
rests on; to the others nothing is said, or one sentence of their own work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Literal, TypeVar
from uuid import UUID

from discharge.calendar import short_day
from discharge.cases.model import IN_HOSPITAL, Case
from discharge.pathway_words import Names, capital, heading, why_still_here, work_words
from discharge.sight import NOTHING, Sight

T = TypeVar("T")

Derived = Literal[
    "why_still_here",
    "heading",
    "next_action",
    "waiting",
    "blocking",
    "suggested_strands",
    "suggested_outcome",
    "discharges",
    "alerts",
    "home_not_ready",
    "open_actions",
    "awaiting_spell",
    "place",
    "status",
    "advocate_needed",
    "choice_answers_overdue",
    "stay_to_tell",
]


@dataclass(frozen=True, slots=True)
class Basis:
    """The fields behind a derived value: those it `rests` on, without which nothing is said; those it also
    `mentions`, which are left out for whoever does not see them; and those that only `bound` a count.

    Fields of the referral and of the person are written as "referral.tenure" and "person.sex".
    """

    rests: frozenset[str]
    mentions: frozenset[str] = frozenset()
    bound: frozenset[str] = frozenset()


_STAY = frozenset({"stage", "spells", "referral.setting", "discharge"})
_GATE = frozenset({"stage", "gate", "strands", "discharge", "check", "unready_home"})
_WHOSE_MOVE = frozenset({"assigned", "owners", "participants", "spells", "homelessness"})
_NEEDED = frozenset({"needed_by", "expected_discharge_on"})
_CIRCUMSTANCES = frozenset(
    {f"referral.{name}" for name in ("needs", "tenure", "lives_alone", "setting", "pathway", "reasons")}
)
_WAITING = frozenset({"spells", "ready_periods", "delay_reasons", "discharge"})
_EARLIER = frozenset({"earlier_discharges"})

BASES: Mapping[Derived, Basis] = MappingProxyType(
    {
        "why_still_here": Basis(
            _STAY
            | _GATE
            | _WAITING
            | {"expected_discharge_on", "homelessness", "follow_ups", "actions", "outcome", "closed_on"}
            | {"referral.awaiting_spell"},
            mentions=frozenset({"readmissions"}),
            bound=_EARLIER,
        ),
        "heading": Basis(_STAY | {"unready_home", "actions"}),
        "next_action": Basis(
            _STAY
            | _GATE
            | {"actions", "follow_ups", "sharing", "expected_discharge_on", "needed_by", "homelessness"}
        ),
        "waiting": Basis(_WAITING, bound=_EARLIER),
        "blocking": Basis(_GATE | _WHOSE_MOVE | _NEEDED | _CIRCUMSTANCES),
        "suggested_strands": Basis(_GATE | {"referral.needs", "needed_by", "expected_discharge_on"}),
        "suggested_outcome": Basis(_STAY | {"strands"}),
        "discharges": Basis(
            frozenset({"spells", "discharge", "follow_ups", "readmissions", "earlier_discharges"})
        ),
        "alerts": Basis(frozenset({"alerts"})),
        "home_not_ready": Basis(frozenset({"unready_home"})),
        "open_actions": Basis(frozenset({"actions"})),
        "awaiting_spell": Basis(frozenset({"referral.awaiting_spell"})),
        "place": Basis(_STAY),
        "advocate_needed": Basis(frozenset({"capacity", "representatives"})),
        "choice_answers_overdue": Basis(frozenset({"choice"})),
        "stay_to_tell": Basis(
            frozenset({"stage", "spells", "discharge", "participants", "strands", "stay_notices", "sharing"})
        ),
        "status": Basis(frozenset({"stage", "outcome", "referral.returned_reason"})),
    }
)
"""Derived value -> what it rests on. Whoever tells a new one names its fields here."""

_IN_PART = frozenset({"strands", "hazards", "participants", "stay_notices"})
"""Fields of which a sight of one's own only holds a part."""


def holds(sight: Sight, name: str) -> bool:
    """Whether a sight has the whole of a field of the case, of its referral or of the person."""
    of, _, name = name.rpartition(".")
    if of == "referral":
        return "referral" in sight.case and name in sight.referral
    if of == "person":
        return name in sight.person
    return name in sight.case and not (sight.own_only and name in _IN_PART)


@cache
def _told(sight: Sight, derived: Derived) -> bool:
    """Whether a sight has everything that a derived value rests on; asked of each row of a list."""
    return all(holds(sight, name) for name in BASES[derived].rests)


@cache
def _unseen(sight: Sight, derived: Derived) -> tuple[str, ...]:
    """What a derived value would mention, and a sight has not."""
    return tuple(name for name in BASES[derived].mentions if not holds(sight, name))


@dataclass(frozen=True)
class Telling:
    """What one reader is told of one case. The whole case stays in here: it is for rules, not for readers."""

    _whole: Case = field(repr=False)
    sight: Sight

    def says(self, derived: Derived) -> bool:
        """Whether the reader sees everything that a derived value rests on."""
        return _told(self.sight, derived)

    def holds(self, name: str) -> bool:
        """Whether the reader sees the whole of a field."""
        return holds(self.sight, name)

    def of(self, derived: Derived, rule: Callable[[Case], T]) -> T | None:
        """A derived value, as a rule reads it from the whole case; None where the reader is not told."""
        if not self.says(derived):
            return None
        unseen = _unseen(self.sight, derived)
        if not unseen:
            return rule(self._whole)
        defaults = {
            field: Case.model_fields[field].get_default(call_default_factory=True) for field in unseen
        }
        return rule(self._whole.model_copy(update=defaults))

    def sentence(self, seen: Case, today: date, names: Names | None = None) -> str | None:
        """Why the person is still here, or how they are at home; else the reader's own work, of the part of
        the case that they see.
        """
        told = self.of("why_still_here", lambda case: why_still_here(case, today, names))
        if told is not None or "stage" not in self.sight.case:
            return told
        return own_work(seen, today, names)

    def heading(self) -> str:
        """The question that the sentence answers."""
        told = self.of("heading", heading) if self.says("why_still_here") else None
        return told or "What is your part in this case?"


UNTOLD = Telling(Case(case_id=UUID(int=0)), NOTHING)
"""Tells nothing of any case."""


def own_work(seen: Case, today: date, names: Names | None = None) -> str:
    """Whether the case is over or the person has left, the reader's own open work, and by when the home is
    needed: what is in the part of a case that a landlord or a supplier sees.
    """
    if seen.closed:
        return f"Closed on {short_day(seen.closed_on, today)}." if seen.closed_on else "Closed."
    said = "; ".join(_own_work(seen, today, names or Names()))
    return f"{capital(said)}."


def _own_work(seen: Case, today: date, names: Names) -> Iterator[str]:
    if seen.stage not in IN_HOSPITAL:
        yield "the person has left hospital"
    work = [work_words(strand, today, names) for strand in seen.open_strands]
    if seen.open_hazards:
        many = len(seen.open_hazards)
        work.append("a hazard at home" if many == 1 else f"{many} hazards at home")
    yield f"your open work: {', '.join(work)}" if work else "you have no open work in this case"
    if work and seen.needed_by is not None and seen.stage in IN_HOSPITAL:
        yield f"the home is needed by {short_day(seen.needed_by, today)}"
