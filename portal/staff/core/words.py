"""Words and tags of what rows hold as keys, the same on every screen."""

from flask_babel import lazy_gettext as _l

from portal.people.identity import BY_KEY
from portal.plugins import current_plugins, keyed
from portal.staff.shapes import Shape, states, words

KINDS = {"major": _l("Professional subjects"), "public": _l("Public subjects")}
ORGANISATION_STATES = {
    "pending": (_l("To be reviewed"), "wait"),
    "approved": (_l("Approved"), "ok"),
    "refused": (_l("Refused"), "bad"),
}
ORDER_STATES = {
    "placed": (_l("To be paid"), "wait"),
    "paid": (_l("Paid"), "ok"),
    "cancelled": (_l("Cancelled"), "plain"),
    "expired": (_l("Expired"), "plain"),
    "refunded": (_l("Refunded"), "plain"),
}
PAYMENT_STATES = {
    "started": (_l("Begun"), "run"),
    "paid": (_l("Paid"), "ok"),
    "failed": (_l("Failed"), "plain"),
    "closed": (_l("Closed"), "plain"),
    "attention": (_l("To be looked into"), "bad"),
    "refunded": (_l("Refunded"), "plain"),
}
PLAN_STATES = {
    "open": (_l("Being studied"), "run"),
    "complete": (_l("Complete"), "ok"),
    "revoked": (_l("Revoked"), "bad"),
}
COURSE_STATES = {
    "open": (_l("Being studied"), "run"),
    "studied": (_l("To be tested"), "wait"),
    "complete": (_l("Complete"), "ok"),
}
SOURCES = {
    "plan": _l("Study plan"),
    "import": _l("From the old platform"),
    "staff": _l("Entered by staff"),
    "outside": _l("Outside hours"),
}
REGISTERED = {
    "registered": _l("Registered here"),
    "import": _l("From the old platform"),
    "group": _l("Enrolled by an employer"),
}
LEVELS = {"province": _l("Province"), "city": _l("City"), "county": _l("County")}
LESSONS = {"video": _l("Video"), "article": _l("Article"), "document": _l("Document")}
QUESTIONS = {
    "single": _l("One answer"),
    "multiple": _l("Several answers"),
    "true_false": _l("True or false"),
    "fill": _l("Fill in"),
}
HARDNESS = {1: _l("Easy"), 2: _l("Medium"), 3: _l("Hard")}

KIND = words(KINDS)
ID_KIND = words({key: kind.title for key, kind in BY_KEY.items()})


def choices(known: dict[str, tuple[object, str]]) -> dict[str, object]:
    """States as a filter offers them."""
    return {key: said for key, (said, _kind) in known.items()}


def _mode(key: object) -> str:
    """The name of a selection mode; one whose plugin is gone stands as its key."""
    found = keyed(current_plugins().declared("selection_modes"), str(key))
    return str(found.title if found else key)


def _provider(key: object) -> str:
    """The name of a way to pay, likewise."""
    found = keyed(current_plugins().declared("payment_providers"), str(key))
    return str(found.title if found else key)


MODE, PROVIDER = Shape(_mode, _mode), Shape(_provider, _provider)
ORGANISATION_STATE, ORDER_STATE = states(ORGANISATION_STATES), states(ORDER_STATES)
PAYMENT_STATE, PLAN_STATE, COURSE_STATE = states(PAYMENT_STATES), states(PLAN_STATES), states(COURSE_STATES)
