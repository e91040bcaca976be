"""Invented numbers with right check digits that can be nobody's."""

from portal.people import credit_code, identity

# 滦州市 has this code since 2018: nobody born before has an ID number that begins with it.
_REGION = "130284"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def id_number(born: str, sequence: int) -> str:
    """A resident ID number. :param born: YYYYMMDD, before 2018."""
    first17 = f"{_REGION}{born}{sequence:03d}"
    return first17 + identity.check_digit(first17)


def phone(sequence: int) -> str:
    """A mobile number of the range that manuals print."""
    return f"1380000{sequence:04d}"


def credit_number(kind: str, division_code: str, sequence: int) -> str:
    """A unified social credit code (GB 32100) around an organisation code (GB 11714) that begins with XUE."""
    body = f"XUE{sequence:05d}"
    values = [int(character, 36) for character in body]
    check = 11 - sum(w * v for w, v in zip(_ORGANISATION_WEIGHTS, values, strict=True)) % 11
    first17 = f"{kind}{division_code}{body}{'X' if check == 10 else check % 11}"
    return first17 + credit_code.check_character(first17)
