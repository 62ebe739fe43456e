"""Hazards as JSON: what was recorded, what follows, and what is due from whom by when."""

from __future__ import annotations

from datetime import date, datetime

from api.cases.queries import CaseFile
from api.forms.hazard_choices import NOT_YET
from api.hazards.schemas import (
    HazardDue,
    HazardList,
    HazardRecord,
    HazardScheme,
    SchemeBand,
    SchemeHazardRow,
)
from discharge.calendar import Nation
from discharge.cases.model import Hazard
from discharge.clocks import london_date
from discharge.sharing import may_send, sharing_facts
from housing_checks.evidence.rules import evidence_on
from housing_checks.hazards.duties import HazardClock, clocks_of, path_of
from housing_checks.hazards.gate import blocks
from housing_checks.hazards.nations import nation_told_since
from housing_checks.hazards.schemes import (
    HHSRS,
    RATINGS,
    Rating,
    rating_on,
    scheme_on,
    scheme_row,
    scheme_title,
)
from housing_checks.hazards.words import hazard_words


def hazard_list(found: CaseFile, now: datetime) -> HazardList:
    """The hazards that the reader sees; ``now`` is case time."""
    hazards = sorted(found.case.hazards.values(), key=lambda each: each.number)
    return HazardList(
        case_id=found.case.case_id,
        version=found.case.version,
        not_yet=not_yet(found),
        hazards=[hazard_record(found, each, now) for each in hazards],
    )


def not_yet(found: CaseFile) -> str | None:
    """Why nothing may be sent yet; None where it may, and for whoever is not told of the basis."""
    if not found.telling.holds("sharing") or not found.case.open_hazards:
        return None
    return None if may_send(sharing_facts(found.case), "landlord").allowed else NOT_YET


def hazard_record(found: CaseFile, hazard: Hazard, now: datetime) -> HazardRecord:
    """One hazard with all that follows from it."""
    path, rating = path_of(hazard), rating_of(hazard)
    return HazardRecord(
        hazard=hazard.key,
        words=hazard_words(hazard),
        hazard_code=hazard.code,
        uncertain=uncertain_words(hazard) or None,
        category=rating.category if rating else None,
        path=path.code,
        lead=path.lead,
        blocks=blocks(hazard),
        due=[_due(each, now) for each in clocks_of(hazard)],
        file_ids=[each.file_id for each in evidence_on(found.case, hazard.key) if each.removed_on is None],
        nation=hazard.nation if hazard.nation_known else "unknown",
        address_nation=nation_now(found, hazard, now),
        **hazard.model_dump(exclude={"number", "code", "nation"}),
    )


def nation_now(found: CaseFile, hazard: Hazard, now: datetime) -> Nation | None:
    """The nation that the address tells now, where the hazard counts by another; None for whoever does not
    see the address.
    """
    postcode = found.address.postcode if found.address is not None else None
    return nation_told_since(hazard, postcode, london_date(now))


def rating_of(hazard: Hazard) -> Rating | None:
    """What an inspection rated a hazard as."""
    return rating_on(hazard.band, hazard.inspected_on or hazard.found_on) if hazard.band else None


def uncertain_words(hazard: Hazard) -> str:
    """What has to be looked up before anybody relies on the hazard's heading or its rating."""
    rows = (scheme_row(hazard.code, hazard.scheme), rating_of(hazard))
    return " ".join(f"Uncertain. {row.note}." for row in rows if row is not None and row.uncertain)


def _due(clock: HazardClock, now: datetime) -> HazardDue:
    return HazardDue(
        duty=clock.duty.code,
        words=clock.duty.label,
        owner_role=clock.duty.owner_role,
        began_at=clock.began_at,
        due_at=clock.due_at,
        warns_at=clock.warns_at,
        done_on=clock.done_on,
        late=clock.late(now),
        limit=clock.clock.length.words,
        source=clock.duty.source,
    )


def scheme_json(on: date) -> HazardScheme:
    """The scheme for an inspection that begins on a day."""
    scheme = scheme_on(on)
    return HazardScheme(
        on=on,
        scheme=scheme,
        title=scheme_title(scheme),
        hazards=[
            SchemeHazardRow(
                code=row.code,
                words=row.label,
                group=row.group,
                number=row.number,
                merges=list(row.merges),
                uncertain=row.uncertain,
                note=row.note,
                source=row.source,
            )
            for row in HHSRS.in_force(on)
        ],
        ratings=[
            SchemeBand(
                code=row.code,
                words=row.label,
                category=row.category,
                from_score=row.from_score,
                uncertain=row.uncertain,
                note=row.note,
            )
            for row in RATINGS.in_force(on)
        ],
    )
