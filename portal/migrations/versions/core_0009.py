"""Marks of tables whose writes end kept pages"""

import sqlalchemy as sa
from alembic import op

revision = "core_0009"
down_revision = "core_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "table_mark",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_table_mark"),
    )


def downgrade() -> None:
    op.drop_table("table_mark")
