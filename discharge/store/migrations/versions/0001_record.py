"""The record: tables of all floors, immutable histories, three roles, and the walls between organisations."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FILES = ("roles", "tables", "tables_above", "histories", "walls", "doors", "grants")


def upgrade() -> None:
    run_sql(op.get_bind(), *(f"0001_{name}.sql" for name in FILES))


def downgrade() -> None:
    run_sql(op.get_bind(), "0001_down.sql")
