"""Consent can be withdrawn: the acceptance stays, with the day it ended"""

import sqlalchemy as sa
from alembic import op

from portal.db import UtcDateTime

revision = "core_0013"
down_revision = "core_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agreement_acceptance", sa.Column("withdrawn_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("agreement_acceptance", "withdrawn_at")
