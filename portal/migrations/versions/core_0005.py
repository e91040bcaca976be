"""集体注册: what organisations gave when they registered, and the decisions"""

import sqlalchemy as sa
from alembic import op

revision = "core_0005"
down_revision = "core_0004"
branch_labels = None
depends_on = None

_REFERENCES = (
    ("organisation_id", "organisation.id"),
    ("account_id", "ab_user.id"),
    ("division_code", "division.code"),
    ("decided_by", "ab_user.id"),
)


def upgrade() -> None:
    op.create_table(
        "organisation_application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("code_kind", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("division_code", sa.String(length=6), nullable=False),
        sa.Column("contact_name", sa.String(length=60), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("licence_key", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [target], name=f"fk_organisation_application_{column}")
            for column, target in _REFERENCES
        ),
        sa.PrimaryKeyConstraint("id", name="pk_organisation_application"),
    )
    for column in ("organisation_id", "account_id", "state"):
        op.create_index(f"ix_organisation_application_{column}", "organisation_application", [column])


def downgrade() -> None:
    op.drop_table("organisation_application")
