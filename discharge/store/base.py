"""The declarative base that every floor's tables share, and the column shapes they have in common."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from sqlalchemy import Date, DateTime, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PgUuid  # noqa: N811
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

JsonObject = dict[str, Any]

UuidKey = Annotated[UUID, mapped_column(PgUuid(as_uuid=True), primary_key=True, default=uuid4)]


class Base(DeclarativeBase):
    """Every table of the record; constraint names are fixed so that a violation can be named."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a class attribute
        UUID: PgUuid(as_uuid=True),
        datetime: DateTime(timezone=True),
        date: Date(),
        JsonObject: JSONB(),
        str: Text(),
    }


def core_table(model: type[Base]) -> Table:
    """The table of a model, for statements that need nothing of what the model is to a session."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - a model of ours is a table
    return table
