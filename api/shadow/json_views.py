"""Lists that trusts keep, compared with ours, as JSON."""

from __future__ import annotations

from api.shadow.queries import Day
from api.shadow.schemas import ShadowDifference, ShadowList
from fhir_adapters.store.tables import ShadowDifferenceRow


def day_json(each: Day) -> ShadowList:
    """A day for programs."""
    row = each.row
    return ShadowList(
        id=row.id,
        feed=each.feed,
        day=row.day,
        listed_at=row.listed_at,
        feed_heard_at=row.heard_at,
        mapping=row.mapping,
        sha256=row.sha256,
        listed=row.listed,
        held=row.held,
        on_both=row.on_both,
        agreeing=row.agreeing,
        agreement=row.rate,
        differences=row.fields,
    )


def difference_json(each: ShadowDifferenceRow) -> ShadowDifference:
    """A difference for programs: numbers and codes, no names."""
    return ShadowDifference(
        kind=each.kind,
        column=each.column or None,
        cause=each.cause,
        theirs=each.theirs,
        ours=each.ours,
        line=each.line,
        nhs_number=each.nhs_number or None,
        hospital_number=each.hospital_number or None,
        case_id=each.case_id,
        message_id=each.inbox_id,
        said_at=each.said_at,
        received_at=each.received_at,
    )
