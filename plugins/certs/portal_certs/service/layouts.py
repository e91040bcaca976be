"""Publishing layouts: a change is a new version."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kit import Problem, Refused, _l, audit
from portal_certs import drafting, reading, render
from portal_certs.layout import Layout, supplied
from portal_certs.models import Template
from portal_certs.sample import NUMBER, invented


def publish_template(session: Session, kind: str, layout: dict[str, Any], now: datetime) -> Template:
    """A new version of a layout, used by every document issued from now on. Earlier documents keep theirs.

    :raises pydantic.ValidationError: the layout is wrong; it says where.
    """
    Layout.model_validate(layout)
    last = session.scalar(select(func.max(Template.version)).where(Template.kind == kind)) or 0
    template = Template(kind=kind, version=last + 1, layout=layout, created_at=now)
    session.add(template)
    session.flush()
    return template


def publish_design(session: Session, kind: str, layout: dict[str, Any], actor_id: int, now: datetime) -> Template:
    """A new version as staff have designed it.

    :raises Refused: it is no layout, it says nothing new, or no font has one of its own characters.
    """
    if faults := drafting.problems(layout):
        raise Refused(_l("The layout cannot be published yet."), faults)
    newest = reading.newest_template(session, kind)
    if newest is not None and newest.layout == layout:
        raise Refused(problems=[Problem(_l("This is the version in use; nothing was changed."))])
    if lacking := render.missing(Layout.model_validate(layout), invented(), NUMBER):
        raise Refused(problems=[Problem(_l("No font has %(characters)s.", characters=lacking))])
    template = publish_template(session, kind, layout, now)
    audit.record(session, actor_id, "published", template, after={"version": template.version})
    return template


def template_in_use(session: Session, kind: str, now: datetime) -> Template:
    """The newest version; a site that has published none gets the layout that comes with the plugin."""
    return reading.newest_template(session, kind) or publish_template(session, kind, supplied(kind), now)
