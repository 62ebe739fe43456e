"""A landlord, and a council's environmental health, add photos and documents to their own hazard."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0068_work_shown.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0068_work_shown_down.sql")
