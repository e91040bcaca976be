"""What staff do with a row besides editing it: steps of its workflow, declared beside the screen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

KINDS = ("lines", "line", "choice", "money", "hours", "number", "day", "moment", "file")


@dataclass(frozen=True)
class Ask:
    """Something a step wants to know. Problems a service finds at `name` stand at this field.

    kind: "lines" (a sentence, several lines) | "line" | "choice" (of `choices`) | "money" (yuan on the page, fen in
    what is said) | "hours" (hundredths in what is said) | "number" | "day" | "moment" | "file" (its bytes; the service
    judges them). `least`, `most`: of a number;
    `most` also of the characters of a text. `unit` stands behind a number, `section` above what follows together.
    """

    name: str
    label: object
    kind: str = "lines"
    choices: Mapping[str, object] = field(default_factory=dict)
    hint: object = ""
    needed: bool = True
    most: int = 300
    least: int = 0
    unit: object = ""
    section: object = ""


WHY = Ask("reason", _l("Why"), "line", hint=_l("It stands in the audit trail"))  # of what could be misused


def always(_row: Any) -> bool:
    """A step that is open to every row."""
    return True


@dataclass(frozen=True)
class Action:
    """A step of a row's workflow: a button on its page, a question, and what the room's service does by POST.

    Whoever may write the screen may take it, inside their divisions. `confirm` says what follows. `run` is called with
    the row read in the writing transaction, the answers by name of `asks`, the actor and the moment; it calls the
    service, which refuses what is no longer possible and keeps the audit trail. `applies` says whether the button
    stands there; it is asked again before `run`. `asks` may depend on the row. `answer`: the page that shows what
    `run` returned, this once, instead of `done` on the row's page; it gets the row, the result and the address
    of the list.
    """

    key: str
    label: object
    confirm: object
    run: Callable[[Session, Any, Mapping[str, Any], int, datetime], Any]
    done: object = ""
    applies: Callable[[Any], bool] = always
    asks: tuple[Ask, ...] | Callable[[Any], tuple[Ask, ...]] = ()
    answer: Callable[[Any, Any, str], ResponseReturnValue] | None = None
    grave: bool = False  # it takes something away: the button says so

    def questions(self, row: Any) -> tuple[Ask, ...]:
        """What it wants to know of this row."""
        return self.asks(row) if callable(self.asks) else self.asks
