"""From what somebody typed to find messages to which messages are meant; the same for page, interface and
replay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.messages.queries import feed_of, people_meant, people_of_case, people_of_message
from api.messages.word_search import messages_that_say
from api.web.page.tags import MESSAGE_STATES
from api.web.parameters import one_of
from api.web.principals import Principal
from discharge.errors import HomewardError
from fhir_adapters.store.message_search import CAME, NEEDS_SOMEBODY, MessageQuery, People, kind_of

LONDON = ZoneInfo("Europe/London")
NOBODY = UUID(int=0)
"""The id that no message has."""


@dataclass(frozen=True)
class Search:
    """What was typed; every part of it stands in the address. Times are machine time, London where they do
    not say.
    """

    state: str = ""
    who: str = ""
    text: str = ""
    words: str = ""
    ward: str = ""
    feed: str = ""
    since: str = ""
    until: str = ""
    code: str = ""
    reason: str | None = None
    case: str = ""
    about: str = ""
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


async def wanted_by(session: AsyncSession, caller: Principal, search: Search) -> MessageQuery:
    """Which messages a search means. Raises invalid-body or ParametersRefused by field, or not-found."""
    one_of("state", search.state, (*MESSAGE_STATES, NEEDS_SOMEBODY))
    wanted = await _wanted(session, caller, search)
    if not search.words:
        return wanted
    found = await messages_that_say(session, caller, wanted, search.words)
    return wanted.model_copy(update={"ids": found or (NOBODY,)})


async def _wanted(session: AsyncSession, caller: Principal, search: Search) -> MessageQuery:
    return MessageQuery(
        **kind_of(search.text),
        ids=(_id(search.id, "id"),) if search.id else (),
        state=search.state,
        code=search.code,
        reason=search.reason,
        feed_id=await feed_of(session, search.feed),
        since=_instant(search.since, "since"),
        until=_instant(search.until, "until"),
        unmapped=_id(search.unmapped, "unmapped") if search.unmapped else None,
        came=_one_of(search.only, ("", *CAME), "only"),
        ward=search.ward,
        people=await _people(session, caller, search),
    )


async def _people(session: AsyncSession, caller: Principal, search: Search) -> People | None:
    if search.about:
        return await people_of_message(session, _id(search.about, "about"))
    if search.case:
        return await people_of_case(session, _id(search.case, "case"))
    return await people_meant(session, caller, search.who)


def _one_of(text: str, choices: tuple[str, ...], where: str) -> Any:
    if text not in choices:
        raise HomewardError("invalid-body", where=where)
    return text


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
