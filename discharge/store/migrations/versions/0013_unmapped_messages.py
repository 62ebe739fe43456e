"""Which messages hold each value that no profile maps, so that exactly these can be read again."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0013_unmapped_messages.sql")


def downgrade() -> None:
    op.execute("DROP TABLE unmapped_messages")
    op.execute("ALTER TABLE unmapped_values DROP COLUMN id")
