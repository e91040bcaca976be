"""Words and figures of study pages, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.rules.rules import Way
from portal.study import crediting
from portal.study.crediting import Gap
from portal.web.formats import hours, playtime

KINDS = {"major": _l("Professional subjects"), "public": _l("Public subjects")}

SOURCES = {
    "plan": _l("This platform"),
    "import": _l("From the old platform"),
    "staff": _l("Entered by the office"),
    "outside": _l("Hours from elsewhere"),
}
# Claims of hours from elsewhere: words and kind of tag.
CLAIMS = {
    "open": (_l("Waiting for the office"), "wait"),
    "credited": (_l("Credited"), "ok"),
    "refused": (_l("Not credited"), "bad"),
    "withdrawn": (_l("Withdrawn"), "plain"),
}
WAYS = {
    "training": _l("Training held by others"),
    "meeting": _l("Conference or lecture"),
    "work": _l("Paper, patent or book"),
}

# Why a player stopped earning, by the state of its session.
STATES = {
    "newer": _l("Another page of this account is playing; only one at a time is credited."),
    "silent": _l("This page was silent for some time and was closed; play to go on."),
    "left": _l("This page was left; play to go on."),
}


def spoken(seconds: int) -> str:
    """75 -> "1 分 15 秒"."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    whole, minutes = divmod(minutes, 60)
    if whole:
        return str(_("%(hours)s h %(minutes)s min", hours=whole, minutes=minutes))
    if minutes and rest:
        return str(_("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=rest))
    return str(_("%(minutes)s min", minutes=minutes) if minutes else _("%(seconds)s s", seconds=rest))


def why(gap: Gap) -> str:
    """One sentence: why these seconds are not credited, or what to do about them."""
    sentences = {
        crediting.AHEAD: _("Go on to the end."),
        crediting.SKIPPED: _("The bar was moved to %(to)s; this part was not played.", to=playtime(gap.end)),
        crediting.OTHER_PLAYER: _("Another page was playing at that time; only one at a time is credited."),
        crediting.CLOCK: _("This was played faster than the server's clock went on."),
        crediting.SILENT: _(
            "The network was away for more than 30 minutes; what was played after that is not credited."
        ),
        crediting.UNANSWERED: _("Nobody confirmed to be there at that time; please watch this part again."),
    }
    return str(sentences[gap.cause])


def ticks(length: int, most: int = 6) -> list[int]:
    """Round marks along a bar of `length` seconds, the end included."""
    steps = (10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
    step = next((step for step in steps if length / step <= most), steps[-1])
    # A mark too near the end would run into its figure.
    return [*(at for at in range(0, length, step) if length - at > step * 0.4), length]


def way(one: Way) -> str:
    """What a way to earn hours elsewhere is called: the place's own words first."""
    return one.title or str(WAYS.get(one.key, one.key))


def worth(one: Way) -> str:
    """How a way is converted: "1 课时计 1 学时，一年至多 30 学时"."""
    each, most = hours(one.hours), hours(one.most)
    sentences = {
        "lesson": _("%(each)s hours for each lesson, at most %(most)s a year", each=each, most=most),
        "day": _("%(each)s hours for each day, at most %(most)s a year", each=each, most=most),
        "piece": _("%(each)s hours for each piece, at most %(most)s a year", each=each, most=most),
    }
    return str(sentences[one.unit])


def seen(kind: str, evidence: Mapping[str, Any]) -> str:
    """What was seen, in one sentence with its figures."""
    sentences = {
        "parallel": _("%(players)s players closed each other within %(minutes)s minutes."),
        "clock": _("%(seconds)s seconds of one lesson were played faster than time passes."),
        "machine": _("The last %(answers)s questions whether somebody is there were answered within %(slowest)s s."),
        "fast": _("%(questions)s questions were answered within %(seconds)s s, with %(score)s points."),
        "even": _("%(answers)s answers came every %(pause)s s, give or take %(spread)s s."),
    }
    return str(sentences[kind] % evidence)
