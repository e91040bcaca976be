"""Rosters and their rows"""

import sqlalchemy as sa
from alembic import op

revision = "group_reg_0001"
down_revision = None
branch_labels = None
depends_on = None

_REFERENCES = (
    ("organisation_id", "organisation.id"),
    ("account_id", "ab_user.id"),
    ("class_id", "training_class.id"),
    ("job_id", "job.id"),
    ("order_id", "orders.id"),
)


def upgrade() -> None:
    op.create_table(
        "group_reg_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("courses", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=120), nullable=False),
        sa.Column("file_key", sa.String(length=120), nullable=True),
        sa.Column("ignored", sa.JSON(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("refusal", sa.String(length=300), nullable=False),
        sa.Column("seen_total", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [target], name=f"fk_group_reg_batch_{column}")
            for column, target in _REFERENCES
        ),
        sa.PrimaryKeyConstraint("id", name="pk_group_reg_batch"),
        sa.UniqueConstraint("token", name="uq_group_reg_batch_token"),
    )
    for column in ("organisation_id", "state", "order_id"):
        op.create_index(f"ix_group_reg_batch_{column}", "group_reg_batch", [column])
    op.create_table(
        "group_reg_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("typed", sa.Text(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["group_reg_batch.id"], name="fk_group_reg_row_batch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_group_reg_row"),
    )
    op.create_index("ix_group_reg_row_batch_id_number", "group_reg_row", ["batch_id", "number"], unique=True)


def downgrade() -> None:
    op.drop_table("group_reg_row")
    op.drop_table("group_reg_batch")
