"""Lists in their own order: pages of the worklist, of referrals and of answered requests by an index."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import index_concurrently

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

WAITING_LONGEST = "((discharged_on IS NOT NULL), ready_on, expected_discharge_on, id) WHERE closed_on IS NULL"
INDEXES = (
    ("cases", "ix_cases_waiting_longest", WAITING_LONGEST),
    ("cases", "ix_cases_closed", "(closed_on DESC, id) WHERE closed_on IS NOT NULL"),
    ("cases", "ix_cases_referred", "(referred_on DESC, id)"),
    (
        "case_participants",
        "ix_case_participants_ended",
        "(organisation_id, until_on) WHERE until_on IS NOT NULL",
    ),
    ("referral_requests", "ix_referral_requests_answered", "(created_at DESC, id) WHERE state <> 'waiting'"),
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for table, name, definition in INDEXES:
            index_concurrently(op.get_bind(), table, name, definition)


def downgrade() -> None:
    for _, name, _ in reversed(INDEXES):
        op.drop_index(name)
