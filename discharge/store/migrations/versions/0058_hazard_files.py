"""Photos and documents of a hazard, for the landlord and the council that are asked about it."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0058_hazard_files.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0058_hazard_files_down.sql")
