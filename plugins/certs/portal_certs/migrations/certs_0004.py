"""A document keeps its holder's division; indexes the lists of a county begin with"""

import sqlalchemy as sa
from alembic import op

revision = "certs_0004"
down_revision = "certs_0003"
branch_labels = None
depends_on = None

LISTED = ("number", "kind", "state", "issued_at")
PLAIN = ("kind", "issued_at")
FILL = """
UPDATE certs_document
SET division_code = (SELECT learner.division_code FROM learner WHERE learner.id = certs_document.learner_id)
"""


def upgrade() -> None:
    op.add_column("certs_document", sa.Column("division_code", sa.String(6), nullable=True))
    op.execute(FILL)
    op.create_index("ix_certs_document_division_code", "certs_document", ["division_code", "id"])
    for column in LISTED:
        op.create_index(f"ix_certs_document_division_{column}", "certs_document", ["division_code", column, "id"])
    for column in PLAIN:
        op.create_index(f"ix_certs_document_{column}", "certs_document", [column])


def downgrade() -> None:
    for column in PLAIN:
        op.drop_index(f"ix_certs_document_{column}", "certs_document")
    for column in ("code", *LISTED):
        op.drop_index(f"ix_certs_document_division_{column}", "certs_document")
    op.drop_column("certs_document", "division_code")
