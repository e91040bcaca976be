"""Time: UTC in the database, Asia/Shanghai on pages and at year and number boundaries."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

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
