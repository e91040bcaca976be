"""经办人: accounts that act for an organisation; whoever registered one is its first owner"""

import sqlalchemy as sa
from alembic import op

from portal.db import UtcDateTime

revision = "core_0012"
down_revision = "core_0009"
branch_labels = None
depends_on = None

OWNER = sa.text("role = 'owner' AND ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "organisation_clerk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_organisation_clerk_organisation_id"),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name="fk_organisation_clerk_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_organisation_clerk"),
        sa.UniqueConstraint("account_id", name="uq_organisation_clerk_account_id"),
        sa.UniqueConstraint("organisation_id", "number", name="uq_organisation_clerk_organisation_id_number"),
    )
    op.create_index(
        "uq_organisation_clerk_owner",
        "organisation_clerk",
        ["organisation_id"],
        unique=True,
        sqlite_where=OWNER,
        postgresql_where=OWNER,
    )
    op.execute(
        "INSERT INTO organisation_clerk (organisation_id, account_id, role, number, created_at)"
        " SELECT id, account_id, 'owner', 1, created_at FROM organisation WHERE account_id IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("organisation_clerk")
