"""What staff see of rosters: whose, for which class, and how far they are. Rows of people are not shown."""

from portal.kit import Column, Filter, Find, Screen, _l, shapes
from portal_group_reg import states
from portal_group_reg.models import Batch

STATES = {
    states.READING: (_l("Being read"), "run"),
    states.REFUSED: (_l("Refused"), "bad"),
    states.CHECKED: (_l("Checked"), "wait"),
    states.SENDING: (_l("Being ordered"), "run"),
    states.SENT: (_l("Ordered"), "ok"),
    states.DROPPED: (_l("Dropped"), "plain"),
}


class Rosters(Screen):
    """Lists of people that organisations have uploaded."""

    key = "rosters"
    model = Batch
    title = _l("Rosters")
    menu = "enrolment"
    scope = "organisation.division_code"
    weight = 60
    columns = (
        Column("filename", _l("File"), shapes.CLIP),
        Column("organisation", _l("Organisation"), shapes.CLIP, path="organisation.name"),
        Column("class", _l("Class"), path="training_class.name"),
        Column("state", _l("State"), shapes.states(STATES)),
        Column("created_at", _l("Uploaded"), shapes.MOMENT),
    )
    detail = (
        *columns,
        Column("refusal", _l("Why it was refused"), shapes.CLIP),
        Column("updated_at", _l("Changed"), shapes.MOMENT),
    )
    find = (Find("organisation.name", "has"), Find("filename", "has"))
    filters = (Filter("state", _l("State"), choices={key: said for key, (said, _kind) in STATES.items()}),)
    verbs = {
        "roster.dropped": _l("Dropped a roster"),
        "roster.reopened": _l("Took a roster up again"),
        "roster.sent": _l("Ordered for a roster"),
        "roster.uploaded": _l("Uploaded a roster"),
    }
    empty = _l("Lists appear here when an organisation uploads one.")
