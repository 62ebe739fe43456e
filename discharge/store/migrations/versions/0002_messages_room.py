"""The messages room: finding messages, reading them again, edits that two people agree on, and alarms."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0002_messages_room.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0002_messages_room_down.sql")
