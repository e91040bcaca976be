from datetime import date

from flask_appbuilder import Model
from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.divisions.models import Division
from portal.rules.models import RuleSet


class Category(Model):
    """培训类别: engineering, health, teaching ..."""

    __tablename__ = "category"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(30), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    weight: Mapped[int] = mapped_column(default=0)

    specialties: Mapped[list["Specialty"]] = relationship(order_by="Specialty.weight", back_populates="category")

    def __str__(self) -> str:
        return self.name


class Specialty(Model):
    """专业: what a title is held in, and what courses are compulsory for."""

    __tablename__ = "specialty"

    id: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"), index=True)
    key: Mapped[str] = mapped_column(String(30), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    summary: Mapped[str] = mapped_column(String(200), default="")
    weight: Mapped[int] = mapped_column(default=0)

    category: Mapped[Category] = relationship(back_populates="specialties")

    def __str__(self) -> str:
        return self.name


class Course(Model):
    """课程: hours of one kind in one year, at one price. `hours` in hundredths, `price` in fen."""

    __tablename__ = "course"
    __table_args__ = (Index("ix_course_shelf", "year", "kind", "weight", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(10))  # major 专业 | public 公需
    year: Mapped[int] = mapped_column(index=True)
    hours: Mapped[int]
    price: Mapped[int]
    teacher: Mapped[str] = mapped_column(String(60), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    published: Mapped[bool] = mapped_column(default=True)
    weight: Mapped[int] = mapped_column(default=0)

    lessons: Mapped[list["Lesson"]] = relationship(
        order_by="Lesson.position", back_populates="course", cascade="all, delete-orphan"
    )

    def __str__(self) -> str:
        return self.title


class Lesson(Model):
    """One piece of a course. `seconds` is what must be credited: media length, or the minimum reading time,
    which a document shares among its `pages`.

    `preview` opens a lesson to everybody (试看); every other lesson is for those whose plan holds the course.
    """

    __tablename__ = "lesson"
    __table_args__ = (UniqueConstraint("course_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(10))  # video | article | document
    seconds: Mapped[int]
    storage_key: Mapped[str | None] = mapped_column(String(120))  # video or document file
    captions_key: Mapped[str | None] = mapped_column(String(120))  # of a video, in Chinese: WebVTT
    captions_en_key: Mapped[str | None] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text, default="")  # article: plain paragraphs, blank lines between
    preview: Mapped[bool] = mapped_column(default=False, server_default="0")
    pages: Mapped[int] = mapped_column(default=0, server_default="0")  # of a document, counted when it was uploaded

    course: Mapped[Course] = relationship(back_populates="lessons")

    @property
    def captions(self) -> dict[str, str]:
        """Where captions lie in storage, by their language (zh | en)."""
        found = {"zh": self.captions_key, "en": self.captions_en_key}
        return {language: key for language, key in found.items() if key}

    def __str__(self) -> str:
        return self.title


class SpecialtyCourse(Model):
    """Which courses a specialty offers, and which are compulsory 必修课. Public courses are offered to all."""

    __tablename__ = "specialty_course"
    __table_args__ = (UniqueConstraint("specialty_id", "course_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    specialty_id: Mapped[int] = mapped_column(ForeignKey("specialty.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    compulsory: Mapped[bool] = mapped_column(default=False)

    specialty: Mapped[Specialty] = relationship()
    course: Mapped[Course] = relationship()


class Project(Model):
    """项目: one specialty in one year under one rule set; what a learner enrols in."""

    __tablename__ = "project"
    __table_args__ = (UniqueConstraint("specialty_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    specialty_id: Mapped[int] = mapped_column(ForeignKey("specialty.id"))
    year: Mapped[int] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(String(120))
    rule_set_id: Mapped[int] = mapped_column(ForeignKey("rule_set.id"))
    opens_on: Mapped[date]
    closes_on: Mapped[date]

    specialty: Mapped[Specialty] = relationship()
    rule_set: Mapped[RuleSet] = relationship()

    def __str__(self) -> str:
        return self.title


class_package = Table(
    "class_package",
    Model.metadata,
    Column("class_id", Integer, ForeignKey("training_class.id"), primary_key=True),
    Column("course_id", Integer, ForeignKey("course.id"), primary_key=True),
)


class TrainingClass(Model):
    """班级: a project in a division. `taken` moves only by conditional UPDATE; `seats` None is unlimited.

    `package` is the default choice of courses, which meets the rule set.
    """

    __tablename__ = "training_class"
    __table_args__ = (UniqueConstraint("project_id", "division_code", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    name: Mapped[str] = mapped_column(String(60))  # 一班, 二班
    seats: Mapped[int | None]
    taken: Mapped[int] = mapped_column(default=0)
    study_until: Mapped[date]

    project: Mapped[Project] = relationship()
    division: Mapped[Division] = relationship()
    package: Mapped[list[Course]] = relationship(secondary=class_package)

    def __str__(self) -> str:
        return self.name
