"""What the audit trail calls things, in words. Screens bring words of their own for the verbs of their rooms."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.staff import choices
from portal.staff.shapes import Shape

VERBS: dict[str, object] = {
    "activated": _l("Activated an account"),
    "audit.accepted": _l("Accepted the trail as it is"),
    "agreement.published": _l("Published an agreement"),
    "clerk.appointed": _l("Put a new owner in place"),
    "clerk.handed_over": _l("Handed the ownership over"),
    "clerk.invited": _l("Invited a clerk"),
    "clerk.removed": _l("Removed a clerk"),
    "clerk.role_changed": _l("Changed the role of a clerk"),
    "closed": _l("Closed an account"),
    "code_mail": _l("Had a code sent by mail"),
    "code_slip": _l("Printed a slip"),
    "consent_given_again": _l("Agreed again"),
    "consent_withdrawn": _l("Withdrew the agreement"),
    "contact_changed": _l("Changed phone or e-mail address"),
    "corrected": _l("Corrected a fact"),
    "correction_asked": _l("Asked for a correction"),
    "correction_refused": _l("Refused a correction"),
    "correction_withdrawn": _l("Withdrew a correction"),
    "employer_changed": _l("Changed the employer"),
    "imported": _l("Imported"),
    "invoice.asked": _l("Asked for an invoice"),
    "invoice.issued": _l("Attached an invoice"),
    "invoice.red": _l("Attached a red letter"),
    "invoice.red_due": _l("Invoice to be cancelled"),
    "invoice.withdrawn": _l("Withdrew the wish for an invoice"),
    "item.given_back": _l("Gave an item back to its queue"),
    "item.taken": _l("Took an item of a queue"),
    "item.taken_over": _l("Took an item over from a colleague"),
    "lesson.file_attached": _l("Uploaded the file of a lesson"),
    "merged": _l("Joined two accounts"),
    "merged_into": _l("Account joined to another"),
    "message_texts.changed": _l("Changed the words of a message"),
    "message_texts.removed": _l("Brought back the portal's words"),
    "number_claimed": _l("Registered a number somebody else has"),
    "number_given": _l("Gave an ID number to this account"),
    "number_refused": _l("Closed an account whose number is another's"),
    "number_settled": _l("Left a number with both accounts"),
    "order.cancelled": _l("Cancelled an order"),
    "order.expired": _l("Order expired"),
    "order.lines_taken_back": _l("Took back lines of an order"),
    "order.paid": _l("Order paid"),
    "order.person_replaced": _l("Replaced a person of an order"),
    "order.placed": _l("Placed an order"),
    "order.refunded": _l("Order refunded"),
    "organisation.approved": _l("Approved an organisation"),
    "organisation.refused": _l("Refused an organisation"),
    "organisation.registered": _l("Registered an organisation"),
    "organisation.sent_again": _l("Organisation applied again"),
    "outside_claimed": _l("Claimed hours earned elsewhere"),
    "outside_credited": _l("Credited hours earned elsewhere"),
    "outside_refused": _l("Refused hours earned elsewhere"),
    "outside_withdrawn": _l("Withdrew a claim of hours"),
    "password_changed": _l("Changed the password"),
    "password_reset": _l("Reset the password"),
    "payment.attention": _l("Payment to be looked into"),
    "payment.begun_again": _l("Began a lost payment again"),
    "payment.looked_at": _l("Looked into a payment"),
    "question.imported": _l("Imported a question"),
    "question.pictured": _l("Gave a question its picture"),
    "refund.approved": _l("Approved a refund"),
    "refund.done": _l("Money sent back"),
    "refund.failed": _l("Refund not sent"),
    "refund.proposed": _l("Proposed a refund"),
    "refund.refused": _l("Refused a refund"),
    "refund.sent_again": _l("Sent a refund again"),
    "refund.withdrawn": _l("Withdrew a refund"),
    "registered": _l("Registered as a learner"),
    "roles.changed": _l("Changed a role"),
    "rules.published": _l("Published rules"),
    "staff.added": _l("Added a staff account"),
    "staff.changed": _l("Changed a staff account"),
    "suspicion_asked": _l("Asked about a peculiarity of study"),
    "suspicion_cleared": _l("Dismissed a peculiarity of study"),
    "suspicion_upheld": _l("Confirmed a peculiarity of study"),
    "test.attempt_granted": _l("Granted one more attempt"),
}
# Of the forms and exports that are made from declarations.
FORMS: dict[str, object] = {
    "added": _l("Added"),
    "changed": _l("Edited"),
    "removed": _l("Deleted"),
    "exported": _l("Exported"),
    "read": _l("Read by a script"),
}
TABLES: dict[str, object] = {
    "ab_role": _l("Roles and permissions"),
    "ab_user": _l("Accounts"),
    "agreement": _l("Agreements"),
    "category": _l("Training categories"),
    "correction": _l("Corrections asked for"),
    "course": _l("Courses"),
    "division": _l("Divisions"),
    "invoice_request": _l("Invoices"),
    "learner": _l("Learners"),
    "lesson": _l("Lessons"),
    "message_text": _l("Words of messages"),
    "notice": _l("Notices"),
    "orders": _l("Orders"),
    "organisation": _l("Organisations"),
    "organisation_clerk": _l("Clerks"),
    "payment": _l("Payments"),
    "plan_course": _l("Courses and tests"),
    "project": _l("Projects"),
    "question": _l("Question bank"),
    "refund": _l("Refunds"),
    "rule_set": _l("Hour rules"),
    "specialty": _l("Specialties"),
    "training_class": _l("Classes"),
}


def verb(key: object) -> str:
    """A verb in words; one that nobody has words for stands as it is."""
    text = str(key)
    known: dict[str, object] = {}
    for screen in choices.screens().values():
        known |= screen.verbs
    name, _dot, form = text.rpartition(".")
    if found := VERBS.get(text) or known.get(text):
        return str(found)
    if name in choices.screens() and form in FORMS:
        return str(_("%(what)s: %(done)s", what=choices.screens()[name].title, done=FORMS[form]))
    return text


def table(key: object) -> str:
    """A table in words, by the screen that shows it where it is a plugin's."""
    text = str(key)
    titles = {screen.model.__tablename__: screen.title for screen in choices.screens().values()}
    return str(TABLES.get(text) or titles.get(text, text))


VERB, TABLE = Shape(verb, verb), Shape(table, table)
