"""Which address is somebody's home today: of several the one in force, in whatever order they came."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Date, Select, literal_column, or_, select

from discharge.store.tables import PersonAddress

TODAY = literal_column(
    "(coalesce((SELECT case_origin + (now() - origin) * factor FROM case_clock), now())"
    " AT TIME ZONE 'Europe/London')::date",
    Date,
)
"""The London day of case time, as PostgreSQL knows it."""


def home_of(person_id: UUID) -> Select[PersonAddress]:
    """The person's home in force today, one row or none; of several the one they moved to last."""
    return (
        select(PersonAddress)
        .where(
            PersonAddress.person_id == person_id,
            PersonAddress.kind == "home",
            or_(PersonAddress.from_on.is_(None), PersonAddress.from_on <= TODAY),
            or_(PersonAddress.until_on.is_(None), PersonAddress.until_on >= TODAY),
        )
        .order_by(
            PersonAddress.from_on.desc().nulls_last(),
            PersonAddress.until_on.desc().nulls_first(),
            PersonAddress.id,
        )
        .limit(1)
    )
