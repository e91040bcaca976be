"""Time: UTC in the database, Asia/Shanghai on pages and at year and number boundaries."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask_babel import format_date, get_locale
from flask_babel.speaklater import LazyString

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This moment, aware, in UTC. Services take `now` as an argument; only their callers ask the clock."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The same moment on a clock in China."""
    return moment.astimezone(SHANGHAI)


def today(moment: datetime) -> date:
    """The date in China at that moment."""
    return local(moment).date()


def end_of(day: date) -> datetime:
    """The last second of a day in China, in UTC."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=SHANGHAI).astimezone(UTC)


def spoken(day: date) -> str:
    """A date as a sentence says it, in the reader's language: "2026 年 12 月 31 日" or "31 December 2026"."""
    if str(get_locale()).startswith("zh"):
        return f"{day.year} 年 {day.month} 月 {day.day} 日"
    return str(format_date(day, "d MMMM y", rebase=False))


def lazily_spoken(day: date) -> object:
    """The same for a sentence that is made now and read later."""
    return LazyString(spoken, day)
