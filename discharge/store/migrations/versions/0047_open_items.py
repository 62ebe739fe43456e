"""Items for partners that are not over are counted without those that are."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import index_concurrently

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

OPEN = "(state) WHERE channel = 'partner' AND state IN ('held', 'pending', 'dead')"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        index_concurrently(op.get_bind(), "outbox", "ix_outbox_open", OPEN)


def downgrade() -> None:
    op.drop_index("ix_outbox_open")
