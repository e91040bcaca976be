"""The words of messages by kind, said in the reader's language when they are read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.messages.models import Message, MessageText
from portal.types import Problem


@dataclass(frozen=True)
class Text:
    """Title, sentence and the label of the link. `%(name)s` stands for a parameter of the message."""

    title: Any
    body: Any
    label: Any


class _Params(dict[str, Any]):
    """A parameter that a message lacks is left out rather than breaking the inbox."""

    def __missing__(self, key: str) -> str:
        return ""


_OTHER = Text(_l("A message from the platform"), _l("Open it to see what changed."), _l("See more"))
TEXTS = {
    "registered": Text(
        _l("You are registered"),
        _l("Choose a project under Enrol. Certificates need an ID photo: your profile shows whether it is there."),
        _l("My profile"),
    ),
    "activated": Text(
        _l("Your account is active"),
        _l("Hours earned and certificates issued on the old platform stay valid. Check that your employer is right."),
        _l("My profile"),
    ),
    "password_reset": Text(
        _l("Your password was set anew"),
        _l("All logins of before have ended. If it was not you, tell the office at once."),
        _l("My profile"),
    ),
    "password_changed": Text(
        _l("Your password was changed"),
        _l("All logins of before have ended. If it was not you, tell the office at once."),
        _l("My profile"),
    ),
    "contact_changed": Text(
        _l("Your phone number or e-mail address was changed"),
        _l("You log in with the new ones from now on. If it was not you, tell the office at once."),
        _l("My profile"),
    ),
    "slip_printed": Text(
        _l("A slip that opens your account was printed"),
        _l("Whoever holds it can set a new password, once. If you did not ask for it, tell the office at once."),
        _l("My profile"),
    ),
    "clerk_role_changed": Text(
        _l("What you may do for your organisation was changed"),
        _l("The owner of its logins has changed it. Ask them if you did not expect this."),
        _l("See who acts for it"),
    ),
    "number_claimed": Text(
        _l("Your ID number was registered once more"),
        _l("Your account stays as it is. If it was you, use this account; if not, the office looks into it."),
        _l("My profile"),
    ),
    "number_settled": Text(
        _l("The office has looked at your ID number"),
        _l("All is well: documents that waited for it are made now."),
        _l("My profile"),
    ),
    "accounts_merged": Text(
        _l("Your two accounts are one now"),
        _l("Everything stands here. Log in with any of your former user names and the password of this account."),
        _l("My profile"),
    ),
    "correction_done": Text(
        _l("Your details were corrected"),
        _l("What was accepted stands on file now. Documents issued earlier stay as they are."),
        _l("See the decision"),
    ),
    "correction_refused": Text(
        _l("Your request was not accepted"),
        _l("The reason stands beside each fact. You may ask again with better evidence."),
        _l("See the decision"),
    ),
    "organisation_approved": Text(
        _l("Your organisation is approved"),
        _l("You can enrol your people by spreadsheet now."),
        _l("Go on"),
    ),
    "organisation_refused": Text(
        _l("Your registration has to be changed"),
        _l("The office says field by field what to change; what you typed is kept."),
        _l("See what to change"),
    ),
    "organisation_handed_over": Text(
        _l("Your organisation has a new owner of its logins"),
        _l("The code as user name belongs to them from now on. If this was not agreed, tell the office at once."),
        _l("See who acts for it"),
    ),
    "enrolled_by_employer": Text(
        _l("%(employer)s has enrolled you: %(title)s"),
        _l("You can begin as soon as it has paid. Your employer on file stays; change it yourself if need be."),
        _l("To the learning centre"),
    ),
    "reminded_by_employer": Text(
        _l("%(employer)s reminds you of %(title)s"),
        _l("Hours of this year are still missing; the learning centre shows which."),
        _l("To the learning centre"),
    ),
    "order_paid": Text(
        _l("Order %(number)s is paid"), _l("Your courses are open. You can begin to study."), _l("Start studying")
    ),
    "order_expired": Text(
        _l("Order %(number)s was closed"),
        _l("It was not paid in time; its seats are free again. Nothing was charged."),
        _l("My orders"),
    ),
    "payment_attention": Text(
        _l("A payment for order %(number)s is being checked"),
        _l("The amount or the order does not fit. The office looks into it; your money is booked."),
        _l("My orders"),
    ),
    "refund_approved": Text(
        _l("Your refund for order %(number)s is agreed"),
        _l("%(amount)s yuan go back the way they came."),
        _l("See the order"),
    ),
    "refund_refused": Text(
        _l("Your refund for order %(number)s was refused"),
        _l("The order page says why. Nothing has changed; you can study on."),
        _l("See the order"),
    ),
    "refund_done": Text(
        _l("Your refund for order %(number)s was sent"),
        _l("%(amount)s yuan are on their way; your bank books them within some days."),
        _l("See the order"),
    ),
    "invoice_issued": Text(
        _l("Your invoice for order %(number)s is ready"), _l("Download it from the order page."), _l("See the order")
    ),
    "invoice_red": Text(
        _l("The invoice of order %(number)s was cancelled"),
        _l("A red-letter invoice stands on the order page. The refund is sent now."),
        _l("See the order"),
    ),
    "plan_completed": Text(
        _l("Complete: %(title)s"), _l("Every course of this project is done and your hours are credited."),
        _l("See the project"),
    ),
    "course_completed": Text(
        _l("Complete: %(title)s"), _l("You have finished it and its hours are credited."), _l("See the course"),
    ),
    "outside_credited": Text(
        _l("Credited: %(title)s"), _l("%(hours)s hours from elsewhere stand in your record."), _l("See my record"),
    ),
    "outside_refused": Text(
        _l("Not credited: %(title)s"),
        _l("Your record says why. You may claim it again with better evidence."),
        _l("See my record"),
    ),
    "explain_asked": Text(
        _l("The office has a question about your study"),
        _l("%(title)s: see what was seen and say what happened. Nothing has been taken away."),
        _l("Answer it"),
    ),
    "explain_cleared": Text(
        _l("Your explanation was accepted"), _l("%(title)s: all is well, nothing changes."), _l("See the decision")
    ),
    "explain_upheld": Text(
        _l("The office has decided about your study"), _l("%(title)s: the reason stands beside it."),
        _l("See the decision"),
    ),
    "test_graded": Text(
        _l("Test result: %(title)s"),
        _l("You have %(score)s points. See which questions were wrong."),
        _l("See the result"),
    ),
    "attempt_granted": Text(
        _l("One more attempt: %(title)s"),
        _l("The office has granted you another attempt at this test."),
        _l("To the test"),
    ),
    "certificate_issued": Text(
        _l("Your certificate is ready"), _l("%(title)s, number %(number)s"), _l("Download it"),
    ),
    "proof_issued": Text(
        _l("Your proof of hours is ready"), _l("%(title)s, number %(number)s"), _l("Download it"),
    ),
    "transcript_issued": Text(
        _l("Your transcript is ready"), _l("%(title)s, number %(number)s"), _l("Download it"),
    ),
    "certificate_revoked": Text(
        _l("Your certificate was revoked"), _l("%(title)s, number %(number)s: see why."), _l("My certificates"),
    ),
    "proof_revoked": Text(
        _l("Your proof of hours was revoked"), _l("%(title)s, number %(number)s: see why."), _l("My certificates"),
    ),
    "transcript_revoked": Text(
        _l("Your transcript was revoked"), _l("%(title)s, number %(number)s: see why."), _l("My certificates"),
    ),
    "certificate_waits_photo": Text(
        _l("Your certificate waits for your ID photo"),
        _l("%(title)s is complete. Upload the photo and the certificate issues itself."),
        _l("Upload the photo"),
    ),
    "certificate_waits_office": Text(
        _l("Your certificate waits for the office"),
        _l("%(title)s is complete. The office has to complete something; you need do nothing."),
        _l("My certificates"),
    ),
}  # fmt: skip


LANGUAGES = ("zh_Hans_CN", "en")
TITLE_LONGEST, BODY_LONGEST = 120, 600
_PLACE = re.compile(r"%\((\w+)\)s")
Own = Mapping[tuple[str, str], tuple[str, str]]


def own(session: Session) -> Own:
    """The office's own titles and sentences by kind and language."""
    return {(one.kind, one.language): (one.title, one.body) for one in session.scalars(select(MessageText))}


