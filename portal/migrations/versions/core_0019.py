"""Captions of a video in English"""

import sqlalchemy as sa
from alembic import op

revision = "core_0019"
down_revision = "core_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lesson", sa.Column("captions_en_key", sa.String(length=120), nullable=True))


def downgrade() -> None:
    op.drop_column("lesson", "captions_en_key")
