"""Which relations an organisation has to cases is asked with each list that it opens."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0039_relations_held.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0039_relations_held_down.sql")
