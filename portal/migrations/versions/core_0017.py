"""Captions of a video in English; papers keep the words of their questions"""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "core_0017"
down_revision = "core_0016"
branch_labels = None
depends_on = None

QUESTION = sa.table(
    "question", *(sa.column(name) for name in ("id", "kind", "stem", "explanation", "image_key", "image_words"))
)
OPTION = sa.table(
    "question_option", *(sa.column(name) for name in ("id", "question_id", "text", "correct", "position"))
)
ATTEMPT = sa.table("attempt", sa.column("id", sa.Integer), sa.column("paper", sa.JSON), sa.column("solution", sa.JSON))
AT_ONCE = 500


def upgrade() -> None:
    op.add_column("lesson", sa.Column("captions_en_key", sa.String(length=120), nullable=True))
    op.add_column("attempt", sa.Column("solution", sa.JSON(), server_default="[]", nullable=False))
    _freeze()


def _freeze() -> None:
    """Papers that hold ids get what the bank says now. A question that is gone, or lost what was right, counted as
    right; an empty fill-in answer does so still."""
    connection = op.get_bind()
    questions: dict[int, Any] = {}
    options: dict[int, list[Any]] = defaultdict(list)
    last = 0
    while attempts := connection.execute(
        sa.select(ATTEMPT).where(ATTEMPT.c.id > last).order_by(ATTEMPT.c.id).limit(AT_ONCE)
    ).all():
        if not questions:
            questions = {row.id: row for row in connection.execute(sa.select(QUESTION))}
            for row in connection.execute(sa.select(OPTION).order_by(OPTION.c.position, OPTION.c.id)):
                options[row.question_id].append(row)
        for attempt in attempts:
            known = [(item, questions.get(item["question"]), options[item["question"]]) for item in attempt.paper]
            frozen = {"paper": [_item(*one) for one in known], "solution": [_solved(*one) for one in known]}
            connection.execute(sa.update(ATTEMPT).where(ATTEMPT.c.id == attempt.id).values(**frozen))
        last = attempts[-1].id


def _item(item: dict[str, Any], question: Any, options: list[Any]) -> dict[str, Any]:
    texts = {one.id: one.text for one in options}
    kept = item["options"] if any(one.correct for one in options) else []
    return {
        "question": item["question"],
        "kind": question.kind if question else "fill",
        "stem": question.stem if question else "",
        "picture": question.image_key if question else None,
        "picture_words": question.image_words if question else "",
        "options": kept,
        "texts": [texts.get(option, "") for option in kept],
    }


def _solved(item: dict[str, Any], question: Any, options: list[Any]) -> dict[str, Any]:
    right = [one.id if item["options"] else one.text for one in options if one.correct]
    return {"right": right or [""], "explanation": question.explanation if question else ""}


def downgrade() -> None:
    op.drop_column("attempt", "solution")
    op.drop_column("lesson", "captions_en_key")
