"""The figures of the bed-days report, added up by PostgreSQL over the counted stays of each case.

One statement: it also notes whose stays were looked at, because the ids of some thousand cases need not come
here and go back. Cases that are not counted as this version counts are left out and read one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.looks.notes import purpose_of, who
from api.web.principals import Principal
from discharge.delays.counted import CountedStay
from discharge.delays.night_counts import DelayCount
from discharge.delays.spans import Span, count_spans
from discharge.delays.stays import Letting, Stay
from discharge.delays.tally import Finished, Tally, Waiting
from discharge.permissions import PERMISSIONS

_MINE = """
    (closed_on IS NULL OR closed_on >= :from_on) AND case_id <> ALL (CAST(:uncounted AS uuid[]))
    AND EXISTS (SELECT FROM case_participants AS part
                WHERE part.case_id = {table}.case_id AND part.organisation_id = :organisation_id
                  AND part.relation = ANY (CAST(:relations AS text[])) AND part.until_on IS NULL)
"""
_FIGURES = text(f"""
WITH ended AS MATERIALIZED (
    SELECT * FROM counted_stays
    WHERE ended_on BETWEEN :from_on AND :to_on AND {_MINE.format(table="counted_stays")}
), waiting AS MATERIALIZED (
    SELECT * FROM counted_stays WHERE ended_on IS NULL AND {_MINE.format(table="counted_stays")}
), let AS MATERIALIZED (
    SELECT * FROM counted_lettings
    WHERE let_on BETWEEN :from_on AND :to_on AND {_MINE.format(table="counted_lettings")}
), left_alive AS (
    SELECT * FROM ended WHERE NOT died
), nights AS MATERIALIZED (
    SELECT case_id, number, span.code, span.held, span.published,
           greatest(0, least(coalesce(span.to_on, :as_of), :as_of) - span.from_on) AS n
    FROM waiting, unnest(span_from, span_to, span_code, span_held, span_published)
        AS span (from_on, to_on, code, held, published)
), looked AS (
    INSERT INTO audit_reads
        (id, organisation_id, user_id, client_id, role, purpose, what, case_ids, person_ids)
    SELECT :look_id, :organisation_id, :user_id, :client_id, :role, :purpose, :what,
           array_agg(case_id), '{{}}'
    FROM (SELECT case_id FROM ended UNION SELECT case_id FROM waiting
          UNION SELECT case_id FROM let) AS seen
    HAVING count(*) > 0
)
SELECT 'stated' AS what, published::text AS key, count(*) AS n FROM left_alive
    WHERE NOT assumed GROUP BY published
UNION ALL SELECT 'held', held::text, count(*) FROM left_alive GROUP BY held
UNION ALL SELECT 'back', back_after::text, count(*) FROM left_alive
    WHERE back_after IS NOT NULL GROUP BY back_after
UNION ALL SELECT 'kinds', back_kind, count(*) FROM left_alive
    WHERE back_kind IS NOT NULL GROUP BY back_kind
UNION ALL SELECT 'attributed', code, sum(nights::int)
    FROM left_alive, jsonb_each_text(attributed) AS reason (code, nights) GROUP BY code
UNION ALL SELECT 'sums', sums.key, sums.n FROM (
    SELECT count(*) FILTER (WHERE assumed AND NOT died) AS assumed,
           sum("true") FILTER (WHERE NOT died) AS "true",
           sum(without_reason) FILTER (WHERE NOT died) AS without_reason,
           sum(outside) FILTER (WHERE NOT died) AS outside,
           count(*) FILTER (WHERE failed AND NOT died) AS failed,
           sum("true") FILTER (WHERE died) AS died_true
    FROM ended) AS summed,
    LATERAL (VALUES ('assumed', summed.assumed), ('true', summed."true"),
                    ('without_reason', summed.without_reason), ('outside', summed.outside),
                    ('failed', summed.failed), ('died_true', summed.died_true)) AS sums (key, n)
UNION ALL SELECT 'ages', age::text, count(*) FROM (
    SELECT coalesce(sum(n) FILTER (WHERE published), 0) AS age
    FROM nights GROUP BY case_id, number) AS stays GROUP BY age
