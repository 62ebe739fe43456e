"""The queue of unmapped values says which key of the feed profile would map each."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE unmapped_values ADD COLUMN key TEXT DEFAULT '' NOT NULL")


def downgrade() -> None:
    op.execute("ALTER TABLE unmapped_values DROP COLUMN key")
