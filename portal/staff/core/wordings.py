"""Texts the office publishes: agreements as versions, its own words for messages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.messages import service as messages
from portal.messages import texts
from portal.messages.models import MessageText
from portal.people import agreements
from portal.people import service as people
from portal.people.models import Agreement
from portal.staff.actions import Ask
from portal.staff.versions import BEGINS, FROM, Versions

KINDS = {key: text.title for key, text in texts.TEXTS.items()}
LANGUAGES = {"zh_Hans_CN": _l("Chinese"), "en": _l("English")}


def _agreement_said(row: Agreement | None) -> dict[str, Any]:
    return {"title": row.title, "text": row.text, BEGINS: row.effective_at} if row else {}


def _publish_agreement(
    session: Session, said: Mapping[str, Any], base: Agreement | None, actor_id: int, now: datetime
) -> Agreement:
    key = base.key if base else agreements.SERVICE
    return people.publish_agreement(session, said["title"], said["text"], now, key, said[BEGINS], actor_id)


AGREEMENTS = Versions(
    (
        Ask("title", _l("Title"), "line", most=60),
        FROM,
        Ask("text", _l("Text"), hint=_l("Plain paragraphs; a blank line parts them"), most=20_000),
    ),
    _agreement_said,
    lambda session, said: agreements.newest(session),
    _publish_agreement,
    _l("Everybody must accept the new text at the next login, before anything else opens."),
)


def _words_said(row: MessageText | None) -> dict[str, Any]:
    return {"kind": row.kind, "language": row.language, "title": row.title, "body": row.body} if row else {}


def _reword(
    session: Session, said: Mapping[str, Any], base: MessageText | None, actor_id: int, now: datetime
) -> MessageText | None:
    title, body = said["title"] or "", said["body"] or ""
    return messages.reword(session, said["kind"], said["language"], title, body, now, actor_id)


MESSAGES = Versions(
    (
        Ask("kind", _l("Message"), "choice", KINDS),
        Ask("language", _l("Language"), "choice", LANGUAGES),
        Ask("title", _l("Title"), "line", most=texts.TITLE_LONGEST, needed=False),
        Ask(
            "body",
            _l("Text"),
            most=texts.BODY_LONGEST,
            needed=False,
            hint=_l("Both empty: the words of the portal come back"),
        ),
    ),
    _words_said,
    lambda session, said: messages.own_words(session, said["kind"], said["language"]),
    _reword,
    _l("Messages are worded when they are read, so these words hold for earlier ones as well."),
)
