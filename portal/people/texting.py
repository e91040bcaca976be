"""Text messages to people: codes they asked for, and the kinds of messages a plugin's sender is approved for.

Kept in the `mail` table like mails are, as kind "sms ...": encrypted until sent, emptied afterwards. A job's row holds
neither a number nor a code.
"""

import json
from collections.abc import Mapping

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal import clock, db
from portal.jobs import JobContext, submit
from portal.messages import service as messages
from portal.messages import sms, texts
from portal.messages.models import Mail, Message
from portal.messages.sms import Sms
from portal.people import personal
from portal.people.mailing import LANGUAGE, Undelivered
from portal.people.models import Account
from portal.settings import current_settings
from portal.types import JobSpec

SEND, COPY = "people.sms", messages.COPY_SMS
PREFIX = "sms "


def queue_code(session: Session, account_id: int, phone: str, code: str) -> None:
    """A text with a one-time code."""
    with force_locale(LANGUAGE):
        text = _(
            "%(code)s is your code for %(site)s. It counts for 30 minutes, once. Tell it to nobody.",
            code=code,
            site=current_settings().site_name,
        )
    _queue(session, account_id, sms.CODE, phone, {"code": code}, text)


def copy(context: JobContext) -> None:
    """Sends a message as a text to whoever it is for, if they have a phone and the sender takes its kind."""
    with db.read() as session:
        message = session.get(Message, context.payload["message"])
        account = session.get(Account, message.account_id) if message else None
        if message is None or account is None or not account.active or not sms.sends(message.kind):
            return
        phone = personal.phone(session, account)
        with force_locale(LANGUAGE):
            words = texts.words(message, texts.own(session))
    if phone:
        params = {name: str(value) for name, value in (message.params or {}).items()}
        with db.write() as session:
            _queue(session, account.id, message.kind, phone, params, f"{words.title} {words.body}")


def send(context: JobContext) -> None:
    """Hands one text to the plugin. Run again after a crash, it may arrive twice, never not at all."""
    sender = sms.sender()
    with db.read() as session:
        row = session.get(Mail, context.payload["mail"])
    if sender is None or row is None or row.sent_at is not None or not row.recipient:
        return
    said = Sms(row.kind.removeprefix(PREFIX), json.loads(row.subject or "{}"), row.body or "")
    try:
        sender.send(row.recipient, said)
    except Exception as error:
        raise Undelivered(type(error).__name__) from None  # its text may name the number, and would be logged
    with db.write() as session:
        sent = session.get_one(Mail, row.id)
        sent.sent_at, sent.recipient, sent.subject, sent.body = clock.now(), None, None, None


def _queue(session: Session, account_id: int, kind: str, phone: str, params: Mapping[str, str], text: str) -> None:
    row = Mail(account_id=account_id, kind=f"{PREFIX}{kind}", recipient=phone, subject=json.dumps(params), body=text)
    session.add(row)
    session.flush()
    submit(session, SEND, {"mail": row.id}, unique=f"sms:{row.id}")


JOBS = (JobSpec(SEND, send), JobSpec(COPY, copy))
