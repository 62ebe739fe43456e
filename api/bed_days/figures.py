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

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.looks.notes import purpose_of, who
from api.web.principals import Principal
from discharge.delays.tally import Finished, Tally, Waiting
from discharge.permissions import PERMISSIONS

_FORMER = """
former AS MATERIALIZED (
    SELECT part.case_id FROM case_participants AS part
    WHERE part.organisation_id = :organisation_id AND part.until_on > (SELECT homeward_today())
      AND NOT EXISTS (SELECT FROM case_participants AS lasting
                      WHERE lasting.case_id = part.case_id AND lasting.organisation_id = :organisation_id
                        AND lasting.relation = ANY (CAST(:relations AS text[])) AND lasting.until_on IS NULL)
)
"""
"""Cases that the caller's organisation still leads, but only until a day that is known already. The wall of
the counted stays shows the cases that it leads, these among them; nothing else is asked of each case.
"""
_MINE = """
    CAST(:reports AS boolean) AND case_id <> ALL (CAST(:uncounted AS uuid[]))
    AND case_id NOT IN (SELECT case_id FROM former)
"""
_NUMBERS = """
    case_id, number, ended_on, died, outside, back_after, back_kind, failed, published, "true", held,
    without_reason, attributed, assumed
"""
_SPANS = "span_from, span_to, span_code, span_held, span_published"
_NIGHTS = """
spans AS (
    SELECT case_id, number, unnest(span_from) AS from_on, unnest(span_to) AS to_on, unnest(span_code) AS code,
           unnest(span_held) AS held, unnest(span_published) AS published
    FROM waiting
), nights AS MATERIALIZED (
    SELECT case_id, number, code, held, published,
           greatest(0, least(coalesce(to_on, :as_of), :as_of) - from_on) AS n
    FROM spans
)
"""
"""Of those who wait (`waiting`): the nights of each run of theirs, up to today."""
_FIGURES = text(f"""
WITH {_FORMER}, seen AS MATERIALIZED (
    SELECT {_NUMBERS}, {_SPANS} FROM counted_stays
    WHERE (ended_on IS NULL AND closed_on IS NULL OR ended_on BETWEEN :from_on AND :to_on) AND {_MINE}
), ended AS (
    SELECT * FROM seen WHERE ended_on IS NOT NULL
), waiting AS (
    SELECT * FROM seen WHERE ended_on IS NULL
), let AS MATERIALIZED (
    SELECT case_id, started_on, let_on FROM counted_lettings
    WHERE let_on BETWEEN :from_on AND :to_on AND {_MINE}
), left_alive AS (
    SELECT * FROM ended WHERE NOT died
), {_NIGHTS}, looked AS (
    INSERT INTO audit_reads
        (id, organisation_id, user_id, client_id, role, purpose, what, case_ids, person_ids)
    SELECT :look_id, :organisation_id, :user_id, :client_id, :role, :purpose, :what,
           array_agg(case_id), '{{}}'
    FROM (SELECT case_id FROM seen UNION SELECT case_id FROM let) AS behind
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
        "relations": sorted(action.relations),
        "reports": caller.role in action.roles,
        "organisation_id": who(caller).organisation_id,
    }


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
