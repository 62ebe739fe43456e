"""PostgreSQL's wall around what a referral says of whom to call, until its case answers."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import CommandRow, ReferralRequestRow
from fhir_adapters.store.tables import Feed, InboxRow
from tests.api.conftest import Door
from tests.api.fhir.test_whom_to_call import made_only, refer, rows

ROW = (
    "INSERT INTO referral_contacts (id, organisation_id, inbox_id, command_id, said, stated_at)"
    " VALUES (gen_random_uuid(), :organisation, :inbox, :command, '{}', now())"
)


async def as_organisation(own_id: UUID, api: AsyncEngine, statement: str, values: dict[str, UUID]) -> None:
    """What the interface does in an organisation's name."""
    async with transaction(api) as session:
        own = {"own": str(own_id)}
        await session.execute(text("SELECT set_config('homeward.organisation_id', :own, true)"), own)
        await session.execute(text(statement), values)


@pytest.mark.parametrize("whose", ["organisation", "command", "inbox"])
async def test_given_another_organisations_referral_or_message_when_contacts_are_laid_beside_it_then_no(
    door: Door, api: AsyncEngine, whose: str
) -> None:
    await door.admitted()
    await made_only(door)
    [command] = await rows(door, CommandRow)
    [message] = await rows(door, InboxRow)
    async with transaction(door.worker) as session:
        await session.execute(text("DELETE FROM referral_contacts"))
        if whose == "command":
            await session.execute(update(CommandRow).values(organisation_id=door.places.stranger))
        if whose == "inbox":
            await session.execute(update(InboxRow).values(organisation_id=door.places.stranger))
    values = {
        "organisation": door.places.stranger if whose == "organisation" else door.places.trust,
        "inbox": message.id,
        "command": command.id,
    }
    with pytest.raises(DBAPIError, match="row-level security"):
        await as_organisation(door.places.trust, api, ROW, values)


@pytest.mark.parametrize("state", ["waiting", "declined"])
async def test_given_a_request_when_contacts_are_laid_beside_it_then_only_by_its_sender_while_it_waits(
    door: Door, api: AsyncEngine, state: str
) -> None:
    """Also not by whoever may accept it."""
    await refer(door, organisation="STRANGER")
    [request_row] = await rows(door, ReferralRequestRow)
    sender, other = door.places.stranger, door.places.housing
    async with transaction(door.worker) as session:
        await session.execute(text("DELETE FROM referral_contacts"))
        await session.execute(update(ReferralRequestRow).values(state=state))
        [message] = await session.scalars(select(InboxRow))
        feed = Feed(code="HOUSING-FHIR", organisation_id=other, protocol="fhir")
        session.add(feed)
        await session.flush()
        theirs = InboxRow(
            feed_id=feed.id, organisation_id=other, message_id="m", sha256="s", content_type="json", size=0
        )
        session.add(theirs)
    of_request = ROW.replace("command_id", "request_id")

    async def laid(by: UUID, inbox_id: UUID) -> None:
        values = {"organisation": by, "inbox": inbox_id, "command": request_row.id}
        await as_organisation(by, api, of_request, values)

    with pytest.raises(DBAPIError, match="row-level security"):
        await laid(other, theirs.id)
    if state == "waiting":
        await laid(sender, message.id)
    else:
        with pytest.raises(DBAPIError, match="row-level security"):
            await laid(sender, message.id)


async def test_given_contacts_that_wait_when_their_sender_looks_then_it_reads_nothing(
    door: Door, api: AsyncEngine
) -> None:
    await door.admitted()
    await made_only(door)
    with pytest.raises(DBAPIError, match="permission denied"):
        await as_organisation(door.places.trust, api, "SELECT * FROM referral_contacts", {})
