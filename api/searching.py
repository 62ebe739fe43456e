"""From what somebody typed to find messages to which messages are meant; the same for page, interface and
replay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.principals import Principal
from api.reading.messages import feed_of, people_meant, persons_of_case
from discharge.errors import HomewardError
from fhir_adapters.store.finding import Wanted, kind_of

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Search:
    """What was typed; every part of it stands in the address. Times are machine time, London where they do
    not say.
    """

    state: str = ""
    who: str = ""
    text: str = ""
    feed: str = ""
    since: str = ""
    until: str = ""
    code: str = ""
    reason: str | None = None
    case: str = ""
    id: str = ""
    only: str = ""
    unmapped: str = ""

    @property
    def query(self) -> dict[str, str]:
        """What is not empty, by name."""
        return {name: value for name, value in vars(self).items() if value not in ("", None)}

    def href(self, **more: str) -> str:
        """The address of the list."""
        kept = self.query | {name: value for name, value in more.items() if value}
        return f"/messages?{urlencode(kept)}" if kept else "/messages"

    @property
    def narrowed(self) -> bool:
        """Whether more than a state was asked for."""
        return bool(self.query.keys() - {"state"})


def search_of(typed: Mapping[str, object]) -> Search:
    """The search among the fields of an address or a form."""
    given = {name: str(typed[name]).strip() for name in Search.__dataclass_fields__ if name in typed}
    return Search(**given)


async def wanted_by(session: AsyncSession, caller: Principal, search: Search) -> Wanted:
    """Which messages a search means. Raises invalid-body naming the field, or not-found."""
    return Wanted(
        **kind_of(search.text),
        ids=(_id(search.id, "id"),) if search.id else (),
        state=search.state,
        code=search.code,
        reason=search.reason,
        feed_id=await feed_of(session, search.feed),
        since=_instant(search.since, "since"),
        until=_instant(search.until, "until"),
        unmapped=_id(search.unmapped, "unmapped") if search.unmapped else None,
        repeated_id=search.only == "repeated-id",
        people=await people_meant(session, caller, search.who),
        case_persons=await persons_of_case(session, _id(search.case, "case")) if search.case else (),
    )


def _id(text: str, where: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise HomewardError("invalid-body", where=where) from None


def _instant(text: str, where: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "T", 1))
    except ValueError:
        raise HomewardError("invalid-body", where=where) from None
    return found if found.tzinfo else found.replace(tzinfo=LONDON)
