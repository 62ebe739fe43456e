"""What is said of danger on a case that was merged reaches whom the case that goes on names."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0078_danger_of_merged_cases.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0078_danger_of_merged_cases_down.sql")
