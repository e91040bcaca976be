"""Mails to people: codes they asked for, and a copy of every message. Sent by jobs, where an SMTP server is set.

A job's row never holds an address or a code; the `mail` row is encrypted, and emptied when it has been sent.
"""

import smtplib
import ssl
from datetime import timedelta
from email.message import EmailMessage

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, db
from portal.jobs import JobContext, submit
from portal.messages import service as messages
from portal.messages import texts
from portal.messages.models import Mail, Message
from portal.people import personal
from portal.people.models import Account
from portal.settings import Settings, current_settings
from portal.types import JobSpec

SEND, COPY = "people.mail", messages.COPY
TIMEOUT = 20  # seconds
UNSENT = timedelta(days=2)  # then a mail is no use to anybody
LANGUAGE = "zh_Hans_CN"  # mails are read far from the switch of the page


def queue_code(session: Session, account_id: int, recipient: str, code: str) -> None:
    """A mail with a one-time code."""
    settings = current_settings()
    with force_locale(LANGUAGE):
        subject = _("Code to set a new password")
        body = _(
            "The code is %(code)s. It counts for 30 minutes, once. Enter it at %(address)s/reset with your user name. "
            "If you did not ask for it, somebody else typed your user name; you need do nothing.",
            code=code,
            address=settings.address,
        )
    _queue(session, account_id, "code", recipient, subject, body)


def copy(context: JobContext) -> None:
    """Sends a copy of a message to whoever it is for, if they have an address."""
    settings = current_settings()
    with db.read() as session:
        message = session.get(Message, context.payload["message"])
        account = session.get(Account, message.account_id) if message else None
        if message is None or account is None or not account.active or not settings.mail_server:
            return
        recipient = personal.email(session, account)
        with force_locale(LANGUAGE):
            words = texts.words(message, texts.own(session))
    if recipient:
        link = f"{settings.address}{message.url}" if message.url.startswith("/") else message.url
        with db.write() as session:
            _queue(session, account.id, message.kind, recipient, words.title, f"{words.body}\n{link}".strip())


def send(context: JobContext) -> None:
    """Hands one mail to the SMTP server. Run again after a crash, it may arrive twice, never not at all."""
    settings = current_settings()
    with db.read() as session:
        mail = session.get(Mail, context.payload["mail"])
    if mail is None or mail.sent_at is not None or not mail.recipient or not settings.mail_server:
        return
    deliver(settings, written(settings, mail.recipient, mail.subject or "", mail.body or ""))
    with db.write() as session:
        sent = session.get_one(Mail, mail.id)
        sent.sent_at, sent.recipient, sent.subject, sent.body = clock.now(), None, None, None


def sweep(context: JobContext) -> None:
    """Empties mails that could not be sent."""
    with db.write() as session:
        late = select(Mail).where(Mail.created_at < context.moment - UNSENT, Mail.recipient.is_not(None))
        for mail in session.scalars(late):
            mail.recipient = mail.subject = mail.body = None


def _queue(session: Session, account_id: int, kind: str, recipient: str, subject: str, body: str) -> None:
    mail = Mail(account_id=account_id, kind=kind, recipient=recipient, subject=subject, body=body)
    session.add(mail)
    session.flush()
    submit(session, SEND, {"mail": mail.id}, unique=f"mail:{mail.id}")


def written(settings: Settings, recipient: str, subject: str, body: str) -> EmailMessage:
    """A letter of the office, signed by it."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = settings.mail_from, recipient, subject
    letter.set_content(f"{body}\n\n-- \n{settings.site_office}\n{settings.address}\n")
    return letter


def deliver(settings: Settings, letter: EmailMessage) -> None:
    """:raises Undelivered: the job is run again later."""
    host, _colon, port = settings.mail_server.partition(":")
    context = ssl.create_default_context()
    try:
        if settings.mail_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, int(port or 465), timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(host, int(port or 587), timeout=TIMEOUT)
        with server:
            if settings.mail_security == "starttls":
                server.starttls(context=context)
            if settings.mail_user:
                server.login(settings.mail_user, settings.mail_password.get_secret_value())
            server.send_message(letter)
    except (smtplib.SMTPException, OSError) as error:
        raise Undelivered(type(error).__name__) from None  # its text names the recipient, and would be logged


class Undelivered(Exception):
    """A server did not take a mail or a text. Says the kind of failure only."""


JOBS = (JobSpec(SEND, send), JobSpec(COPY, copy), JobSpec("people.mail_sweep", sweep, every=timedelta(hours=6)))
