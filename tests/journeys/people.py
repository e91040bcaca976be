"""Who walks the journeys: people that do not exist, with numbers that are valid."""

from dataclasses import dataclass
from itertools import count

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_numbers = count(1)


def resident_id(number: int) -> str:
    """A resident ID number after GB 11643-1999, with the check character of ISO 7064 MOD 11-2."""
    body = f"13020819900101{number:03d}"
    rest = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11
    return body + "10X98765432"[rest]


@dataclass(frozen=True)
class Newcomer:
    """Somebody about to register."""

    name: str
    id_number: str
    phone: str
    password: str = "walks-2026-now"
    county: str = "丰润区"
    employer: str = "唐山市丰润区第一中学"


def newcomer() -> Newcomer:
    number = next(_numbers)
    return Newcomer(f"周晓{'一二三四五六七八九'[number % 9]}", resident_id(number), f"1390000{number:04d}")
