"""Names, mobile phones and e-mail addresses: the form they are kept in, and what is wrong with one, in words."""

import re
import unicodedata
from functools import lru_cache

from flask_babel import lazy_gettext as _l

_HAN = r"\u3007\u3400-\u9fff\U00020000-\U0003ffff"
_DOTS = re.compile(rf"\s*[·•‧∙⋅・･．●]\s*|(?<=[{_HAN}])\s*\.\s*(?=[{_HAN}])")
_GAPS = re.compile(r"[\s\-‐-―()（）.]+")
NAME_LONGEST, EMAIL_LONGEST, EMPLOYER_SHORTEST, EMPLOYER_LONGEST = 60, 254, 4, 120
HAN_FEWEST = 2  # names are registered in Chinese (企业名称登记管理规定), those of foreign employers here too


def normal_name(name: str) -> str:
    """A person's name as it is printed: one kind of middle dot, no spaces between Han characters, single ones else.

    A full stop between Han characters is the dot of a minority name.
    """
    if name.isalpha() and unicodedata.is_normalized("NFC", name):  # most names: nothing to put right
        return name
    plain = unicodedata.normalize("NFC", " ".join(name.split()))
    plain = _DOTS.sub("·", plain)
    return re.sub(rf"(?<=[{_HAN}]) (?=[{_HAN}])", "", plain)


def name_problem(name: str) -> object:
    """What is wrong with a normalised name of a person, or None. Rare characters and Latin names are fine."""
    if len(name) < 2:
        return _l("Enter the whole name.")
    if len(name) > NAME_LONGEST:
        return _l("A name has at most %(count)s characters.", count=NAME_LONGEST)
    if not name.isalpha() and any(
        not (c.isalpha() or c in "〇 ·-'’.,") and not unicodedata.category(c).startswith("M") for c in name
    ):
        return _l("A name has letters only, no digits or signs.")
    return None


def normal_phone(phone: str) -> str:
    """Eleven digits where possible: full-width forms, spaces, dashes and the country code are forgiven."""
    if len(phone) == 11 and phone.isascii() and phone.isdecimal():
        return phone
    plain = unicodedata.normalize("NFKC", _GAPS.sub("", unicodedata.normalize("NFKC", phone)))
    return re.sub(r"^(\+|00)?86(?=1\d{10}$)", "", plain)


def phone_problem(phone: str) -> object:
    """What is wrong with a normalised mobile number of mainland China, or None."""
    if not phone:
        return _l("Enter the mobile number.")
    if not re.fullmatch(r"[0-9]+", phone):
        return _l("A mobile number has digits only.")
    if len(phone) < 11:
        return _l("This mobile number has only %(count)s digits; it needs 11.", count=len(phone))
    if len(phone) > 11:
        return _l("This mobile number has %(count)s digits; it needs 11.", count=len(phone))
    if not re.match(r"1[3-9]", phone):
        return _l("A mobile number begins with 13 to 19.")
    return None


def normal_email(email: str) -> str:
    """The address in small letters, half-width."""
    return unicodedata.normalize("NFKC", email).strip().lower()


def email_problem(email: str) -> object:
    """What is wrong with an e-mail address, or None. Only its form is looked at."""
    if len(email) > EMAIL_LONGEST or not re.fullmatch(r"[\w.%+'-]+@([\w-]+\.)+[\w-]{2,}", email, re.ASCII):
        return _l("An e-mail address looks like name@example.com.")
    return None


@lru_cache(4096)
def normal_employer(name: str) -> str:
    """The full name of an employer: full-width brackets, no spaces between Han characters, single ones else."""
    plain = unicodedata.normalize("NFC", " ".join(name.split())).replace("(", "（").replace(")", "）")
    return re.sub(rf"(?<=[{_HAN}（）]) | (?=[{_HAN}（）])", "", plain)


@lru_cache(4096)
def employer_problem(name: str) -> object:
    """What is wrong with the full name of an employer, or None."""
    if len(name) < EMPLOYER_SHORTEST or len(re.findall(f"[{_HAN}]", name)) < HAN_FEWEST:
        return _l("Enter the full name of the employer, the same as on its seal.")
    if re.search(r"\d{7}", name):
        return _l("The name of an employer holds no telephone or code number. Enter its full name only.")
    if len(name) > EMPLOYER_LONGEST:
        return _l("The name of an employer has at most %(count)s characters.", count=EMPLOYER_LONGEST)
    if any(unicodedata.category(c).startswith("C") for c in name):
        return _l("Enter the full name of the employer, the same as on its seal.")
    return None
