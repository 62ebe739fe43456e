"""The facts about hazards that risk rules ask for, contributed to `discharge.risk`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from discharge.calendar import spoken_day, spoken_moment
from discharge.cases.model import Case
from discharge.clocks import london_date
from discharge.risk.case_facts import contribute
from discharge.risk.conditions import Known
from housing_checks.hazards.duties import MOMENT, HazardClock, running_clocks
from housing_checks.hazards.gate import blocking_hazards
from housing_checks.hazards.schemes import hazard_label
from housing_checks.hazards.words import place_words

LANDLORD_LATE, ANSWER_LATE, REPLY_LATE = "landlord-hazard-late", "hazard-answer-late", "hazard-reply-late"
"""The rules that speak of what is due because of a hazard; each duty names its own."""


def emergency_hazards(case: Case) -> Iterator[Known]:
    """Each emergency hazard that is not made safe."""
    for hazard in blocking_hazards(case):
        words = {
            "hazard": hazard_label(hazard.code, hazard.scheme),
            "room": place_words(hazard.room),
            "found": spoken_day(hazard.found_on),
        }
        yield Known(hazard.key, f"{hazard.key}/emergency", words=words)


def _due(rule: str, at: Callable[[HazardClock], datetime | None]) -> Callable[[Case], Iterator[Known]]:
    """What runs and is told by a rule, at the instant that a clock gives for it."""

    def read(case: Case) -> Iterator[Known]:
        for clock in running_clocks(case):
            instant = at(clock) if clock.duty.rule == rule else None
            if instant is not None:
                yield Known(clock.key, clock.key, at=instant, words=_words(clock))

    return read


def _words(clock: HazardClock) -> dict[str, str]:
    hazard = clock.hazard
    return {
        "what": clock.duty.label,
        "hazard": hazard_label(hazard.code, hazard.scheme),
        "room": place_words(hazard.room),
        "since": spoken_day(london_date(clock.began_at)) if clock.began_at else "",
        "due": due_words(clock),
        "limit": clock.clock.length.words,
        "law": clock.duty.source,
    }


def due_words(clock: HazardClock) -> str:
    """By when it is due: the minute of a clock that counts hours, else the last day."""
    if clock.due_at is None:
        return ""
    if clock.clock.length.unit == "hours":
        return spoken_moment(clock.due_at)
    return spoken_day(london_date(clock.due_at - MOMENT))


def contribute_hazards() -> None:
    """Contribute what is known of hazards; whoever judges a case calls it first."""
    contribute("emergency-hazards", emergency_hazards)
    contribute("landlord-hazard-warned", _due(LANDLORD_LATE, lambda clock: clock.warns_at))
    contribute("landlord-hazard-due", _due(LANDLORD_LATE, lambda clock: clock.due_at))
    contribute("hazard-answer-warned", _due(ANSWER_LATE, lambda clock: clock.warns_at))
    contribute("hazard-answer-due", _due(ANSWER_LATE, lambda clock: clock.due_at))
    contribute("hazard-reply-warned", _due(REPLY_LATE, lambda clock: clock.warns_at))
    contribute("hazard-reply-due", _due(REPLY_LATE, lambda clock: clock.due_at))
