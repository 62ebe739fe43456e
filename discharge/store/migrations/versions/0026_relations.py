"""Which rows of a case exist for an organisation follows from what it is to the case."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0026_relations.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0026_relations_down.sql")
