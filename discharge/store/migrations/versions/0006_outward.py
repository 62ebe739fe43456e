"""Partners that take HL7 v2: how they are reached, and what was sent to them."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0006_outward.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0006_outward_down.sql")
