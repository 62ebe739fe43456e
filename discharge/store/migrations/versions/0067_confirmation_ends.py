"""Checks that say *confirmed* of safety have an index; workers are called when a confirmation ends."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import index_concurrently, run_sql

revision = "0067"
down_revision = "0064"
branch_labels = None
depends_on = None

SAID = "(id) WHERE closed_on IS NULL AND (snapshot #>> '{check,answers,safety-confirmed}') = 'confirmed'"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        index_concurrently(op.get_bind(), "cases", "ix_cases_said_safe", SAID)
    run_sql(op.get_bind(), "0067_confirmation_ends.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0067_confirmation_ends_down.sql")
