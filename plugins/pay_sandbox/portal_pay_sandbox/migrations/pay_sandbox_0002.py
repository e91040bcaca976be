"""How the sandbox bank behaves, and what it sends back"""

import sqlalchemy as sa
from alembic import op

revision = "pay_sandbox_0002"
down_revision = "pay_sandbox_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pay_sandbox_trade", sa.Column("order_number", sa.String(20), nullable=False, server_default=""))
    op.add_column("pay_sandbox_trade", sa.Column("telling", sa.String(10), nullable=False, server_default="now"))
    op.add_column("pay_sandbox_trade", sa.Column("refunding", sa.String(10), nullable=False, server_default="done"))
    op.create_table(
        "pay_sandbox_return",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trade_id", sa.Integer(), nullable=False),
        sa.Column("refund_number", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["trade_id"], ["pay_sandbox_trade.id"], name="fk_pay_sandbox_return_trade_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pay_sandbox_return"),
        sa.UniqueConstraint("number", name="uq_pay_sandbox_return_number"),
        sa.UniqueConstraint("refund_number", name="uq_pay_sandbox_return_refund_number"),
    )
    op.create_index("ix_pay_sandbox_return_trade_id", "pay_sandbox_return", ["trade_id"])


def downgrade() -> None:
    op.drop_table("pay_sandbox_return")
    for column in ("refunding", "telling", "order_number"):
        op.drop_column("pay_sandbox_trade", column)
