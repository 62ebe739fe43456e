"""What happened to a hazard, and how it stands, in words for the timeline and for what others changed."""

from __future__ import annotations

from collections.abc import Iterable

from api.web.page import words
from discharge.cases import events as ev
from discharge.cases.model import Hazard, LandlordTold
from discharge.clocks import london_date
from discharge.codes.casework import EVIDENCE_KINDS
from discharge.codes.hazards import (
    HAZARD_CHANNELS,
    HAZARD_CLOSINGS,
    HAZARD_SEVERITIES,
    HAZARD_STEPS,
    HAZARD_TELLERS,
)
from discharge.pathway_words import middle
from housing_checks.hazards.words import hazard_words


def hazards_named(events: Iterable[ev.Event | None]) -> dict[str, str]:
    """What each hazard of a timeline is, by its key; of events newest first, what was said last."""
    named: dict[str, str] = {}
    for event in events:
        if isinstance(event, ev.HazardRecorded | ev.HazardCorrected):
            named.setdefault(event.hazard.key, hazard_words(event.hazard))
    return named


def severity_words(code: str) -> str:
    """A severity in a word: `emergency`."""
    return middle(HAZARD_SEVERITIES.label(code).partition(":")[0])


def recorded(hazard: Hazard) -> str:
    """What was recorded of a hazard."""
    return f"{hazard_words(hazard)}, {severity_words(hazard.severity)}"


def corrected(event: ev.HazardCorrected) -> str:
    """What is recorded of a hazard now, and that its landlord is another one, who was not told."""
    untold = "told" in event.changed and event.hazard.told is None
    return f"{recorded(event.hazard)}{'; another landlord, who has to be told' if untold else ''}"


def told_words(told: LandlordTold) -> str:
    """When, by whom and how the landlord was told."""
    when = (
        words.moment(told.told_at)
        if told.hour_known
        else f"{words.day(london_date(told.told_at))} (hour not known)"
    )
    by, how = HAZARD_TELLERS.label(told.told_by), HAZARD_CHANNELS.label(told.channel)
    return f"{when}, by {middle(by)}, {middle(how)}"


def landlord(event: ev.HazardLandlordTold) -> str:
    """That the landlord was told."""
    return f"the landlord was told {told_words(event.told)}"


def step(event: ev.HazardMoved) -> str:
    """A step, on its day, and how it is known."""
    known = f", {middle(EVIDENCE_KINDS.label(event.reached.evidence))}" if event.reached.evidence else ""
    return f"{middle(HAZARD_STEPS.label(event.step))} ({words.day(event.reached.on)}{known})"


def closed(event: ev.HazardClosed) -> str:
    """That it was closed, and why."""
    return f"closed, {middle(HAZARD_CLOSINGS.label(event.reason))}"


def standing(hazard: Hazard) -> str:
    """How a hazard stands: its severity, and the last that was done about it."""
    if hazard.closed_because is not None:
        return f"Closed: {middle(HAZARD_CLOSINGS.label(hazard.closed_because))}"
    done = max(hazard.steps.items(), key=lambda pair: pair[1].on, default=None)
    severity = HAZARD_SEVERITIES.label(hazard.severity).partition(":")[0]
    if done is not None:
        return f"{severity}; {middle(HAZARD_STEPS.label(done[0]))} on {words.day(done[1].on)}"
    if hazard.told is not None:
        return f"{severity}; the landlord was told on {words.day(london_date(hazard.told.told_at))}"
    return severity
