"""`homeward shadow`: compares a trust's own list with what is held, and shows how far the two agree."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.options import DEFAULT_DATA, AsJson, CannotGoOn, Data, PortOffset, plainly

if TYPE_CHECKING:
    from discharge.reference.files import DataInvalid
    from fhir_adapters.shadow.list_mapping import ListMapping
    from fhir_adapters.store.tables import ShadowListRow


@plainly
def shadow(
    file: Annotated[Path, typer.Argument(help="The trust's own list, a CSV file with a heading.")],
    feed: Annotated[str, typer.Option(help="The feed that the list is compared with.")],
    mapping: Annotated[
        str,
        typer.Option(
            help="The mapping of the list; the default is the mapping with the feed's name, or standard."
        ),
    ] = "",
    listed_at: Annotated[
        datetime | None, typer.Option(help="When the list was made, local time; the default is now.")
    ] = None,
    data: Data = DEFAULT_DATA,
    port_offset: PortOffset = None,
    as_json: AsJson = False,
) -> None:
    """Compare a list, whole or not at all; report every fault with its line. No case is changed."""
    import asyncio
    import json

    from deploy.cli.stack_access import database_url
    from deploy.settings import Settings
    from fhir_adapters.listed import ListInvalid
    from fhir_adapters.shadow.list_mapping import mapping_for, mappings_with

    try:
        raw = file.read_bytes()
        chosen = mapping_for(mappings_with(Settings().shadow_mappings), mapping, feed)
        if chosen is None:
            raise CannotGoOn(f"No mapping is called {mapping}.")
        url = database_url(data, port_offset)
        kept, causes = asyncio.run(_compare(url, feed, raw, chosen, listed_at))
    except OSError as error:
        raise CannotGoOn(f"{file} cannot be read ({error.strerror}).") from None
    except (ListInvalid, DataInvalid) as invalid:
        raise CannotGoOn(str(invalid)) from None
    typer.echo(json.dumps(_figures(kept, causes)) if as_json else _words(kept, causes))


async def _compare(
    url: str, feed: str, raw: bytes, mapping: ListMapping, listed_at: datetime | None
) -> tuple[ShadowListRow, dict[str, int]]:
    from datetime import UTC

    from sqlalchemy import func, select

    from discharge.clocks import LONDON
    from discharge.errors import HomewardError
    from discharge.store.driver import AT_LENGTH
    from discharge.store.engine import make_engine, transaction
    from fhir_adapters.hl7v2.store.inbox import PostgresInbox
    from fhir_adapters.shadow.store.compared_lists import Given, take_list
    from fhir_adapters.store.tables import Feed, ShadowDifferenceRow

    engine = make_engine(url, times=AT_LENGTH)
    try:
        clock = await PostgresInbox(engine).clock()
        at = listed_at.replace(tzinfo=LONDON) if listed_at else clock.case_time(datetime.now(UTC))
        async with transaction(engine) as session:
            owner = await session.scalar(select(Feed.organisation_id).where(Feed.code == feed))
            if owner is None:
                raise HomewardError("not-found", where="feed")
            kept = await take_list(session, owner, feed, Given(raw, at, mapping))
            counted = await session.execute(
                select(ShadowDifferenceRow.cause, func.count())
                .where(ShadowDifferenceRow.list_id == kept.id)
                .group_by(ShadowDifferenceRow.cause)
            )
            causes: dict[str, int] = dict(counted.all())
            session.expunge_all()
        return kept, causes
    finally:
        await engine.dispose()


def _figures(kept: ShadowListRow, causes: dict[str, int]) -> dict[str, object]:
    return {
        "id": str(kept.id),
        "day": kept.day.isoformat(),
        "listed": kept.listed,
        "held": kept.held,
        "on_both": kept.on_both,
        "agreeing": kept.agreeing,
        "agreement": kept.rate,
        "differences": kept.fields,
        "causes": causes,
    }


def _words(kept: ShadowListRow, causes: dict[str, int]) -> str:
    from fhir_adapters.shadow.causes import BY_CODE

    rate = "nobody to compare" if kept.rate is None else f"{kept.rate:.1%} agree in everything"
    lines = [
        f"{kept.day}: {rate} ({kept.agreeing} of {kept.people} people)",
        f"  {kept.listed} on their list, {kept.held} in a bed here, {kept.on_both} on both",
    ]
    lines += [f"  {count:6}  {BY_CODE[code].words}" for code, count in sorted(causes.items())]
    return "\n".join(lines)
