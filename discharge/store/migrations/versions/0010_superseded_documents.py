"""A document knows that another replaced it, also for those who may not see the other."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE documents ADD COLUMN superseded BOOLEAN DEFAULT false NOT NULL")
    op.execute("CREATE INDEX ix_documents_parent ON documents (organisation_id, parent_number)")


def downgrade() -> None:
    op.execute("DROP INDEX ix_documents_parent")
    op.execute("ALTER TABLE documents DROP COLUMN superseded")