def words(message: Message, own: Own | None = None) -> Text:
    """The words of a message with its parameters filled in. An unknown kind gets words that are true of any."""
    text = TEXTS.get(message.kind, _OTHER)
    params = _Params(message.params or {})
    title, body = (own or {}).get((message.kind, str(get_locale())), (str(text.title), str(text.body)))
    return Text(title % params, body % params, str(text.label))


def places(kind: str) -> set[str]:
    """Parameters that the words of a kind may use."""
    text = TEXTS[kind]
    return set(_PLACE.findall(str(text.title) + str(text.body)))


def problems(kind: str, language: str, title: str, body: str) -> list[Problem]:
    """What is wrong with somebody's own words for a kind of message. Nothing at all means: the portal's words."""
    if kind not in TEXTS or language not in LANGUAGES:
        return [Problem(_l("There is no such kind of message."), "kind")]
    if not title and not body:
        return []
    found = []
    for field, said, longest in (("title", title, TITLE_LONGEST), ("body", body, BODY_LONGEST)):
        strange = set(_PLACE.findall(said)) - places(kind)
        if not said:
            found.append(Problem(_l("Fill in both, or leave both empty."), field))
        elif len(said) > longest:
            found.append(Problem(_l("At most %(count)s characters.", count=longest), field))
        elif strange or "%" in _PLACE.sub("", said):
            allowed = ", ".join(f"%({name})s" for name in sorted(places(kind))) or "–"
            found.append(
                Problem(_l("These can be filled in here: %(places)s. No other %% sign.", places=allowed), field)
            )
    return found
