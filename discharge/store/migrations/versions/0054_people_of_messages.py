"""The people of messages are looked up each by an index, however many messages there are."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0054_people_of_messages.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0054_people_of_messages_down.sql")
