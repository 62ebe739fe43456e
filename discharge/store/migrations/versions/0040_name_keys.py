"""A search by the beginning of a name is served by an index, behind the wall too."""

from __future__ import annotations

from alembic import op

from discharge.store.migrations import run_sql

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0040_name_keys.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0040_name_keys_down.sql")
