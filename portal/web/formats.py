"""How values read on a page. Hours come in hundredths, money in fen, lengths in seconds."""

from datetime import date, datetime

from portal import clock


def hours(hundredths: int | None) -> str:
    """1250 -> "12.5", 1200 -> "12"."""
    return f"{(hundredths or 0) / 100:.2f}".rstrip("0").rstrip(".")


def money(fen: int | None) -> str:
    """2800 -> "28.00", with a comma every three digits."""
    return f"{(fen or 0) / 100:,.2f}"


def playtime(seconds: int | None) -> str:
    """75 -> "1:15", 3675 -> "1:01:15"."""
    minutes, rest = divmod(int(seconds or 0), 60)
    whole, minutes = divmod(minutes, 60)
    return f"{whole}:{minutes:02d}:{rest:02d}" if whole else f"{minutes}:{rest:02d}"


def minutes(seconds: int | None) -> str:
    """90 -> "1.5"; what people compare with minutes needed."""
    return f"{(seconds or 0) / 60:.1f}".removesuffix(".0")


def day(value: date | datetime | None) -> str:
    """A date in a sentence: "2026 年 12 月 31 日" or "31 December 2026"."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = clock.local(value).date()
    return clock.spoken(value)


def short_moment(value: datetime | None) -> str:
    """A moment in a table: "11-23 09:12" this year, with the year before it otherwise."""
    if value is None:
        return ""
    local = clock.local(value)
    return local.strftime("%m-%d %H:%M" if local.year == clock.local(clock.now()).year else "%Y-%m-%d %H:%M")


def masked(number: str | None) -> str:
    """An ID number as others may see it: "130221 ******** 0028"; short ones keep a third at each end."""
    text = number or ""
    if len(text) == 18:
        return f"{text[:6]} ******** {text[-4:]}"
    keep = max(len(text) // 3, 1)
    return f"{text[:keep]}{'*' * (len(text) - 2 * keep)}{text[-keep:]}" if len(text) > 3 else "*" * len(text)


def masked_phone(number: str | None) -> str:
    """A phone as others may see it: "138 **** 5206"."""
    text = number or ""
    return f"{text[:3]} **** {text[-4:]}" if len(text) >= 11 else "*" * len(text)


def masked_email(address: str | None) -> str:
    """An address as others may see it: "z***@example.cn"."""
    name, at, host = (address or "").rpartition("@")
    return f"{name[:1]}***{at}{host}" if at else "*" * len(host)


def paragraphs(text: str | None) -> list[str]:
    """Plain text to paragraphs: a blank line parts them."""
    return [part.strip() for part in (text or "").replace("\r\n", "\n").split("\n\n") if part.strip()]


FILTERS = {
    function.__name__: function
    for function in (hours, money, playtime, minutes, day, short_moment, masked, masked_phone, masked_email, paragraphs)
}
