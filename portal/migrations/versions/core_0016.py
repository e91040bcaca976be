"""What hangs on a learner keeps the learner's division; indexes the lists of a county begin with"""

import sqlalchemy as sa
from alembic import op

revision = "core_0016"
down_revision = "core_0015"
branch_labels = None
depends_on = None

# table -> what it hangs on, in the order in which they are filled
OWN = {
    "plan": "learner",
    "plan_course": "plan",
    "suspicion": "learner",
    "credit": "learner",
    "outside_activity": "learner",
    "correction": "learner",
}
# table -> what its lists of a division are narrowed and sorted by
LISTED = {
    "plan": ("year", "state"),
    "plan_course": ("year", "state"),
    "suspicion": ("state", "kind", "found_at"),
    "credit": ("year", "source", "earned_at"),
    "outside_activity": ("year", "state"),
    "correction": ("state",),
}
# what the same lists of everything are narrowed by, where no index stood
PLAIN = {
    "plan_course": ("year", "state"),
    "suspicion": ("kind",),
    "credit": ("year", "source", "earned_at"),
    "outside_activity": ("year",),
}


def upgrade() -> None:
    for table, kin in OWN.items():
        op.add_column(table, sa.Column("division_code", sa.String(6), nullable=True))
        its = f"SELECT {kin}.division_code FROM {kin} WHERE {kin}.id = {table}.{kin}_id"  # noqa: S608 -- no input
        op.execute(f"UPDATE {table} SET division_code = ({its})")  # noqa: S608 -- as above
    for table, columns in LISTED.items():
        op.create_index(f"ix_{table}_division_code", table, ["division_code", "id"])
        for column in columns:
            op.create_index(f"ix_{table}_division_{column}", table, ["division_code", column, "id"])
    for table, columns in PLAIN.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])
    op.drop_index("ix_plan_year", "plan")
    op.create_index("ix_plan_year", "plan", ["year", "id"])


def downgrade() -> None:
    op.drop_index("ix_plan_year", "plan")
    op.create_index("ix_plan_year", "plan", ["year"])
    for table, columns in PLAIN.items():
        for column in columns:
            op.drop_index(f"ix_{table}_{column}", table)
    for table, columns in LISTED.items():
        for column in ("code", *columns):
            op.drop_index(f"ix_{table}_division_{column}", table)
    for table in OWN:
        op.drop_column(table, "division_code")
