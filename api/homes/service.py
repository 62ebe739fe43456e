"""Homes on the list: added, changed and withdrawn by their landlord or by the service that houses people.

PostgreSQL asks again whose home it is. Every change is audited: who, when, and which fields.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.homes import queries
from api.homes.queries import Home
from api.looks.notes import who
from api.web.principals import Principal
from discharge.cases.plausible_days import require_plausible
from discharge.codes.casework import PROPERTY_WITHDRAWAL_REASONS
from discharge.errors import HomewardError
from discharge.store import audit
from discharge.store.tables import Organisation
from housing_checks.store.tables import PropertyRow
from housing_checks.strands.rehousing.model import HomeAttributes

EDIT = "properties.edit"
OWN_STATUS = ("void", "notice-given", "under-repair")
"""How a landlord says that a home stands; let and withdrawn follow from what happens to it here."""

BESIDE_THEM = frozenset({"property_id", "landlord_id", "ready_on"})
"""What the list gives with a home's attributes and holds beside them: sent back, it says nothing."""

COLUMNS = ("reference", "address", "postcode", "ready_on", "attributes")


class HomeAsked(BaseModel):
    """A home as somebody writes it down. `attributes` are those that a listed home shows; money in pence a
    week, widths in millimetres, floor 0 the ground floor.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reference: str = Field(min_length=1, max_length=40)
    address: str = Field(min_length=3, max_length=200)
    postcode: str = Field(min_length=5, max_length=10)
    ready_on: date
    attributes: HomeAttributes

    @field_validator("attributes", mode="before")
    @classmethod
    def _own(cls, sent: Any) -> Any:
        if not isinstance(sent, dict):
            return sent
        return {name: value for name, value in sent.items() if name not in BESIDE_THEM}


class NewHome(HomeAsked):
    """A home that is not on the list yet; a landlord need not say whose it is."""

    landlord_id: UUID | None = None


class ChangedHome(HomeAsked):
    """A home as it is to be. `seen_at` is when it had been changed last, as far as whoever asks knew."""

    seen_at: datetime | None = None


async def add(session: AsyncSession, caller: Principal, asked: NewHome) -> UUID:
    """Put a home on the list. Raises role-not-allowed, invalid-body, date-implausible and property-known."""
    caller.require(EDIT)
    landlord_id = asked.landlord_id or caller.organisation_id
    await _require_mine(session, landlord_id)
    if await session.get(Organisation, landlord_id) is None:
        raise HomewardError("invalid-body", detail="organisation not known", where="landlord_id")
    await _require_plausible(session, asked)
    home_id = uuid4()
    row = insert(PropertyRow).values(id=home_id, landlord_id=landlord_id, **_values(asked))
    made = await session.scalar(row.on_conflict_do_nothing().returning(PropertyRow.id))
    if made is None:
        raise HomewardError("property-known", where="reference")
    await _note(session, caller, "add", home_id)
    return home_id


async def change(session: AsyncSession, caller: Principal, home_id: UUID, asked: ChangedHome) -> None:
    """Change a home. Raises not-found, role-not-allowed, invalid-body, date-implausible, property-changed,
    property-withdrawn and property-known.
    """
    caller.require(EDIT)
    found = await queries.home(session, home_id)
    await _require_mine(session, found.row.landlord_id)
    _require_as_seen(found, asked)
    await _require_plausible(session, asked)
    values = _values(asked)
    changed = sorted(_differences(found.row, values))
    if not changed:
        return
    await _require_reference_free(session, found.row, asked.reference)
    await session.execute(
        update(PropertyRow).where(PropertyRow.id == home_id).values(**values, changed_at=func.now())
    )
    await _note(session, caller, "change", home_id, {"changed": changed})


async def withdraw(session: AsyncSession, caller: Principal, home_id: UUID, because: str, today: date) -> str:
    """Take a home off the list; whoever it was held for loses it, and their case is told.

    Returns how it was held: free, offered or accepted. Raises not-found, role-not-allowed, already-done and
    property-already-let.
    """
    caller.require(EDIT)
    PROPERTY_WITHDRAWAL_REASONS.lookup(because, today, "because")
    asked = select(func.homeward_withdraw_property(home_id, because, caller.role))
    held: str = (await session.execute(asked)).scalar_one()
    await _note(session, caller, "withdraw", home_id, {"because": because, "was": held})
    return held


def _require_as_seen(found: Home, asked: ChangedHome) -> None:
    if found.row.withdrawn_on is not None:
        raise HomewardError("property-withdrawn", where="property")
    if asked.seen_at is not None and asked.seen_at != found.row.changed_at:
        raise HomewardError("property-changed", where="seen_at")


async def is_mine(session: AsyncSession, landlord_id: UUID) -> bool:
    """Whether homes of this landlord are the caller's to change."""
    return bool(await session.scalar(select(func.homeward_may_edit_homes_of(landlord_id))))


async def _require_mine(session: AsyncSession, landlord_id: UUID) -> None:
    if not await is_mine(session, landlord_id):
        raise HomewardError("role-not-allowed", detail=EDIT)


async def _require_plausible(session: AsyncSession, asked: HomeAsked) -> None:
    today: date = (await session.execute(select(func.homeward_today()))).scalar_one()
    require_plausible(today, {"ready_on": asked.ready_on})


async def _require_reference_free(session: AsyncSession, row: PropertyRow, reference: str) -> None:
    same = select(PropertyRow.id).where(
        PropertyRow.landlord_id == row.landlord_id,
        PropertyRow.reference == reference,
        PropertyRow.id != row.id,
    )
    if await session.scalar(same) is not None:
        raise HomewardError("property-known", where="reference")


def _values(asked: HomeAsked) -> dict[str, Any]:
    """What is kept of a home. Raises invalid-body for a status that only its lettings give it."""
    if asked.attributes.status not in OWN_STATUS:
        raise HomewardError(
            "invalid-body", detail="say void, notice-given or under-repair", where="attributes.status"
        )
    return {
        "reference": asked.reference,
        "address": asked.address,
        "postcode": asked.postcode.upper(),
        "ready_on": asked.ready_on,
        "attributes": asked.attributes.model_dump(mode="json"),
    }


def _differences(row: PropertyRow, values: dict[str, Any]) -> set[str]:
    """The names of what changes, attribute by attribute."""
    held, asked = row.attributes, values["attributes"]
    attributes = {name for name in {*held, *asked} if held.get(name) != asked.get(name)}
    return attributes | {name for name in COLUMNS[:-1] if getattr(row, name) != values[name]}


Action = Literal["add", "change", "withdraw"]


async def _note(
    session: AsyncSession,
    caller: Principal,
    action: Action,
    home_id: UUID,
    detail: dict[str, Any] | None = None,
) -> None:
    await audit.note_write(
        session, who(caller), f"property {action}", queries.subject(home_id), detail=detail
    )
