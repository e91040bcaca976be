"""What a rule set says. Pure: no database, no clock. Hours in hundredths, money in fen."""

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MAJOR, PUBLIC = "major", "public"
KINDS = (MAJOR, PUBLIC)


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


class Rules(BaseModel):
    """One version of a place's rules for a year.

    Sources of the defaults: at least 90 hours a year, professional subjects generally two thirds
    (专业技术人员继续教育规定, 人社部令第 25 号, article 8).
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
    testing: Testing = Testing()

    @property
    def year_total(self) -> int:
        return sum(self.hours.values())

    def missing(self, chosen: dict[str, int]) -> dict[str, int]:
        """Hours a project's choice still lacks, per kind; empty when it is enough."""
        gaps = {kind: need - chosen.get(kind, 0) for kind, need in self.project_hours.items()}
        return {kind: gap for kind, gap in gaps.items() if gap > 0}
