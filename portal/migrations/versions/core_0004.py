"""Refunds that are decided and sent, invoices with their red letters, money that arrived and went back"""

import sqlalchemy as sa
from alembic import op

revision = "core_0004"
down_revision = "core_0003"
branch_labels = None
depends_on = None


def _refund() -> tuple[sa.Column, ...]:
    return (
        sa.Column("transaction", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("words", sa.String(length=300), nullable=False, server_default=""),
        sa.Column("answer", sa.String(length=300), nullable=False, server_default=""),
        sa.Column("error", sa.String(length=300), nullable=False, server_default=""),
        sa.Column("by_hand", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("reference", sa.String(length=80), nullable=True),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
    )


def _invoice() -> tuple[sa.Column, ...]:
    return (
        sa.Column("number", sa.String(length=30), nullable=True),
        sa.Column("red_number", sa.String(length=30), nullable=True),
        sa.Column("red_storage_key", sa.String(length=120), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("red_at", sa.DateTime(timezone=True), nullable=True),
    )


_PEOPLE = (("fk_refund_asked_by", "asked_by"), ("fk_refund_decided_by", "decided_by"))


def upgrade() -> None:
    # Plain ADD COLUMN where other tables refer to a row: SQLite would have to drop the table otherwise.
    op.add_column("order_line", sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("payment_event", sa.Column("money", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("payment_event", sa.Column("reference", sa.String(length=80), nullable=False, server_default=""))
    op.create_index("ix_payment_event_reference", "payment_event", ["reference"])
    op.add_column("payment", sa.Column("received", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "ALTER TABLE payment ADD COLUMN returned INTEGER DEFAULT 0 NOT NULL "
        "CONSTRAINT ck_payment_returned CHECK (returned >= 0 AND returned <= received)"
    )
    with op.batch_alter_table("refund") as batch_op:
        batch_op.add_column(sa.Column("number", sa.String(length=20), nullable=True))
        for column in _refund():
            batch_op.add_column(column)
    _fill()
    with op.batch_alter_table("refund") as batch_op:
        batch_op.alter_column("number", existing_type=sa.String(length=20), nullable=False)
        batch_op.create_unique_constraint("uq_refund_number", ["number"])
        batch_op.create_index("ix_refund_line_id", ["line_id"])
        for name, column in _PEOPLE:
            batch_op.create_foreign_key(name, "ab_user", [column], ["id"])
    with op.batch_alter_table("invoice_request") as batch_op:
        for column in _invoice():
            batch_op.add_column(column)


def _fill() -> None:
    """Money of payments that were confirmed before arrivals were counted, and proposals to send some back."""
    op.execute("UPDATE refund SET number = 'R00-' || id")
    op.execute(
        "UPDATE payment_event SET money = amount WHERE kind = 'paid' AND amount > 0 AND payment_id IS NOT NULL "
        "AND outcome IN ('paid', 'attention')"
    )
    op.execute(
        "UPDATE payment_event SET reference = COALESCE((SELECT payment.reference FROM payment "
        "WHERE payment.id = payment_event.payment_id), '') WHERE outcome = 'paid'"
    )
    op.execute(
        "UPDATE payment SET received = COALESCE((SELECT SUM(payment_event.money) FROM payment_event "
        "WHERE payment_event.payment_id = payment.id), 0)"
    )
    op.execute(
        "UPDATE payment SET returned = COALESCE((SELECT SUM(refund.amount) FROM refund "
        "WHERE refund.payment_id = payment.id), 0) WHERE received >= COALESCE((SELECT SUM(refund.amount) FROM refund "
        "WHERE refund.payment_id = payment.id), 0)"
    )


def downgrade() -> None:
    with op.batch_alter_table("invoice_request") as batch_op:
        for column in reversed(_invoice()):
            batch_op.drop_column(column.name)
    with op.batch_alter_table("refund") as batch_op:
        for name, _column in _PEOPLE:
            batch_op.drop_constraint(name, type_="foreignkey")
        batch_op.drop_index("ix_refund_line_id")
        batch_op.drop_constraint("uq_refund_number", type_="unique")
        for column in reversed(_refund()):
            batch_op.drop_column(column.name)
        batch_op.drop_column("number")
    op.drop_column("payment", "returned")
    op.drop_column("payment", "received")
    op.drop_index("ix_payment_event_reference", "payment_event")
    op.drop_column("payment_event", "reference")
    op.drop_column("payment_event", "money")
    op.drop_column("order_line", "refunded_at")
