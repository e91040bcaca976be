"""By which terms the rows of a roster were judged"""

import sqlalchemy as sa
from alembic import op

revision = "group_reg_0002"
down_revision = "group_reg_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("group_reg_batch") as batch:
        batch.add_column(sa.Column("judged_by", sa.String(length=64), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("group_reg_batch") as batch:
        batch.drop_column("judged_by")
