"""A home is held by an offer, reserved by acceptance and let; a let gives the person an address."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0019_property_holds.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0019_property_holds_down.sql")
