"""Who works on which item of a queue"""

import sqlalchemy as sa
from alembic import op

from portal.db import UtcDateTime

revision = "core_0016"
down_revision = "core_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name="fk_staff_claim_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_claim"),
        sa.UniqueConstraint("item", name="uq_staff_claim_item"),
    )
    op.create_index("ix_staff_claim_account_id", "staff_claim", ["account_id"])


def downgrade() -> None:
    op.drop_table("staff_claim")
