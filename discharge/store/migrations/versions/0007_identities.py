"""Who is who over time: former NHS numbers, merges that can be undone, and pairs that may be one person."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0007_identities.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0007_identities_down.sql")
