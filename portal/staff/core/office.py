"""设置: what the office publishes, places and rules, and who did what."""

from flask_babel import lazy_gettext as _l

from portal.audit.models import AuditRow
from portal.divisions.models import Division
from portal.messages.models import MessageText, Notice
from portal.people.models import Agreement
from portal.rules.models import RuleSet
from portal.staff import shapes
from portal.staff.core import rulebook, verbs, wordings, words
from portal.staff.screens import EVERYWHERE, Column, Field, Filter, Find, Screen
from portal.staff.shapes import CLIP, CODE, DATA, DAY, MOMENT, NUMBER, YES_NO


class Notices(Screen):
    key = "notices"
    model = Notice
    title = _l("Notices")
    menu = "office"
    scope = EVERYWHERE
    weight = 70
    columns = (
        Column("title", _l("Title"), CLIP),
        Column("pinned", _l("On top"), YES_NO),
        Column("published_at", _l("Published"), MOMENT, sort=True),
    )
    detail = (*columns, Column("body", _l("Text")))
    find = (Find("title", "has"),)
    filters = (Filter("published", _l("Published"), "days", "published_at"),)
    fields = (
        Field("title", _l("Title")),
        Field("body", _l("Text"), _l("Plain paragraphs; a blank line parts them"), kind="lines"),
        Field("pinned", _l("On top")),
        Field("published_at", _l("Published"), _l("Shown from then on; empty: at once")),
    )
    order = "-published_at"
    remove = True


class Agreements(Screen):
    """A new wording is a new version; none is ever changed."""

    key = "agreements"
    model = Agreement
    title = _l("Agreements")
    menu = "office"
    scope = EVERYWHERE
    weight = 71
    columns = (
        Column("title", _l("Title")),
        Column("version", _l("Version"), NUMBER),
        Column("effective_at", _l("In force from"), MOMENT),
    )
    versions = wordings.AGREEMENTS


class MessageTexts(Screen):
    """The office's own words; kinds of messages that are not here have those of the portal."""

    key = "message_texts"
    model = MessageText
    title = _l("Words of messages")
    menu = "office"
    scope = EVERYWHERE
    weight = 74
    columns = (
        Column("kind", _l("Message"), shapes.words(wordings.KINDS)),
        Column("language", _l("Language"), shapes.words(wordings.LANGUAGES)),
        Column("title", _l("Title"), CLIP),
        Column("changed_at", _l("Changed"), MOMENT),
    )
    versions = wordings.MESSAGES
    empty = _l("Messages have the words of the portal. Add the office's own for any of them.")


class RuleSets(Screen):
    """Published versions never change."""

    key = "rules"
    model = RuleSet
    title = _l("Hour rules")
    menu = "office"
    scope = EVERYWHERE
    weight = 72
    columns = (
        Column("title", _l("Title"), CLIP),
        Column("year", _l("Year"), NUMBER, sort=True),
        Column("version", _l("Version"), NUMBER),
        Column("effective_at", _l("In force from"), MOMENT),
    )
    filters = (Filter("year", _l("Year"), "number"),)
    versions = rulebook.VERSIONS


class Divisions(Screen):
    key = "divisions"
    model = Division
    title = _l("Divisions")
    menu = "office"
    scope = "code"
    weight = 73
    columns = (
        Column("code", _l("Code"), CODE, sort=True),
        Column("name", _l("Designation")),
        Column("parent", _l("Belongs to"), path="parent.name"),
        Column("level", _l("Level"), shapes.words(words.LEVELS)),
        Column("zone", _l("Development zone"), YES_NO),
        Column("valid_to", _l("Given up on"), DAY),
    )
    find = (Find("code"), Find("name", "has"))
    filters = (
        Filter("level", _l("Level"), choices=words.LEVELS),
        Filter("within", _l("Belongs to"), "division", "parent_code"),
    )
    fields = (Field("name", _l("Designation")), Field("zone", _l("Development zone")))
    add = False
    order = "code"


class Audit(Screen):
    """Appended to by every change; read by those who have to answer for it."""

    key = "audit"
    model = AuditRow
    title = _l("Audit trail")
    menu = "office"
    scope = EVERYWHERE
    weight = 90
    columns = (
        Column("at", _l("When"), MOMENT),
        Column("actor", _l("Who"), path="actor.first_name"),
        Column("verb", _l("What"), verbs.VERB),
        Column("object_type", _l("Table"), verbs.TABLE),
        Column("object_id", _l("Entry"), CODE),
        Column("reason", _l("Why"), CLIP),
        Column("sequence", _l("Sequence"), NUMBER, sort=True),
    )
    detail = (*columns, Column("before", _l("Before"), DATA), Column("after", _l("After"), DATA))
    filters = (
        Filter("table", _l("Table"), path="object_type", choices=verbs.TABLES),
        Filter("when", _l("When"), "days", "at"),
    )


SCREENS = (Notices, Agreements, MessageTexts, RuleSets, Divisions, Audit)
