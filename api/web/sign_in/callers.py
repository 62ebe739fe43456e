"""From what a token or a sign-in vouches for to a caller we know: its organisation, and its user."""

from __future__ import annotations

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.web.principals import How, Identity, Principal
from discharge.errors import HomewardError
from discharge.roles import ROLES
from discharge.store.engine import set_tenant
from discharge.store.tables import Organisation, User


async def known_caller(session: AsyncSession, identity: Identity, how: How) -> Principal:
    """The caller with organisation and user id; the user is made, or refreshed from what was vouched for.

    Raises not-signed-in for a role or an organisation that does not exist here.
    """
    organisation = await session.scalar(
        select(Organisation).where(Organisation.code == identity.organisation)
    )
    if organisation is None or identity.role not in ROLES:
        raise HomewardError("not-signed-in", detail="role or organisation")
    await set_tenant(session, organisation.id)
    user = await note_user(session, identity)
    return Principal(
        issuer=identity.issuer,
        subject=identity.subject,
        name=identity.name,
        role=identity.role,
        organisation_id=organisation.id,
        organisation_code=organisation.code,
        organisation_name=organisation.name,
        user_id=user.id,
        team_id=user.team_id,
        how=how,
    )


_NOTE_USER = text("SELECT * FROM homeward_note_user(:issuer, :subject, :name, :role)")


async def note_user(session: AsyncSession, identity: Identity) -> User:
    """Keep who signed in, as vouched for now; the transaction's tenant is their organisation.

    Raises not-signed-in for somebody who is disabled. Where role or organisation changed, sessions end.
    """
    vouched = {
        "issuer": identity.issuer,
        "subject": identity.subject,
        "name": identity.name,
        "role": identity.role,
    }
    user: User = (await session.scalars(select(User).from_statement(_NOTE_USER), vouched)).one()
    return user
