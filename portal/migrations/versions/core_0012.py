"""Orders and what hangs on them keep their division; indexes a list of staff begins with, scoped and filtered"""

import sqlalchemy as sa
from alembic import op

revision = "core_0012"
down_revision = "core_0011"
branch_labels = None
depends_on = None

OWN = ("orders", "payment", "refund", "invoice_request")
# table -> index -> columns; those that take the place of an index of one column have its name.
INDEXES = {
    "orders": {
        "ix_orders_state": ["state", "placed_at", "id"],
        "ix_orders_placed_at": ["placed_at", "id"],
        "ix_orders_division_code": ["division_code", "placed_at", "id"],
        "ix_orders_division_state": ["division_code", "state", "placed_at", "id"],
    },
    "payment": {
        "ix_payment_state": ["state", "id"],
        "ix_payment_note": ["note", "id"],
        "ix_payment_confirmed_at": ["confirmed_at", "id"],
        "ix_payment_reference": ["reference"],
        "ix_payment_division_code": ["division_code", "id"],
        "ix_payment_division_state": ["division_code", "state", "id"],
        "ix_payment_division_note": ["division_code", "note", "id"],
        "ix_payment_division_confirmed_at": ["division_code", "confirmed_at", "id"],
    },
    **{
        table: {
            f"ix_{table}_state": ["state", "created_at", "id"],
            f"ix_{table}_created_at": ["created_at", "id"],
            f"ix_{table}_division_code": ["division_code", "created_at", "id"],
            f"ix_{table}_division_state": ["division_code", "state", "created_at", "id"],
        }
        for table in ("refund", "invoice_request")
    },
    **{
        table: {
            f"ix_{table}_division_code": ["division_code", "id"],
            f"ix_{table}_division_name": ["division_code", "name", "id"],
        }
        for table in ("learner", "organisation")
    },
}
INDEXES["invoice_request"]["ix_invoice_request_number"] = ["number"]
FORMER = {
    "orders": ("state", "placed_at"),
    "payment": ("state",),
    "refund": ("state",),
    "invoice_request": ("state",),
    "learner": ("division_code",),
    "organisation": ("division_code",),
}

# An order of one county is that county's; of several, of the nearest division above them all.
OF_ONE = """
UPDATE orders SET division_code = (
    SELECT CASE WHEN count(DISTINCT learner.division_code) = 1 THEN min(learner.division_code) END
    FROM order_line JOIN learner ON learner.id = order_line.learner_id WHERE order_line.order_id = orders.id
)
"""
OF_SEVERAL = """
SELECT order_line.order_id, learner.division_code FROM order_line JOIN learner ON learner.id = order_line.learner_id
JOIN orders ON orders.id = order_line.order_id WHERE orders.division_code IS NULL
GROUP BY order_line.order_id, learner.division_code ORDER BY order_line.order_id
"""
ALONG = (
    "UPDATE payment SET division_code = (SELECT division_code FROM orders WHERE orders.id = payment.order_id)",
    "UPDATE refund SET division_code = (SELECT division_code FROM payment WHERE payment.id = refund.payment_id)",
    "UPDATE invoice_request"
    " SET division_code = (SELECT division_code FROM orders WHERE orders.id = invoice_request.order_id)",
)


def upgrade() -> None:
    for table in OWN:
        op.add_column(table, sa.Column("division_code", sa.String(6), nullable=True))
    op.execute(OF_ONE)
    _fill_mixed()
    for statement in ALONG:
        op.execute(statement)
    for table, columns in FORMER.items():
        for column in columns:
            op.drop_index(f"ix_{table}_{column}", table)
    for table, indexes in INDEXES.items():
        for name, columns in indexes.items():
            op.create_index(name, table, columns)


def downgrade() -> None:
    for table, indexes in INDEXES.items():
        for name in indexes:
            op.drop_index(name, table)
    for table, columns in FORMER.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])
    for table in OWN:
        op.drop_column(table, "division_code")


def _fill_mixed() -> None:
    connection = op.get_bind()
    parents = dict(connection.execute(sa.text("SELECT code, parent_code FROM division")).all())
    places: dict[int, list[list[str]]] = {}
    for order_id, code in connection.execute(sa.text(OF_SEVERAL)).all():
        places.setdefault(order_id, []).append(_path(parents, code))
    write = sa.text("UPDATE orders SET division_code = :code WHERE id = :id")
    for order_id, paths in places.items():
        common = next((code for code in paths[0] if all(code in path for path in paths)), None)
        connection.execute(write, {"id": order_id, "code": common})


def _path(parents: dict[str, str | None], code: str | None) -> list[str]:
    path: list[str] = []
    while code is not None and code not in path:
        path.append(code)
        code = parents.get(code)
    return path
