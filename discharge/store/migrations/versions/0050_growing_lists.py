"""Referrals by number, failed and late requests, and the last item that a partner received, by an index."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import index_concurrently, run_sql

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

OTHER_NUMBERS = "snapshot #> '{referral,other_ids}'"
LATE = (
    "(user_id) WHERE state IN ('refused', 'failed') AND acknowledged_at IS NULL"
    " AND finished_at - created_at > interval '5 seconds'"
)
INDEXES = (
    (
        "cases",
        "ix_cases_number_alone",
        "(substr(external_id, strpos(external_id, '|'))) WHERE external_id IS NOT NULL",
    ),
    (
        "cases",
        "ix_cases_other_numbers",
        f"USING gin (homeward_number_keys({OTHER_NUMBERS})) WHERE ({OTHER_NUMBERS}) <> '[]'",
    ),
    (
        "commands",
        "ix_commands_failed",
        "(created_at, id) WHERE state = 'failed' AND given_up_at IS NULL",
    ),
    ("commands", "ix_commands_late", LATE),
    (
        "outbox",
        "ix_outbox_received",
        "(partner_id, organisation_id, received_at) WHERE channel = 'partner' AND state = 'delivered'",
    ),
)


def upgrade() -> None:
    run_sql(op.get_bind(), "0050_growing_lists.sql")
    with op.get_context().autocommit_block():
        for table, name, definition in INDEXES:
            index_concurrently(op.get_bind(), table, name, definition)


def downgrade() -> None:
    for _, name, _ in reversed(INDEXES):
        op.drop_index(name)
    run_sql(op.get_bind(), "0050_growing_lists_down.sql")
