"""An emergency hazard that is not made safe keeps the gate shut: the check items that it concerns are no.

They are settled when the last such hazard is made safe; a mitigation of the item (another room meanwhile)
counts as it does for any other item.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from discharge.cases.events import Event, GateItemSet
from discharge.cases.model import Case, Hazard
from discharge.codes.hazards import HAZARD_STEPS, blocking_severities
from discharge.values import YesNoUnknown
from housing_checks.gate.rules import say_yes
from housing_checks.hazards.schemes import scheme_row


def made_safe_on(hazard: Hazard) -> date | None:
    """Return the day on which a hazard was made safe, if it was."""
    safe = (hazard.steps.get(row.code) for row in HAZARD_STEPS if row.makes_safe)
    return min((each.on for each in safe if each is not None), default=None)


def blocks(hazard: Hazard) -> bool:
    """Whether a hazard by its severity keeps a person from going home to it."""
    return hazard.open and hazard.severity in blocking_severities() and made_safe_on(hazard) is None


def blocking_hazards(case: Case) -> tuple[Hazard, ...]:
    """Return the hazards that keep the gate shut."""
    return tuple(hazard for hazard in case.open_hazards if blocks(hazard))


def hazards_of_item(case: Case, item: str) -> tuple[Hazard, ...]:
    """Return the hazards for which a check item is no."""
    return tuple(hazard for hazard in blocking_hazards(case) if item in _items(hazard))


def _items(hazard: Hazard) -> tuple[str, ...]:
    row = scheme_row(hazard.code, hazard.scheme)
    return row.items if row is not None else ()


def _blocked(case: Case) -> dict[str, Hazard]:
    """Gated item -> the hazard for which it is no."""
    return {item: hazard for hazard in blocking_hazards(case) for item in _items(hazard) if item in case.gate}


def hazards_at_the_gate(case: Case) -> list[Event]:
    """Return the events that answer with no what an open emergency hazard makes untrue."""
    return [
        GateItemSet(item=item, value="no", as_of=max(hazard.found_on, case.gate[item].as_of or date.min))
        for item, hazard in _blocked(case).items()
        if case.gate[item].value != "no"
    ]


def released(before: Case, after: Case, on: date, *, settled: bool) -> list[Event]:
    """Return what the gate says once a hazard keeps it shut no more. ``settled``: it was made safe. An item
    that nobody answered otherwise is not known again.
    """
    free = [item for item in _blocked(before) if item not in _blocked(after)]
    return [event for item in free for event in _released(after, item, on, settled=settled)]


def _released(case: Case, item: str, on: date, *, settled: bool) -> Iterator[Event]:
    if case.gate[item].value != "no":
        return
    said = _said(case, item)
    if settled and said != "unknown":
        yield from say_yes(case, (item,), on)
    elif said != "no":
        yield GateItemSet(item=item, value=said, as_of=on)


def _said(case: Case, item: str) -> YesNoUnknown:
    """What somebody answered to the item itself."""
    answer = case.check.given.get(item) if case.check is not None else None
    return answer.gate if answer is not None else "unknown"
