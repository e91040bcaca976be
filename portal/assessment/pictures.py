"""The picture of a question. The one before stays in storage: an audit row names it."""

from sqlalchemy.orm import Session

from portal.assessment.models import Question
from portal.audit import service as audit
from portal.errors import NotFound
from portal.storage import current_storage


def content(session: Session, question_id: int) -> bytes:
    """The picture of a question as JPEG. :raises NotFound: no such question, or none of it."""
    question = session.get(Question, question_id)
    if question is None or question.image_key is None:
        raise NotFound(f"picture of question {question_id}")
    return current_storage().get(question.image_key)


def set_picture(session: Session, question_id: int, key: str, data: bytes, words: str | None, actor_id: int) -> None:
    """Gives a question its picture (JPEG) and what it shows. :raises NotFound: no such question."""
    question = session.get(Question, question_id)
    if question is None:
        raise NotFound(f"question {question_id}")
    before = {"image_key": question.image_key}
    current_storage().put(key, data)
    question.image_key, question.image_words = key, words or ""
    audit.record(session, actor_id, "question.pictured", question, before=before, after={"image_key": key})
