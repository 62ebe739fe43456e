"""What goes wrong between people: messages sent twice or too late, forms sent twice, wrong codes, wrong
doors.

Each row says which steps it can befall, how often, and what it makes of one. None of them may change what
becomes true; what must be refused carries the detail `refused`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from deploy.simulate.journeys import Journey, Step

RESTATING = frozenset({"A08", "A31"})
MOVING = frozenset({"A02", "A12", "A16"})


@dataclass(frozen=True, slots=True)
class Mishap:
    """A name, the chance that a fitting step meets it, which steps fit, and what comes of it."""

    name: str
    chance: float
    befalls: Callable[[Step], bool]
    makes: Callable[[Step], list[Step]]


def _is_message(step: Step) -> bool:
    return step.message is not None


def _sent_again(step: Step) -> list[Step]:
    return [step, replace(step, act="resend", sent_at=step.sent_at + timedelta(hours=7))]


def _sent_late(step: Step) -> list[Step]:
    return [replace(step, sent_at=step.sent_at + timedelta(hours=26))]


def _asked_twice(step: Step) -> list[Step]:
    return [step, replace(step, act="repeat", details={})]


def _by_the_wrong_party(step: Step) -> list[Step]:
    details = {**step.details, "refused": True}
    return [replace(step, who="monitor", details=details), step]


def _with_a_wrong_code(step: Step) -> list[Step]:
    return [replace(step, details={**step.details, "code": "no-such-code", "refused": True}), step]


MISHAPS = (
    Mishap("sent again with the same bytes", 0.08, _is_message, _sent_again),
    Mishap("told a day late", 0.12, lambda step: step.act in RESTATING | MOVING, _sent_late),
    Mishap("asked twice", 0.08, lambda step: step.who in ("ward", "coordinator", "council"), _asked_twice),
    Mishap("asked by the wrong party", 0.05, lambda step: step.who == "coordinator", _by_the_wrong_party),
    Mishap(
        "asked with a wrong code", 0.3, lambda step: step.act == "record-delay-reason", _with_a_wrong_code
    ),
)


def with_mishaps(journey: Journey, dice: Random, horizon: timedelta) -> Journey:
    """The journey with its mishaps, numbered anew in the order of sending."""
    steps: list[Step] = []
    for step in journey.steps:
        met = next((one for one in MISHAPS if one.befalls(step) and dice.random() < one.chance), None)
        steps.extend(met.makes(step) if met else [step])
    ordered = sorted(steps, key=lambda step: step.sent_at)
    kept = [step for step in ordered if step.sent_at <= horizon]
    return replace(journey, steps=_numbered(kept))


def _numbered(steps: list[Step]) -> tuple[Step, ...]:
    """Number the steps; what repeats another keeps the number of the first as `repeats`."""
    first: dict[int, int] = {}
    numbered: list[Step] = []
    for number, step in enumerate(steps, start=1):
        again = step.act in ("resend", "repeat") and step.number in first
        details = {**step.details, "repeats": first[step.number]} if again else step.details
        if not details.get("refused") and not again:
            first[step.number] = number
        numbered.append(replace(step, number=number, details=details))
    return tuple(numbered)
