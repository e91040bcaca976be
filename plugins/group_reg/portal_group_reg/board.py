"""本单位人员: the board of an organisation's people, reminders, export."""

import csv
import io

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.kit import Form, _, clerk_required, clock, db, formats, messages, organisation_required
from portal_group_reg import boarding
from portal_group_reg.boarding import GAP, MET, RISK
from portal_group_reg.pages import blueprint
from portal_group_reg.visit import here

SHOWN = 100
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@blueprint.route("/group/people", methods=["GET", "POST"])
@organisation_required
def people() -> ResponseReturnValue:
    """The board. A name is searched by POST: no address keeps it."""
    organisation, now = here(), clock.now()
    words, state = request.form.get("q", "").strip()[:60], request.args.get("state", "")
    state = state if state in (MET, GAP, RISK) else ""
    found = boarding.people(db.reader(), organisation, now, words, state)
    return render_template(
        "group_reg/people.html",
        board=boarding.summary(db.reader(), organisation, now),
        people=found[:SHOWN],
        more=max(len(found) - SHOWN, 0),
        words=words,
        state=state,
        form=Form(),
    )


@blueprint.post("/group/people/remind")
@clerk_required
def remind() -> ResponseReturnValue:
    """Leaves a message for everybody who has not met the target; at most one a day each."""
    organisation, now = here(), clock.now()
    found = [one for one in boarding.people(db.reader(), organisation, now) if one.state != MET]
    with db.write() as session:
        told = boarding.not_reminded(session, [one.account_id for one in found], now)
        for one in found:
            if one.account_id in told:
                told.discard(one.account_id)
                messages.post(
                    session,
                    one.account_id,
                    "reminded_by_employer",
                    "/centre",
                    employer=organisation.name,
                    title=one.title,
                )
    flash(_("Everybody who lacks hours is reminded; nobody more than once a day."), "ok")
    return redirect(url_for("group_reg.people"), 303)


@blueprint.get("/group/people.csv")
@organisation_required
def export() -> Response:
    """The board as CSV, as spreadsheets open it. What looks like a formula is text."""
    organisation, now = here(), clock.now()
    board, out = boarding.summary(db.reader(), organisation, now), io.StringIO()
    writer = csv.writer(out)
    words = {MET: _("Target met"), GAP: _("Still open"), RISK: _("At risk")}
    writer.writerow([_("Name"), _("ID number"), _("Project"), _("Hours"), _("Hours needed"), _("State"), _("Order")])
    for one in boarding.people(db.reader(), organisation, now):
        values = [one.name, formats.masked(one.id_number), one.title, formats.hours(one.hours)]
        values += [formats.hours(board.need), words[one.state], one.order_number]
        writer.writerow([f"'{value}" if value.startswith(FORMULA) else value for value in values])
    response = Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = "attachment; filename=people.csv"
    response.headers["Cache-Control"] = "no-store"
    return response
