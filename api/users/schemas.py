"""Users, who may know a ward, and who was hidden, as interfaces give them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from api.web.schemas import Schema


class UserRecord(Schema):
    """Somebody who signed in."""

    user_id: UUID
    name: str
    role: str
    last_seen_at: datetime
    disabled_at: datetime | None


class UserList(Schema):
    """Everybody of the caller's organisation who ever signed in, by name."""

    users: list[UserRecord]
    next: str | None


class UserAccess(BaseModel):
    """Whether somebody is kept out; it ends their sessions, and their tokens are refused within a minute."""

    disabled: bool
