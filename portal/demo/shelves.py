"""The catalogue of a year: categories, courses, questions, projects, classes and what they offer by default."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.assessment.models import Question, QuestionOption
from portal.catalogue import choice
from portal.catalogue.choice import Offer
from portal.catalogue.models import (
    Category,
    Course,
    Lesson,
    Project,
    Specialty,
    SpecialtyCourse,
    TrainingClass,
    class_package,
)
from portal.demo.reading import CategoryText, CourseText, Shelf, categories, shelf
from portal.divisions.models import Division
from portal.rules.models import RuleSet
from portal.rules.rules import MAJOR, PUBLIC
from portal.storage import LocalStorage

MEDIA = Path(__file__).parent / "media"
VIDEOS = ("clock", "balance", "bars", "network")
DOCUMENT, DOCUMENT_PAGES = "handout.pdf", 4
# Short, so that a whole project can be walked in a few minutes.
VIDEO_SECONDS, ARTICLE_SECONDS, DOCUMENT_SECONDS = 12, 6, 8
CLASSES = ("一班", "二班")
CITY = "130200"


def key(file: str) -> str:
    """Where a sample file lies in storage."""
    return f"demo/{file}"


def store_media(storage: LocalStorage) -> None:
    """Puts the sample videos, their captions and the document into storage, once."""
    captions = (f"{name}.{language}.vtt" for name in VIDEOS for language in ("zh", "en"))
    for file in (*(f"{name}.mp4" for name in VIDEOS), *captions, DOCUMENT):
        if not storage.exists(key(file)):
            storage.put(key(file), (MEDIA / file).read_bytes())


def is_there(session: Session, year: int) -> bool:
    """Whether this year's catalogue was loaded."""
    return session.scalar(select(Project.id).where(Project.year == year).limit(1)) is not None


def load(session: Session, year: int, rule_set: RuleSet) -> None:
    """Adds the whole catalogue of a year. Categories and specialties of an earlier year are used again."""
    public = shelf("public")
    public_courses = _courses(session, public, year)
    places = _places(session)
    for weight, text in enumerate(categories()):
        category = _category(session, text, weight)
        for place, one in enumerate(text.shelves):
            specialty = _specialty(session, category, one, place)
            courses = _courses(session, one, year)
            project = _project(specialty, year, rule_set)
            session.add(project)
            session.flush()
            offers = [*_offers(one, courses), *_offers(public, public_courses)]
            _link(session, specialty, offers)
            _classes(session, project, places, _package(offers, rule_set))


def _courses(session: Session, shelf: Shelf, year: int) -> list[Course]:
    kind = PUBLIC if shelf.key == "public" else MAJOR
    courses = []
    for number, text in enumerate(shelf.courses, 1):
        course = Course(
            code=f"{year}{shelf.prefix}{number:02d}",
            title=text.title,
            kind=kind,
            year=year,
            hours=text.hours * 100,
            price=text.price * 100,
            teacher=text.teacher,
            summary=text.summary,
            weight=number,
            lessons=_lessons(text, number),
        )
        courses.append(course)
        session.add(course)
        session.add_all(_questions(text, course))
    session.flush()
    return courses


def _lessons(text: CourseText, number: int) -> list[Lesson]:
    film, article = text.lessons
    lessons = [
        _video(film, VIDEOS[number % len(VIDEOS)]),
        Lesson(position=2, title=article, kind="article", seconds=ARTICLE_SECONDS, body=text.article),
    ]
    return [*lessons, _document(text.handout)] if text.handout else lessons


def _video(title: str, name: str) -> Lesson:
    return Lesson(
        position=1,
        title=title,
        kind="video",
        seconds=VIDEO_SECONDS,
        storage_key=key(f"{name}.mp4"),
        captions_key=key(f"{name}.zh.vtt"),
        captions_en_key=key(f"{name}.en.vtt"),
        preview=True,
    )


def _document(title: str) -> Lesson:
    return Lesson(
        position=3,
        title=title,
        kind="document",
        seconds=DOCUMENT_SECONDS,
        storage_key=key(DOCUMENT),
        pages=DOCUMENT_PAGES,
    )


def _questions(text: CourseText, course: Course) -> Iterable[Question]:
    for question in text.questions:
        options = [
            QuestionOption(position=position, text=words, correct=correct)
            for position, (words, correct) in enumerate(question.options)
        ]
        yield Question(
            course=course,
            kind=question.kind,
            stem=question.stem,
            explanation=question.explanation,
            difficulty=3 if question.kind == "multiple" else 2,
            options=options,
        )


def _offers(shelf: Shelf, courses: list[Course]) -> list[Offer]:
    return [Offer(course, text.compulsory) for text, course in zip(shelf.courses, courses, strict=True)]


def _category(session: Session, text: CategoryText, weight: int) -> Category:
    found = session.scalar(select(Category).where(Category.key == text.key))
    if found is None:
        found = Category(key=text.key, name=text.name, weight=weight)
        session.add(found)
    return found


def _specialty(session: Session, category: Category, shelf: Shelf, weight: int) -> Specialty:
    found = session.scalar(select(Specialty).where(Specialty.key == shelf.key))
    if found is None:
        found = Specialty(category=category, key=shelf.key, name=shelf.name, summary=shelf.summary, weight=weight)
        session.add(found)
    return found


def _project(specialty: Specialty, year: int, rule_set: RuleSet) -> Project:
    return Project(
        specialty=specialty,
        year=year,
        title=f"{year} 年度专业技术人员继续教育·{specialty.name}",
        rule_set=rule_set,
        opens_on=date(year, 1, 1),
        closes_on=date(year, 12, 31),
    )


def _link(session: Session, specialty: Specialty, offers: list[Offer]) -> None:
    """Professional courses belong to their specialty; of the public ones only the compulsory need a row."""
    rows = [
        {"specialty_id": specialty.id, "course_id": offer.course.id, "compulsory": offer.compulsory}
        for offer in offers
        if offer.compulsory or offer.course.kind == MAJOR
    ]
    session.execute(insert(SpecialtyCourse), rows)


def _package(offers: list[Offer], rule_set: RuleSet) -> list[int]:
    """The compulsory courses and the cheapest others that make a full year, public hours included."""
    whole_year = rule_set.rules.model_copy(update={"project_hours": rule_set.rules.hours})
    kept = choice.preset(offers)
    filled = choice.fill(offers, kept, whole_year)
    assert filled is not None, "the demo courses cannot make a year"
    added = {offer.course.id for offer in filled.offers}
    return [offer.course.id for offer in offers if offer.course.id in kept | added]


def _classes(session: Session, project: Project, places: list[str], package: list[int]) -> None:
    classes = [
        TrainingClass(
            project=project,
            division_code=code,
            name=name,
            seats=200 if code == CITY else 80 + 20 * (number % 3),
            study_until=project.closes_on,
        )
        for number, code in enumerate(places)
        for name in CLASSES
    ]
    session.add_all(classes)
    session.flush()
    rows = [{"class_id": one.id, "course_id": course_id} for one in classes for course_id in package]
    session.execute(insert(class_package), rows)


def _places(session: Session) -> list[str]:
    """The counties of the city, then the city itself for employers registered with it. Zones have no class."""
    query = select(Division.code).where(
        Division.parent_code == CITY, Division.zone.is_(False), Division.valid_to.is_(None)
    )
    return [*session.scalars(query.order_by(Division.code)), CITY]
