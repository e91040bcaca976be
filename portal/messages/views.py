"""消息 and 通知公告."""

from flask import Blueprint, render_template

from portal import clock, db
from portal.access.guard import login_required, public
from portal.access.visitor import mailboxes
from portal.messages import service, texts

blueprint = Blueprint("messages", __name__, template_folder="templates")


@blueprint.get("/messages")
@login_required
def inbox() -> str:
    """The newest messages; an organisation's are read by all who act for it.

    Seeing them marks them as read; the page still says which were new.
    """
    boxes = mailboxes()
    own = texts.own(db.reader())
    items = [(message, texts.words(message, own)) for message in service.inbox(db.reader(), *boxes)]
    fresh = {message.id for message, _words in items if message.read_at is None}
    if fresh:
        with db.write() as session:
            service.mark_read(session, clock.now(), *boxes)
    return render_template("messages/inbox.html", items=items, fresh=fresh)


@blueprint.get("/notices")
@public
def notices() -> str:
    """All notices."""
    return render_template("messages/notices.html", notices=service.notices(db.reader(), clock.now()))


@blueprint.get("/notices/<int:notice_id>")
@public
def notice(notice_id: int) -> str:
    """One notice."""
    return render_template("messages/notice.html", notice=service.notice(db.reader(), notice_id, clock.now()))
