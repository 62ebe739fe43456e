"""What is open is found without what is over, and people by the beginning of a name."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import index_concurrently

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

INDEXES = (
    ("persons", "ix_persons_family_key", "(family_key text_pattern_ops)"),
    ("persons", "ix_persons_given_key", "(given_key text_pattern_ops)"),
    ("cases", "ix_cases_open_ward", "(ward) WHERE closed_on IS NULL AND ward IS NOT NULL"),
    ("alerts", "ix_alerts_open", "(owner_role, case_id) WHERE cleared_at IS NULL"),
    (
        "outbox",
        "ix_outbox_lane_waiting",
        "(partner_id, case_id) WHERE channel = 'partner' AND state = 'pending'",
    ),
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for table, name, definition in INDEXES:
            index_concurrently(op.get_bind(), table, name, definition)


def downgrade() -> None:
    for _, name, _ in INDEXES:
        op.drop_index(name)
