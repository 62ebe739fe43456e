"""The counted stays and lettings of a case, as rows: see `discharge.store.tables.counted`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from discharge.cases.model import Case
from discharge.delays.counted import count_stay, waits
from discharge.delays.spans import spans_of
from discharge.delays.stays import Stay, lettings_of, stays_of

Values = Mapping[str, Any]


def counted_stays(case: Case) -> list[Values]:
    """One row for each stay that has ended, or in which somebody waits."""
    return [_row(case, stay) for stay in stays_of(case) if stay.ended_on or waits(stay)]


def _row(case: Case, stay: Stay) -> Values:
    fields = ("number", "ended_on", "died", "outside", "back_after", "back_kind", "failed")
    own = {name: getattr(stay, name) for name in fields}
    return {"closed_on": case.closed_on, **own, **_counted(stay), **_spans(stay)}


def _counted(stay: Stay) -> Values:
    """The numbers of a stay that has ended."""
    fields = ("published", "true", "held", "without_reason", "attributed")
    if stay.ended_on is None:
        return {**dict.fromkeys(fields), "assumed": False}
    count = count_stay(stay, stay.ended_on)
    return {**{name: getattr(count, name) for name in fields}, "assumed": count.assumed}


def _spans(stay: Stay) -> Values:
    spans = spans_of(stay.periods, stay.reasons) if stay.ended_on is None else ()
    fields = ("from_on", "to_on", "code", "held", "published")
    return {f"span_{name.removesuffix('_on')}": [getattr(span, name) for span in spans] for name in fields}


def counted_lettings(case: Case) -> list[Values]:
    """One row for each home let."""
    return [
        {"number": number, "closed_on": case.closed_on, "started_on": let.started_on, "let_on": let.let_on}
        for number, let in enumerate(lettings_of(case))
    ]
