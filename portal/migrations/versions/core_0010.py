"""Captions of a video"""

import sqlalchemy as sa
from alembic import op

revision = "core_0010"
down_revision = "core_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lesson", sa.Column("captions_key", sa.String(length=120), nullable=True))


def downgrade() -> None:
    op.drop_column("lesson", "captions_key")
