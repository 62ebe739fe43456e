"""The open hazards as the case page names them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.hazards.event_words import standing
from api.web.page.tags import Tag
from discharge.cases.model import Case, Hazard
from discharge.codes.hazards import HAZARD_SEVERITIES
from housing_checks.hazards.duties import clocks_of
from housing_checks.hazards.facts import due_words
from housing_checks.hazards.words import hazard_words

SEVERITY_COLOURS = {"emergency": "red", "significant": "orange", "other": "grey"}


@dataclass(frozen=True)
class HazardOnCase:
    """One hazard on the case page: what, how it stands, and the next thing that is due."""

    title: str
    hint: str
    href: str
    tag: Tag


def on_case(case: Case, now: datetime) -> tuple[HazardOnCase, ...]:
    """The open hazards, as the case page names them."""
    return tuple(_on_case(case, each, now) for each in case.open_hazards)


def _on_case(case: Case, hazard: Hazard, now: datetime) -> HazardOnCase:
    running = [each for each in clocks_of(hazard) if each.running]
    first = min(running, key=lambda each: each.due_at or now, default=None)
    due = f". {first.duty.label} by {due_words(first)}" if first else ""
    late = any(each.late(now) for each in running)
    tag = Tag("Late", "red") if late else severity_tag(hazard)
    return HazardOnCase(
        title=hazard_words(hazard),
        hint=f"{standing(hazard)}{due}",
        href=f"/cases/{case.case_id}/hazards#hazard-{hazard.number}",
        tag=tag,
    )


def severity_tag(hazard: Hazard) -> Tag:
    """How serious a hazard is for this person."""
    label = HAZARD_SEVERITIES.label(hazard.severity).partition(":")[0]
    return Tag(label, SEVERITY_COLOURS.get(hazard.severity, "grey"))
