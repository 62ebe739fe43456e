"""What a feed's door allows, whom it turned away, and what became of a late application acknowledgement."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0008_listening.sql")


def downgrade() -> None:
    op.drop_column("inbox", "application_answer")
    for column in ("networks", "message_bytes", "messages_per_second", "refused_times", "refused_at"):
        op.drop_column("feeds", column)
