"""Keys the sandbox bank signs with, and those the portal trusts"""

import sqlalchemy as sa
from alembic import op

revision = "pay_sandbox_0003"
down_revision = "pay_sandbox_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pay_sandbox_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("private", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pay_sandbox_key"),
        sa.UniqueConstraint("fingerprint", name="uq_pay_sandbox_key_fingerprint"),
    )
    op.create_table(
        "pay_sandbox_pin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_pay_sandbox_pin"),
        sa.UniqueConstraint("fingerprint", name="uq_pay_sandbox_pin_fingerprint"),
    )


def downgrade() -> None:
    op.drop_table("pay_sandbox_pin")
    op.drop_table("pay_sandbox_key")
