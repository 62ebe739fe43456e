"""The texts of feed profiles that were in force: kept by the worker, recalled beside a broken file."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import LargeBinary, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from discharge.errors import HomewardError
from discharge.store.base import Base
from discharge.store.engine import transaction
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.feeds.profile_watch import LOOK_SECONDS, Good, WatchedBook

log = logging.getLogger("homeward.profiles")


class ProfileTextRow(Base):
    """One text of a profile's file, byte for byte; a message's reading names it by the beginning of its hash.

    ``taken_at`` is when it last came into force, machine time.
    """

    __tablename__ = "profile_texts"

    file: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[int]
    effective_from: Mapped[date]
    text: Mapped[bytes] = mapped_column(LargeBinary)
    first_taken_at: Mapped[datetime] = mapped_column(server_default=func.now())
    taken_at: Mapped[datetime] = mapped_column(server_default=func.now())


async def remember(session: AsyncSession, good: Mapping[str, Good[Profile]]) -> None:
    """Keep the texts that are in force."""
    for file, each in sorted(good.items()):
        row = insert(ProfileTextRow).values(
            file=file,
            sha256=each.held.sha256,
            name=each.held.name,
            version=each.held.version,
            effective_from=each.held.effective_from,
            text=each.raw,
        )
        again = {"taken_at": func.now()}
        await session.execute(row.on_conflict_do_update(index_elements=["file", "sha256"], set_=again))


async def last_good(session: AsyncSession) -> dict[str, bytes]:
    """The text of each file that was last in force."""
    return {row.file: row.text for row in await session.execute(_newest(ProfileTextRow.text))}


async def taken_texts(session: AsyncSession) -> dict[str, str]:
    """The SHA-256 of the text of each file that the worker has taken last."""
    return {row.file: row.sha256 for row in await session.execute(_newest(ProfileTextRow.sha256))}


def _newest(what: InstrumentedAttribute[Any]) -> Select[Any]:
    newest = (ProfileTextRow.file, ProfileTextRow.taken_at.desc())
    return select(ProfileTextRow.file, what).ext(distinct_on(ProfileTextRow.file)).order_by(*newest)


async def follow(engine: AsyncEngine, book: WatchedBook) -> bool:
    """One look at the files; whether something was taken. What is broken and was never good in this process
    is recalled. Raises Unavailable.
    """
    taken = await asyncio.to_thread(book.look)
    if book.lacking:
        async with transaction(engine) as session:
            book.recall(await last_good(session))
    return taken


async def keep_following(engine: AsyncEngine, book: WatchedBook) -> None:
    """Look for ever; without the database files are followed all the same."""
    while True:
        try:
            await follow(engine, book)
        except HomewardError as error:
            log.warning("profiles not recalled: %s", error.code)
        await asyncio.sleep(LOOK_SECONDS)
