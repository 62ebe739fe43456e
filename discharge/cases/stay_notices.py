"""Who keeps the person's home, what they should be told of the stay now, and what was told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from discharge.cases.model import IN_HOSPITAL, Case
from discharge.cases.model.stay_notices import StayNews, notice_key
from discharge.cases.relations import relations

ADMITTED: StayNews = "admitted"
DISCHARGED: StayNews = "discharged"


@dataclass(frozen=True, slots=True)
class Stayed:
    """What happened, of which stay, and on which day, where it is known."""

    spell_id: UUID | None
    day: date | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody to tell something that happened and that they have not been told."""

    organisation_id: UUID
    news: StayNews


def keeps_a_home(case: Case) -> tuple[UUID, ...]:
    """The landlords and schemes that take part now."""
    return tuple(key for key, relation in relations(case).items() if relation == "landlord")


def happened(case: Case, news: StayNews) -> Stayed | None:
    """The admission or the discharge that can be told now; None where there was none."""
    if news == DISCHARGED:
        left = case.discharge
        return Stayed(left.spell_id, left.discharged_on) if left is not None else None
    spell = case.current_spell
    if case.stage not in IN_HOSPITAL or spell is None or not spell.in_a_bed:
        return None
    return Stayed(spell.spell_id, spell.admitted_on) if spell.status != "expected" else None


def was_told(case: Case, organisation_id: UUID, news: StayNews, stay: Stayed) -> bool:
    """Whether an organisation was told this of the stay."""
    return notice_key(organisation_id, news, stay.spell_id, stay.day) in case.stay_notices


def suggested(case: Case) -> Iterator[Suggestion]:
    """Whom to tell now, of what. It says so; nothing is told by itself."""
    for news in (ADMITTED, DISCHARGED):
        stay = happened(case, news)
        if stay is not None:
            for organisation_id in keeps_a_home(case):
                if not was_told(case, organisation_id, news, stay):
                    yield Suggestion(organisation_id, news)
