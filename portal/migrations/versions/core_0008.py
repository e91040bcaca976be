"""E-mail addresses of learners encrypted with a blind index; endings of employers' names to look them up by"""

import sqlalchemy as sa
from alembic import op

from portal.vault import current_vault

revision = "core_0008"
down_revision = "core_0007"
branch_labels = None
depends_on = None

ENDING = sa.String(16).with_variant(sa.String(16, collation="C"), "postgresql")
AT_ONCE = 1000


def upgrade() -> None:
    op.add_column("learner", sa.Column("email_sealed", sa.Text(), nullable=True))
    op.add_column("learner", sa.Column("email_index", sa.String(64), nullable=True))
    vault = current_vault()
    _rewrite("email", "email_sealed", lambda text: (vault.seal(text), vault.blind("email", text)))
    op.drop_column("learner", "email")
    op.execute("ALTER TABLE learner RENAME COLUMN email_sealed TO email")
    op.create_index("ix_learner_email_index", "learner", ["email_index"])
    op.create_table(
        "organisation_ending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("ending", ENDING, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name="fk_organisation_ending_organisation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_organisation_ending"),
    )
    op.create_index("ix_organisation_ending_organisation_id", "organisation_ending", ["organisation_id"])
    op.create_index("ix_organisation_ending_ending", "organisation_ending", ["ending", "organisation_id"])
    _fill_endings()


def downgrade() -> None:
    op.drop_table("organisation_ending")
    op.drop_index("ix_learner_email_index", "learner")
    op.add_column("learner", sa.Column("email_plain", sa.String(320), nullable=True))
    vault = current_vault()
    _rewrite("email", "email_plain", lambda sealed: (vault.open(sealed), None))
    op.drop_column("learner", "email")
    op.drop_column("learner", "email_index")
    op.execute("ALTER TABLE learner RENAME COLUMN email_plain TO email")


def _rewrite(source: str, target: str, made) -> None:
    """Fills a column from another one, a thousand rows at a time: a register does not fit into memory twice."""
    connection, last = op.get_bind(), 0
    wanted = f"WHERE id > :last AND {source} IS NOT NULL ORDER BY id LIMIT {AT_ONCE}"
    rows = sa.text(f"SELECT id, {source} FROM learner {wanted}")  # noqa: S608
    write = sa.text(f"UPDATE learner SET {target} = :value, email_index = :digest WHERE id = :id")  # noqa: S608
    while found := connection.execute(rows, {"last": last}).all():
        last = found[-1][0]
        pairs = [(row_id, made(value)) for row_id, value in found]
        connection.execute(write, [{"id": key, "value": value, "digest": digest} for key, (value, digest) in pairs])


def _fill_endings() -> None:
    """As people/employers.py does for every name that is written from now on."""
    connection, last = op.get_bind(), 0
    rows = sa.text(f"SELECT id, name FROM organisation WHERE id > :last ORDER BY id LIMIT {AT_ONCE}")  # noqa: S608
    write = sa.text("INSERT INTO organisation_ending (organisation_id, ending) VALUES (:id, :ending)")
    while found := connection.execute(rows, {"last": last}).all():
        last = found[-1][0]
        endings = [
            {"id": key, "ending": name[at : at + 16]} for key, name in found for at in range(max(len(name) - 1, 1))
        ]
        connection.execute(write, endings)
