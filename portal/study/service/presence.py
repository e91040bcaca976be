"""在场确认: after so much credited study somebody must say that they are there.

The question is the server's: it stands in the session with a nonce, and until the nonce comes back the wall clock pays
only for the time allowed for an answer. Whoever blocks the question, leaves it or opens another page earns nothing
more; whoever answers late loses the time in between and nothing that was credited before.
"""

import secrets
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l

from portal.errors import Conflict
from portal.rules.rules import Presence
from portal.study.models import StudySession
from portal.study.records import Player

KEPT = 20  # answers whose time is remembered


def carry(player: StudySession, latest: Player | None, rule: Presence, now: datetime) -> None:
    """A new session goes on where the learner's last one was: another page is no way around the question."""
    player.check_every, player.check_within = rule.every_minutes * 60, rule.within_seconds
    player.unproven, player.nonce, player.asked_at, player.answered = 0, None, None, []
    if latest is not None:
        player.unproven, player.answered = latest.unproven, list(latest.answered)
        if latest.nonce and player.check_every:
            player.nonce, player.asked_at = _nonce(), latest.asked_at
    _ask_when_due(player, now)


def studied(player: Player, seconds: int, now: datetime) -> None:
    """So much more was credited: asks when it is time."""
    player.unproven += seconds
    _ask_when_due(player, now)


def last_moment(player: Player, latest: Player, moment: datetime) -> datetime:
    """Up to when the wall clock pays: `moment`, or earlier while an answer is awaited.

    A closed page earns nothing while the learner's latest one asks, or many pages closed without a report would
    be worth their time one after the other.
    """
    if latest.asked_at is None:
        return moment
    return min(moment, latest.asked_at + _within(latest)) if latest is player else player.paid_until


def answer(player: Player, nonce: str, now: datetime) -> None:
    """Somebody is there. After the time for an answer, the wall clock pays from now on.

    :raises Conflict: nothing is asked, or something else
    """
    if player.nonce is None or player.asked_at is None or not secrets.compare_digest(player.nonce, nonce):
        raise Conflict(_l("This confirmation is not the one that is asked for; load the page again."))
    took = (now - player.asked_at).total_seconds()
    player.answered = [*player.answered, round(took, 1)][-KEPT:]
    if now > player.asked_at + _within(player):
        player.paid_until = max(player.paid_until, now)
    player.unproven, player.nonce, player.asked_at = 0, None, None


def _ask_when_due(player: StudySession | Player, now: datetime) -> None:
    if player.check_every and player.nonce is None and player.unproven >= player.check_every:
        player.nonce, player.asked_at = _nonce(), now


def _nonce() -> str:
    return secrets.token_urlsafe(16)


def _within(player: Player) -> timedelta:
    return timedelta(seconds=player.check_within)
