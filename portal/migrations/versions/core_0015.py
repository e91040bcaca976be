"""Documents are read page by page: how many pages a lesson's file has"""

import sqlalchemy as sa
from alembic import op

revision = "core_0015"
down_revision = "core_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lesson", sa.Column("pages", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("lesson") as batch_op:
        batch_op.drop_column("pages")
