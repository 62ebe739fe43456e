"""A housing service reads the requests that are addressed to it without a search for whom each means."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0046_requests_to_a_service.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0046_requests_to_a_service_down.sql")
