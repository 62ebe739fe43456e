"""A partner is switched by its own organisation, or by one that leads a case of which it was told."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0027_partner_switches.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0027_partner_switches_down.sql")
