"""The texts of feed profiles that were in force."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0012_profiles_in_force.sql")


def downgrade() -> None:
    op.execute("DROP TABLE profile_texts")
