"""Presence checks, outside hours, patterns to be looked into, papers by tag and difficulty"""

import sqlalchemy as sa
from alembic import op

revision = "core_0007"
down_revision = "core_0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _text(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=False, server_default="")


def _whole(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


ADDED = {
    "study_session": lambda: (
        _whole("check_every"),
        _whole("check_within"),
        _whole("unproven"),
        sa.Column("nonce", sa.String(length=22), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("answered", sa.JSON(), nullable=False, server_default="[]"),
    ),
    "question": lambda: (
        _text("tags", 200),
        sa.Column("image_key", sa.String(length=120), nullable=True),
        _text("image_words", 200),
    ),
    "paper_rule": lambda: (
        _whole("wait_minutes"),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("shuffle", sa.Boolean(), nullable=False, server_default=sa.true()),
    ),
    "answer": lambda: (_text("text", 200),),
}


def upgrade() -> None:
    for table, columns in ADDED.items():
        for column in columns():
            op.add_column(table, column)
    op.create_index("ix_course_shelf", "course", ["year", "kind", "weight", "id"])
    _parts()
    _outside()
    _suspicions()


def _parts() -> None:
    op.create_table(
        "paper_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.Column("difficulty", sa.Integer(), nullable=True),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["paper_rule.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_paper_part_rule_id", "paper_part", ["rule_id"])


def _outside() -> None:
    op.create_table(
        "outside_activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("rule_set_id", sa.Integer(), nullable=False),
        sa.Column("storage_key", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("shredded_at", MOMENT, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("credit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"]),
        sa.ForeignKeyConstraint(["rule_set_id"], ["rule_set.id"]),
        sa.ForeignKeyConstraint(["decided_by"], ["ab_user.id"]),
        sa.ForeignKeyConstraint(["credit_id"], ["credit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("storage_key"),
    )
    op.create_index("ix_outside_activity_learner_id", "outside_activity", ["learner_id"])
    op.create_index("ix_outside_activity_state", "outside_activity", ["state"])


def _suspicions() -> None:
    op.create_table(
        "suspicion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("plan_course_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("mark", sa.String(length=60), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("question", sa.String(length=300), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("explanation", sa.String(length=1000), nullable=False),
        sa.Column("explained_at", MOMENT, nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"]),
        sa.ForeignKeyConstraint(["plan_course_id"], ["plan_course.id"]),
        sa.ForeignKeyConstraint(["decided_by"], ["ab_user.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("learner_id", "kind", "mark"),
    )
    for column in ("learner_id", "found_at", "state"):
        op.create_index(f"ix_suspicion_{column}", "suspicion", [column])


def downgrade() -> None:
    op.drop_table("suspicion")
    op.drop_table("outside_activity")
    op.drop_table("paper_part")
    op.drop_index("ix_course_shelf", "course")
    for table, columns in reversed(ADDED.items()):
        for column in reversed(columns()):
            op.drop_column(table, column.name)
