"""Staff lists: orders in the order they were placed, organisations by state, the audit trail by day"""

from alembic import op

revision = "core_0006"
down_revision = "core_0005"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_orders_placed_at", "orders", "placed_at"),
    ("ix_organisation_state", "organisation", "state"),
    ("ix_audit_at", "audit", "at"),
)


def upgrade() -> None:
    for name, table, column in INDEXES:
        op.create_index(name, table, [column])


def downgrade() -> None:
    for name, table, _column in reversed(INDEXES):
        op.drop_index(name, table_name=table)
