"""Transfers, statement lines, matches and receipts"""

import sqlalchemy as sa
from alembic import op

revision = "pay_transfer_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pay_transfer_transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payment_number", sa.String(length=20), nullable=False),
        sa.Column("order_number", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("slip_key", sa.String(length=120), nullable=True),
        sa.Column("slip_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("slip_answer", sa.String(length=300), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pay_transfer_transfer"),
        sa.UniqueConstraint("payment_number", name="uq_pay_transfer_transfer_payment_number"),
    )
    op.create_index("ix_pay_transfer_transfer_order_number", "pay_transfer_transfer", ["order_number"])
    op.create_index("ix_pay_transfer_transfer_state", "pay_transfer_transfer", ["state"])
    op.create_table(
        "pay_transfer_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("set_aside", sa.String(length=300), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("matched >= 0 AND matched <= amount", name="ck_pay_transfer_line_matched"),
        sa.ForeignKeyConstraint(["entered_by"], ["ab_user.id"], name="fk_pay_transfer_line_entered_by"),
        sa.PrimaryKeyConstraint("id", name="pk_pay_transfer_line"),
        sa.UniqueConstraint("reference", name="uq_pay_transfer_line_reference"),
    )
    op.create_table(
        "pay_transfer_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["pay_transfer_transfer.id"], name="fk_pay_transfer_receipt_transfer_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pay_transfer_receipt"),
        sa.UniqueConstraint("reference", name="uq_pay_transfer_receipt_reference"),
    )
    op.create_index("ix_pay_transfer_receipt_transfer_id", "pay_transfer_receipt", ["transfer_id"])
    op.create_index("ix_pay_transfer_receipt_made_on", "pay_transfer_receipt", ["made_on"])
    op.create_table(
        "pay_transfer_match",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=True),
        sa.Column("matched_by", sa.Integer(), nullable=True),
        sa.Column("matched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["pay_transfer_line.id"], name="fk_pay_transfer_match_line_id"),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["pay_transfer_transfer.id"], name="fk_pay_transfer_match_transfer_id"
        ),
        sa.ForeignKeyConstraint(["receipt_id"], ["pay_transfer_receipt.id"], name="fk_pay_transfer_match_receipt_id"),
        sa.ForeignKeyConstraint(["matched_by"], ["ab_user.id"], name="fk_pay_transfer_match_matched_by"),
        sa.PrimaryKeyConstraint("id", name="pk_pay_transfer_match"),
        sa.UniqueConstraint("line_id", "transfer_id", name="uq_pay_transfer_match_line_id_transfer_id"),
    )
    op.create_index("ix_pay_transfer_match_transfer_id", "pay_transfer_match", ["transfer_id"])


def downgrade() -> None:
    for table in ("match", "receipt", "line", "transfer"):
        op.drop_table(f"pay_transfer_{table}")
