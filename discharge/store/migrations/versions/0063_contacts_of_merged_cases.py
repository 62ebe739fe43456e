"""Whom to call follows a case that ends as merged."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0063_contacts_of_merged_cases.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0063_contacts_of_merged_cases_down.sql")
