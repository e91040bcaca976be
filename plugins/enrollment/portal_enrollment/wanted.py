"""Looking around, open to everybody: 培训类别 -> 专业 -> what it offers."""

from flask import render_template, request

from portal.kit import (
    CATALOGUE,
    Rules,
    catalogue,
    choice,
    clock,
    current_account,
    db,
    kept,
    overview,
    public,
    visiting_learner,
)
from portal_enrollment import conditions, drafting, listing
from portal_enrollment.pages import blueprint


@blueprint.get("/enrol")
@public
@kept(*CATALOGUE, by="category")
def index() -> str:
    """Categories, the specialties of one of them or those that match a search, and forms left half-done."""
    today = clock.today(clock.now())
    words = request.args.get("q", "").strip()[:40]
    groups = overview.categories()
    wanted = request.args.get("category", type=int)
    shown = next((group for group in groups if group.id == wanted), groups[0] if groups else None)
    category_id = None if words or shown is None else shown.id
    with db.alone() as connection:
        rows = overview.specialties(connection, category_id, words)
    learner = visiting_learner()
    return render_template(
        "enrollment/index.html",
        groups=overview.categories,
        group_tables=overview.GROUPS,
        shown=None if words else shown,
        words=words,
        rows=rows,
        state=lambda project: listing.state(project, today),
        year=max((row.project.year for row in rows if row.project), default=today.year),
        before=conditions.specialties_before(db.reader(), learner.id, today.year) if learner else set(),
        unfinished=drafting.unfinished(db.reader(), learner) if learner else [],
    )


@blueprint.get("/enrol/specialties/<int:specialty_id>")
@public
@kept(*CATALOGUE)
def specialty(specialty_id: int) -> str:
    """What a specialty offers this year: courses, hours, prices, dates, and 开始报名."""
    session, today = db.reader(), clock.today(clock.now())
    found = overview.specialty(session.connection(), specialty_id)
    project = catalogue.project(session, found.project.id) if found.project else None
    offers = catalogue.courses_of(session, project) if project else []
    learner = visiting_learner()
    return render_template(
        "enrollment/specialty.html",
        specialty=found,
        project=found.project,
        state=listing.state(found.project, today),
        offers=offers,
        preset=choice.preset(offers),
        rules=found.project.rules if found.project else Rules(),
        need=found.project.rules.project_hours if found.project else {},
        closed=catalogue.closed_reason(project, today) if project else "",
        enrolled=conditions.enrolled(session, learner.id, project.id) if learner and project else None,
        draft=drafting.load(session, learner, project.id) if learner and project else None,
        visitor=current_account(),
    )
