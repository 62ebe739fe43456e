"""Whether somebody's location is hidden, from everything that feeds said of it (ZU8-4, PV1-16).

Each organisation speaks for itself: one that hides is not overruled by another that does not. Within an
organisation what was stated last counts. A person who was hidden when their record was merged stays hidden
until their organisation lifts it after the merge.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from fhir_adapters.hl7v2.facts import BEGINNING


class Statement(NamedTuple):
    """One organisation hides or lifts, of one record, at a time; `tie` orders what was stated at once."""

    organisation_id: UUID
    person_id: UUID
    at: datetime | None
    tie: str
    hidden: bool


def whether_hidden(statements: Iterable[Statement], merged_at: Mapping[UUID, datetime]) -> bool | None:
    """True while any organisation hides; None when nobody said anything.

    `merged_at` names the retired records and when each became part of this person.
    """
    said = sorted(statements, key=lambda one: (one.at or BEGINNING, one.tie))
    last_of_record = {(one.organisation_id, one.person_id): one for one in said}
    carried = [
        one._replace(at=max(merged_at[one.person_id], one.at or BEGINNING))
        for one in last_of_record.values()
        if one.hidden and one.person_id in merged_at
    ]
    in_order = sorted((*said, *carried), key=lambda one: (one.at or BEGINNING, one.hidden))
    last = {one.organisation_id: one.hidden for one in in_order}
    return any(last.values()) if last else None
