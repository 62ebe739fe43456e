"""People of the caller's organisation: who signs in, and keeping somebody out."""

from __future__ import annotations

from types import NoneType
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.looks.notes import who
from api.users.schemas import UserAccess, UserList, UserRecord
from api.web.depends import Caller, Ready
from api.web.paging import Paged
from api.web.principals import Principal
from api.web.request_keys import Keyed
from discharge.store import audit
from discharge.store.tables import User

router = APIRouter(prefix="/api/v1", tags=["users"])

_DISABLE = text("SELECT homeward_disable_user(:user_id, :disabled)")


@router.get("/users")
async def list_users(services: Ready, caller: Caller, page: Paged) -> UserList:
    """Everybody of the caller's organisation who ever signed in, by name."""
    caller.require("admin.people")
    async with services.begin(caller) as session:
        own = select(User).where(User.organisation_id == caller.organisation_id)
        ordered = own.order_by(User.display_name, User.id).offset(page.offset).limit(page.size + 1)
        rows, following = page.after((await session.scalars(ordered)).all())
        return UserList(users=[_user(row) for row in rows], next=following)


@router.post("/users/{user_id}/access")
async def set_user_access(
    user_id: UUID, body: UserAccess, services: Ready, caller: Caller, keyed: Keyed
) -> UserRecord:
    """Keep somebody out, or let them in again."""
    caller.require("admin.people")
    await keyed.once(services, NoneType, lambda session: _set(session, caller, user_id, body.disabled))
    async with services.begin(caller) as session:
        user = await session.get_one(User, user_id)
    services.forget_caller(user_id)
    return _user(user)


async def _set(session: AsyncSession, caller: Principal, user_id: UUID, disabled: bool) -> None:
    await session.execute(_DISABLE, {"user_id": user_id, "disabled": disabled})
    action = "disabled somebody" if disabled else "enabled somebody"
    await audit.note_write(session, who(caller), action, str(user_id))


def _user(row: User) -> UserRecord:
    return UserRecord(
        user_id=row.id,
        name=row.display_name,
        role=row.role,
        last_seen_at=row.last_seen_at,
        disabled_at=row.disabled_at,
    )
