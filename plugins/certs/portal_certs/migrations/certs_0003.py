"""Numbers are found without their dashes, so that a site may change its pattern; places of six digits"""

import sqlalchemy as sa
from alembic import op

revision = "certs_0003"
down_revision = "certs_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("certs_document", sa.Column("plain", sa.String(length=24), nullable=False, server_default=""))
    op.execute("UPDATE certs_document SET plain = replace(number, '-', '')")
    op.create_index("ix_certs_document_plain", "certs_document", ["plain"], unique=True)
    with op.batch_alter_table("certs_number") as batch:
        batch.alter_column("place", existing_type=sa.String(length=4), type_=sa.String(length=6))


def downgrade() -> None:
    with op.batch_alter_table("certs_number") as batch:
        batch.alter_column("place", existing_type=sa.String(length=6), type_=sa.String(length=4))
    op.drop_index("ix_certs_document_plain", "certs_document")
    op.drop_column("certs_document", "plain")
