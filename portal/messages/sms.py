"""Text messages: the contract between the portal and a plugin that can send them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from portal.plugins import current_plugins

CODE = "code"  # the kind of a one-time code


@dataclass(frozen=True)
class Sms:
    """What is to be said. `kind`: "code", or a kind of message; `params` fill a provider's approved template;
    `text` is the same as one sentence in Chinese, for providers that take text."""

    kind: str
    params: Mapping[str, str]
    text: str


class SmsSender(ABC):
    """A way to send text messages. The first one by (weight, key) is used.

    `kinds`: which messages go out besides codes; providers in China want a template approved for each. `send` is run
    by a job. It hands over and returns; what it raises makes the job run again later, so a text may arrive twice. It
    must put neither the number nor the code into what it raises or logs.
    """

    key: ClassVar[str]
    weight: ClassVar[int] = 100
    kinds: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def send(self, phone: str, sms: Sms) -> None:
        """Hands one text over. `phone`: eleven digits."""


def sender() -> SmsSender | None:
    """The way this site sends text messages, if a plugin offers one."""
    found: type[SmsSender] | None = next(iter(current_plugins().declared("sms_senders")), None)
    return found() if found else None


def sends(kind: str) -> bool:
    """Whether messages of this kind go out as a text."""
    found = sender()
    return found is not None and (kind == CODE or kind in found.kinds)
