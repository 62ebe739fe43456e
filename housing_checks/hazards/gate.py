"""An emergency hazard that is not made safe keeps the gate shut: the check items that it concerns are no.

They are settled when the last such hazard is made safe; a mitigation of the item (another room meanwhile)
counts as it does for any other item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from discharge.cases.events import Event, GateItemSet
from discharge.cases.model import Case, Hazard
from discharge.clocks import london_date
from discharge.codes.hazards import LEAST, blocking_severities, makes_safe
from discharge.values import YesNoUnknown
from housing_checks.gate.rules import say_yes
from housing_checks.hazards.duties import MOMENT, TOLD, path_of, running_clocks
from housing_checks.hazards.schemes import scheme_row

JUDGED, LANDLORD_TOLD = "hazards-judged", "landlord-told"
"""Check items that are answered from what is recorded of hazards."""


def made_safe_on(hazard: Hazard) -> date | None:
    """Return the day on which a hazard was made safe, if it was."""
    safe = (hazard.steps.get(code) for code in makes_safe())
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


def items_of_emergencies(case: Case) -> frozenset[str]:
    """Return the check items for which a hazard that keeps the gate shut says no."""
    return frozenset(item for hazard in blocking_hazards(case) for item in _items(hazard))


def _items(hazard: Hazard) -> tuple[str, ...]:
    row = scheme_row(hazard.code, hazard.scheme)
    return row.items if row is not None else ()


def _blocked(case: Case) -> dict[str, Hazard]:
    """Gated item -> the hazard for which it is no."""
    return {item: hazard for hazard in blocking_hazards(case) for item in _items(hazard) if item in case.gate}


def hazards_at_the_gate(case: Case) -> list[Event]:
    """Return the events that answer with no what an open emergency hazard makes untrue, and that answer from
    the record whether hazards were judged and landlords told.
    """
    return [*_emergencies(case), *_from_the_record(case)]


def _from_the_record(case: Case) -> Iterator[Event]:
    """What a form asks about hazards that are recorded; without one, whoever checks answers."""
    hazards = case.open_hazards
    landlords = [each for each in hazards if path_of(each).landlord and each.severity != LEAST]
    told = all(each.told is not None for each in landlords)
    so_far: Mapping[str, YesNoUnknown | None] = {
        JUDGED: "yes" if hazards else None,
        LANDLORD_TOLD: ("yes" if told else "no") if hazards else None,
    }
    for item, value in so_far.items():
        standing = case.gate.get(item)
        if standing is not None and value is not None and standing.value != value:
            known_on = max(each.found_on for each in hazards)
            yield GateItemSet(item=item, value=value, as_of=max(known_on, standing.as_of or date.min))


def told_due(case: Case) -> date | None:
    """Return the last day on which somebody tells a landlord of an open hazard; None where nobody has to."""
    due = (each.due_at for each in running_clocks(case) if TOLD in each.duty.done_by)
    first = min((each for each in due if each is not None), default=None)
    return london_date(first - MOMENT) if first is not None else None


def _emergencies(case: Case) -> list[Event]:
    return [
        GateItemSet(item=item, value="no", as_of=max(hazard.found_on, case.gate[item].as_of or date.min))
        for item, hazard in _blocked(case).items()
        if case.gate[item].value != "no"
    ]


def released(before: Case, after: Case, on: date, *, settled: bool, remains: bool = False) -> list[Event]:
    """Return what the gate says once a hazard keeps it shut no more. ``settled``: it was made safe. An item
    that nobody answered otherwise, or whose hazard ``remains``, is not known again.
    """
    free = [item for item in _blocked(before) if item not in _blocked(after)]
    return [event for item in free for event in _released(after, item, on, settled=settled, remains=remains)]


def _released(case: Case, item: str, on: date, *, settled: bool, remains: bool) -> Iterator[Event]:
    if case.gate[item].value != "no":
        return
    said = "unknown" if remains else _said(case, item)
    if settled and said != "unknown":
        yield from say_yes(case, (item,), on)
    elif said != "no":
        yield GateItemSet(item=item, value=said, as_of=on)


def _said(case: Case, item: str) -> YesNoUnknown:
    """What somebody answered to the item itself."""
    answer = case.check.given.get(item) if case.check is not None else None
    return answer.gate if answer is not None else "unknown"
