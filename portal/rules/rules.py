"""What a rule set says. Pure: no database, no clock. Hours in hundredths, money in fen."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MAJOR, PUBLIC = "major", "public"
KINDS = (MAJOR, PUBLIC)
Tested = Literal["none", "compulsory", "all"]


class Pricing(BaseModel):
    """What an order line costs: the sum of its courses' prices, so much per hour, or one sum per project."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Literal["course", "hour", "project"] = "course"
    amount: int = Field(0, ge=0, description="fen per hour or per project; unused when priced by course")

    def line(self, courses: Iterable[tuple[int, int]]) -> int:
        """What a line with courses of these (hours, catalogue price) costs; by hour, half a fen is rounded up once."""
        if self.by == "project":
            return self.amount
        if self.by == "hour":
            return (sum(hours for hours, _ in courses) * self.amount + 50) // 100
        return sum(price for _, price in courses)

    def burden(self, hours: int, price: int) -> int:
        """How much dearer a course makes its line, for comparing only: by hour, in hundredths of fen."""
        return {"course": price, "hour": hours * self.amount, "project": 0}[self.by]


class Testing(BaseModel):
    """Defaults for a 考核测试; a course's paper rule overrides them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    questions: int = Field(10, ge=1)
    minutes: int = Field(30, ge=1)
    pass_mark: int = Field(60, ge=1, le=100, description="per cent")
    attempts: int = Field(3, ge=1)
    wait_minutes: int = Field(0, ge=0, description="after a failed attempt")


class Presence(BaseModel):
    """在场确认: how often whoever studies is asked whether they are there, and how long the answer may take."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    every_minutes: int = Field(20, ge=0, description="of credited study between two questions; 0 never asks")
    within_seconds: int = Field(120, ge=20, description="what is studied meanwhile counts")


class Way(BaseModel):
    """A way to earn hours elsewhere: what one unit of it is worth, and how much of it a year takes.

    `title`: the place's own words; without them the portal's for the key.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(min_length=1, max_length=30)
    title: str = ""
    kind: str = MAJOR
    unit: Literal["lesson", "day", "piece"] = "lesson"
    hours: int = Field(ge=1, description="of one unit")
    most: int = Field(ge=1, description="of a year")

    def worth(self, amount: int, had: int = 0) -> int:
        """Hours of so many units, when so many hours of this way stand in the year already."""
        return max(0, min(amount * self.hours, self.most - had))


WAYS = (
    Way(key="training", unit="lesson", hours=100, most=3000),
    Way(key="meeting", unit="day", hours=800, most=2400),
    Way(key="work", unit="piece", hours=1000, most=2000),
)


class RefundStep(BaseModel):
    """Terms that hold up to so many days after the payment while at most so much is studied."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: int = Field(ge=0, description="whole days since the payment, at most")
    studied: int = Field(0, ge=0, le=100, description="per cent of the plan that is studied, at most")
    back: Literal["whole", "unstudied"] = Field("whole", description="of the price, or of the part not yet studied")
    share: int = Field(100, ge=1, le=100, description="per cent of that which goes back")

    def amount(self, price: int, studied: int) -> int:
        """What goes back of a price, in fen, rounded down."""
        part = 100 - studied if self.back == "unstudied" else 100
        return price * part * self.share // 10_000


class Refunds(BaseModel):
    """When a paid line can be given back: the first step that fits counts, none means no refund by rule.

    `invoiced`: what an invoice that was issued does to it: "refuse", or "red_letter" (it is cancelled first).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: tuple[RefundStep, ...] = (RefundStep(days=7), RefundStep(days=30, studied=50, back="unstudied"))
    invoiced: Literal["refuse", "red_letter"] = "red_letter"

    def step(self, days: int, studied: int) -> RefundStep | None:
        """The terms so many days after the payment, with so many per cent studied."""
        fitting = (step for step in self.steps if days <= step.days and studied <= step.studied)
        return next(fitting, None)

    @property
    def last_day(self) -> int:
        """How many days after the payment the last chance ends; 0 when there is none."""
        return max((step.days for step in self.steps), default=0)

    @property
    def most_studied(self) -> int:
        """How much may be studied at most, in per cent."""
        return max((step.studied for step in self.steps), default=0)


class Rules(BaseModel):
    """One version of a place's rules for a year.

    Sources of the defaults: at least 90 hours a year, professional subjects generally two thirds
    (专业技术人员继续教育规定, 人社部令第 25 号, article 8). What ways elsewhere are worth, each place says; the
    defaults only show how.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    hours: dict[str, int] = Field(
        default_factory=lambda: {MAJOR: 6000, PUBLIC: 3000}, description="what a year needs, per kind"
    )
    project_hours: dict[str, int] = Field(
        default_factory=lambda: {MAJOR: 6000}, description="what one project's choice needs, per kind"
    )
    minutes_per_hour: int = Field(45, ge=1, description="minutes that make one 学时")
    pricing: Pricing = Pricing()
    tested: dict[str, Tested] = Field(
        dict.fromkeys(KINDS, "compulsory"),
        description="which courses of the year need a test, per kind; of a kind that is not named, the compulsory ones",
    )
    testing: Testing = Testing()
    refunds: Refunds = Refunds()
    presence: Presence = Presence()
    ways: tuple[Way, ...] = Field(WAYS, description="to earn hours elsewhere; empty: none are taken")
    make_up_years: int | None = Field(None, ge=0, description="after a year, in which its hours can still be earned")

    @property
    def year_total(self) -> int:
        return sum(self.hours.values())

    def needs_test(self, kind: str, compulsory: bool) -> bool:
        """Whether a course of the year counts only once its test is passed."""
        which = self.tested.get(kind, "compulsory")
        return which == "all" or (which == "compulsory" and compulsory)

    def way(self, key: str) -> Way | None:
        """The way of that key, if the rules have it."""
        return next((one for one in self.ways if one.key == key), None)

    def last_day(self, year: int) -> date | None:
        """The last day on which hours of the year can be earned; None is never."""
        return None if self.make_up_years is None else date(year + self.make_up_years, 12, 31)

    def lacking(self, earned: dict[str, int]) -> dict[str, int]:
        """Hours a year still lacks, per kind; empty when it is complete."""
        gaps = {kind: need - earned.get(kind, 0) for kind, need in self.hours.items()}
        return {kind: gap for kind, gap in gaps.items() if gap > 0}

    def missing(self, chosen: dict[str, int]) -> dict[str, int]:
        """Hours a project's choice still lacks, per kind; empty when it is enough."""
        gaps = {kind: need - chosen.get(kind, 0) for kind, need in self.project_hours.items()}
        return {kind: gap for kind, gap in gaps.items() if gap > 0}
