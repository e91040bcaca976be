"""What plugins hand to the core: frozen declarations and proposals. Imports nothing of the core at run time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from portal.jobs import JobContext


# --- an order in the making -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pick:
    """A course chosen for a line, and whether it is compulsory there. Whether that needs a test, the rules say."""

    course_id: int
    compulsory: bool = False


@dataclass(frozen=True)
class ProposedLine:
    """One learner, one plan. `award` names what completion earns: "certificate", "" or a plugin's key."""

    learner_id: int
    title: str
    year: int
    picks: tuple[Pick, ...]
    award: str = ""
    project_id: int | None = None
    class_id: int | None = None


@dataclass(frozen=True)
class OrderProposal:
    """Everything `orders.place` needs, complete and immutable.

    `key` makes placing idempotent: the same key gives the same order. `expected_total` (fen) is what the buyer
    was shown; another sum by now is a problem, not a surprise. `replaces` is the number of the buyer's own unpaid
    order that this one takes the place of: one transaction closes it and gives its seats to this one.
    """

    mode: str
    buyer_id: int
    key: str
    rule_set_id: int
    lines: tuple[ProposedLine, ...]
    expected_total: int
    replaces: str = ""


@dataclass(frozen=True)
class Problem:
    """Why something cannot go on, in the reader's language, and the form field it belongs to.

    `code` names the cause for machines and for grouping, where there are many of a kind.
    """

    message: object
    field: str = ""
    url: str = ""
    code: str = ""


# --- declarations -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Declaration:
    """Base of keyed declarations; collected lists are sorted by (weight, key), double keys refused."""

    key: str
    title: object  # lazy translatable
    weight: int = field(default=100, kw_only=True)


@dataclass(frozen=True)
class SelectionMode(Declaration):
    """A way to choose courses, shown as a door on the home page. Texts: whom it suits, how it goes, what one gets."""

    audience: str = field(default="learner", kw_only=True)  # learner | organisation
    endpoint: str = field(kw_only=True)
    suits: object = field(default="", kw_only=True)
    how: object = field(default="", kw_only=True)
    gives: object = field(default="", kw_only=True)
    action: object = field(default="", kw_only=True)
    icon: str = field(default="list", kw_only=True)
    takes: str = field(default="", kw_only=True)  # endpoint that takes `course` ids by POST and shows them as a choice
    changes: str = field(default="", kw_only=True)  # endpoint that takes the `number` of an unpaid order by POST and
    # shows what was chosen, to be chosen anew; see OrderProposal.replaces


@dataclass(frozen=True)
class Award(Declaration):
    """Something the completion of a plan can earn; the plugin that declares it issues it."""


@dataclass(frozen=True)
class DocumentVariable(Declaration):
    """What layouts of certificates may say by its key in braces. `read(session, plan)` is asked when one is issued."""

    sample: object = field(kw_only=True)  # stands in previews, lazy translatable
    read: Callable[[Any, Any], str] = field(kw_only=True)


@dataclass(frozen=True)
class PluginSetting:
    """A plugin's deployment setting, read from PORTAL_<PLUGIN>_<NAME>; its type is that of the default."""

    name: str
    default: str | int | bool
    description: str


@dataclass(frozen=True)
class Role:
    """A staff role and the screens it may use: screen key -> "read" or "write"."""

    name: str
    title: object
    screens: Mapping[str, str]


@dataclass(frozen=True)
class JobSpec:
    """Work outside requests. `run` is called with a JobContext; `every` makes it periodic.

    A run may be repeated after a crash, so it must be idempotent.
    """

    key: str
    run: "Callable[[JobContext], None]"
    every: timedelta | None = None


# --- answers to questions ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NavItem:
    """A link in the shell. place: "top" (main navigation) or "centre" (side of 学习中心)."""

    key: str
    title: object
    endpoint: str
    place: str = "top"
    weight: int = 100


@dataclass(frozen=True)
class HomeCard:
    """A block on the home page, rendered from the plugin's own template. place: "main" or "side".

    `lasting`: it tells everybody the same as long as the process lives, and is drawn once.
    """

    key: str
    template: str
    place: str = "side"
    weight: int = 100
    context: Mapping[str, Any] = field(default_factory=dict)
    lasting: bool = False


@dataclass(frozen=True)
class PlanAction:
    """A line in a plan's checklist: done, waiting for somebody, or a button. kind: done | wait | todo."""

    plan_id: int
    key: str
    kind: str
    text: object
    url: str = ""
    label: object = ""
    weight: int = 100


@dataclass(frozen=True)
class PersonalRows:
    """What a plugin holds about somebody: rows of plain values, for a copy of their data. `title`: what they are."""

    key: str
    title: object
    rows: Sequence[Mapping[str, Any]]
    weight: int = 100


# --- events: told after commit, at least once ---------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    """Base of events. `hook` is the hook that tells it. Ids only; a subscriber reads the rows itself."""

    hook: ClassVar[str]


@dataclass(frozen=True)
class OrderPaid(Event):
    """An order was paid and its plans are open. Not told for plans opened by staff or by an import."""

    hook: ClassVar[str] = "order_paid"
    order_id: int
    plan_ids: tuple[int, ...]


@dataclass(frozen=True)
class OrderClosed(Event):
    """An unpaid order was cancelled, was replaced by another one or has expired. Not told for refunds."""

    hook: ClassVar[str] = "order_closed"
    order_id: int
    reason: str  # cancelled (also when it was replaced) | expired


@dataclass(frozen=True)
class PlanCompleted(Event):
    """Every course of a plan is complete and credited. Told once per plan, also for plans without award."""

    hook: ClassVar[str] = "plan_completed"
    plan_id: int


@dataclass(frozen=True)
class PlanRevoked(Event):
    """A plan was taken back (refund, staff decision); its credits are reversed."""

    hook: ClassVar[str] = "plan_revoked"
    plan_id: int
    reason: str


@dataclass(frozen=True)
class LearnersMerged(Event):
    """Two accounts of one person became one: `learner_id` is empty now and closed, its rows are `into_id`'s."""

    hook: ClassVar[str] = "learners_merged"
    learner_id: int
    into_id: int


EVENTS: dict[str, type[Event]] = {
    e.hook: e for e in (OrderPaid, OrderClosed, PlanCompleted, PlanRevoked, LearnersMerged)
}
