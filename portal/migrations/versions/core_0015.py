"""Documents are read page by page; endings of courses' titles and teachers to look them up by"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "core_0015"
down_revision = "core_0012"
branch_labels = None
depends_on = None

ENDING = sa.String(16).with_variant(sa.String(16, collation="C"), "postgresql")
AT_ONCE = 1000


def upgrade() -> None:
    op.add_column("lesson", sa.Column("pages", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "course_ending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("ending", ENDING, nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_course_ending_course_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_course_ending"),
    )
    op.create_index("ix_course_ending_course_id", "course_ending", ["course_id", "ending"])
    op.create_index("ix_course_ending_found", "course_ending", ["year", "kind", "ending", "course_id"])
    _fill_endings()


def downgrade() -> None:
    op.drop_table("course_ending")
    with op.batch_alter_table("lesson") as batch_op:
        batch_op.drop_column("pages")


def _fill_endings() -> None:
    """As catalogue/search.py does for every course that is written from now on."""
    connection, last = op.get_bind(), 0
    wanted = "WHERE id > :last AND published ORDER BY id"
    rows = sa.text(f"SELECT id, year, kind, title, teacher FROM course {wanted} LIMIT {AT_ONCE}")  # noqa: S608
    write = sa.text(
        "INSERT INTO course_ending (course_id, year, kind, ending) VALUES (:course_id, :year, :kind, :ending)"
    )
    while found := connection.execute(rows, {"last": last}).all():
        last = found[-1][0]
        kept = []
        for course_id, year, kind, *texts in found:
            plain = [unicodedata.normalize("NFKC", text or "").casefold() for text in texts]
            endings = {text[at : at + 16] for text in plain for at in range(len(text))}
            kept += [{"course_id": course_id, "year": year, "kind": kind, "ending": one} for one in sorted(endings)]
        if kept:
            connection.execute(write, kept)
