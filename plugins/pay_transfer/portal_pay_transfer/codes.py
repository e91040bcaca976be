"""Finding our numbers in what people write into a remark. Pure."""

import re

from portal.kit import read_number

_LIKE_OURS = re.compile(r"[DPdp]\s?\d{2}[\s-]?[0-9A-Za-z]{4}[\s-]?[0-9A-Za-z]{4}(?![0-9A-Za-z])")


def find(remark: str) -> list[str]:
    """Order and payment numbers in a remark, as we write them, each once; the check character rejects the others."""
    numbers = (read_number(found.replace(" ", "")) for found in _LIKE_OURS.findall(remark))
    return list(dict.fromkeys(number for number in numbers if number))
