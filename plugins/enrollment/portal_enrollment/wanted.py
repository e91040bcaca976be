"""Looking around, open to everybody: 培训类别 -> 专业 -> what it offers."""

from flask import render_template, request

from portal.kit import CATALOGUE, Rules, catalogue, choice, clock, current_account, db, kept, public, visiting_learner
from portal_enrollment import conditions, drafting, listing
from portal_enrollment.pages import blueprint


@blueprint.get("/enrol")
@public
@kept(*CATALOGUE, by="category")
def index() -> str:
    """Categories, the specialties of one of them or those that match a search, and forms left half-done."""
    session, today = db.reader(), clock.today(clock.now())
    words = request.args.get("q", "").strip()[:40]
    groups = catalogue.categories(session)
    wanted = request.args.get("category", type=int)
    shown = next((group for group, _ in groups if group.id == wanted), groups[0][0] if groups else None)
    category_id = None if words or shown is None else shown.id
    rows = listing.rows(session, catalogue.specialties(session, category_id, words), today)
    learner = visiting_learner()
    return render_template(
        "enrollment/index.html",
        groups=groups,
        shown=None if words else shown,
        words=words,
        rows=rows,
        year=max((row.project.year for row in rows if row.project), default=today.year),
        before=conditions.specialties_before(session, learner.id, today.year) if learner else set(),
        unfinished=drafting.unfinished(session, learner) if learner else [],
    )


@blueprint.get("/enrol/specialties/<int:specialty_id>")
@public
@kept(*CATALOGUE)
def specialty(specialty_id: int) -> str:
    """What a specialty offers this year: courses, hours, prices, dates, and 开始报名."""
    session, today = db.reader(), clock.today(clock.now())
    found = catalogue.specialty(session, specialty_id)
    (row,) = listing.rows(session, [found], today)
    offers = catalogue.courses_of(session, row.project) if row.project else []
    learner = visiting_learner()
    return render_template(
        "enrollment/specialty.html",
        row=row,
        offers=offers,
        preset=choice.preset(offers),
        rules=row.project.rule_set.rules if row.project else Rules(),
        need=row.project.rule_set.rules.project_hours if row.project else {},
        closed="" if row.project is None else catalogue.closed_reason(row.project, today),
        enrolled=conditions.enrolled(session, learner.id, row.project.id) if learner and row.project else None,
        draft=drafting.load(session, learner, row.project.id) if learner and row.project else None,
        visitor=current_account(),
    )