UNION ALL SELECT 'waited', code, sum(n) FROM nights GROUP BY code
UNION ALL SELECT 'waited-held', NULL, sum(n) FROM nights WHERE held
UNION ALL SELECT 'lets', greatest(0, let_on - started_on)::text, count(*) FROM let GROUP BY 2
""")  # noqa: S608 - put together from what stands above

Row = tuple[str, str | None, int | None]


async def add_up(
    session: AsyncSession,
    caller: Principal,
    period: tuple[date, date, date],
    uncounted: Iterable[UUID],
    what: str,
) -> Tally:
    """The tally of stays and lettings of a period (first day, last day, today), of all cases but some.

    Whose stays they are is noted as one look.
    """
    values = {
        **_values(caller, period, uncounted),
        "look_id": uuid4(),
        "purpose": purpose_of(caller),
        "what": what,
        **vars(who(caller)),
    }
    return _tally([tuple(row) for row in await session.execute(_FIGURES, values)])


def _values(caller: Principal, period: tuple[date, date, date], uncounted: Iterable[UUID]) -> dict[str, Any]:
    action = PERMISSIONS["reports.read"]
    from_on, to_on, as_of = period
    return {
        "from_on": from_on,
        "to_on": to_on,
        "as_of": as_of,
        "uncounted": list(uncounted),
        "relations": sorted(action.relations) if caller.role in action.roles else [],
        "organisation_id": who(caller).organisation_id,
    }


_STAYS = text(f"""
SELECT counted_stays.* FROM counted_stays
WHERE (ended_on IS NULL OR ended_on BETWEEN :from_on AND :to_on) AND {_MINE.format(table="counted_stays")}
""")  # noqa: S608 - put together from what stands above
_LETTINGS = text(f"""
SELECT case_id, started_on, let_on FROM counted_lettings
WHERE let_on BETWEEN :from_on AND :to_on AND {_MINE.format(table="counted_lettings")}
""")  # noqa: S608 - put together from what stands above


async def each_stay(
    session: AsyncSession,
    caller: Principal,
    period: tuple[date, date, date],
    uncounted: Iterable[UUID],
) -> list[CountedStay]:
    """The stays that `add_up` adds up, each with its numbers; nothing else is said of them: no ward, no ready
    period.
    """
    rows = await session.execute(_STAYS, _values(caller, period, uncounted))
    return [_counted(row, period[2]) for row in rows.mappings()]


async def each_letting(
    session: AsyncSession,
    caller: Principal,
    period: tuple[date, date, date],
    uncounted: Iterable[UUID],
) -> list[Letting]:
    """The homes let that `add_up` adds up."""
    rows = await session.execute(_LETTINGS, _values(caller, period, uncounted))
    return [Letting(**row) for row in rows.mappings()]


_OF_STAY = ("case_id", "number", "ended_on", "died", "outside", "back_after", "back_kind", "failed")
_OF_COUNT = ("published", "true", "held", "without_reason", "attributed", "assumed")


def _counted(row: RowMapping, as_of: date) -> CountedStay:
    stay = Stay.model_construct(**{name: row[name] for name in _OF_STAY})
    if row["ended_on"] is None:
        return CountedStay.model_construct(stay=stay, count=count_spans(_spans(row), as_of))
    count = DelayCount.model_construct(**{name: row[name] for name in _OF_COUNT}, so_far=False)
    return CountedStay.model_construct(stay=stay, count=count)


def _spans(row: RowMapping) -> list[Span]:
    columns = (row[f"span_{name}"] for name in ("from", "to", "code", "held", "published"))
    return [
        Span(from_on=first, to_on=last, code=code, held=held, published=published)
        for first, last, code, held, published in zip(*columns, strict=True)
    ]


def _tally(rows: Sequence[Row]) -> Tally:
    found: dict[str, dict[str | None, int]] = {}
    for what, key, number in rows:
        found.setdefault(what, {})[key] = int(number or 0)
    waited = found.get("waited", {})
    finished = Finished(
        stated=_spread(found, "stated"),
        held=_spread(found, "held"),
        back=_spread(found, "back"),
        kinds=_by_code(found.get("kinds", {})),
        attributed=_by_code(found.get("attributed", {})),
        **{str(key): number for key, number in found.get("sums", {}).items()},
    )
    waiting = Waiting(
        ages=_spread(found, "ages"),
        attributed=_by_code(waited),
        true=sum(waited.values()),
        held=sum(found.get("waited-held", {}).values()),
        without_reason=waited.get(None, 0),
    )
    return Tally(finished, waiting, _spread(found, "lets"))


def _spread(found: Mapping[str, Mapping[str | None, int]], what: str) -> Counter[int]:
    return Counter({int(key or 0): number for key, number in found.get(what, {}).items()})


def _by_code(found: Mapping[str | None, int]) -> Counter[str]:
    """Nights by code; one that has none of them does not appear."""
    return Counter({code: number for code, number in found.items() if code is not None and number})
