"""Columns said by hand, the version of the template, and what costs a person nothing"""

import sqlalchemy as sa
from alembic import op

revision = "group_reg_0003"
down_revision = "group_reg_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("group_reg_batch") as batch:
        batch.add_column(sa.Column("mapping", sa.JSON(), nullable=False, server_default="{}"))
        batch.add_column(sa.Column("lacks", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("headings", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("template", sa.String(length=20), nullable=False, server_default=""))
    with op.batch_alter_table("group_reg_row") as row:
        row.add_column(sa.Column("had", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("group_reg_row") as row:
        row.drop_column("had")
    with op.batch_alter_table("group_reg_batch") as batch:
        for name in ("template", "headings", "lacks", "mapping"):
            batch.drop_column(name)
