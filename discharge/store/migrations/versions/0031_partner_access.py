"""How a partner's connection is encrypted, and how we sign in there."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0031_partner_access.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0031_partner_access_down.sql")
