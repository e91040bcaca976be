"""Credit codes, phones, names, e-mail addresses, employers, passwords."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.people import contact, credit_code, passwords

CODES = st.text(credit_code.ALPHABET, min_size=17, max_size=17).map(lambda c: c + credit_code.check_character(c))


@pytest.mark.parametrize(
    "code",
    ["91350100M000100Y43", "52420000MJH233410E", "51420000MJH200408C", "51420000MJH200395N", "51420000MJH2003604"],
)
def test_real_codes_pass(code: str) -> None:
    assert credit_code.check(code) is None


@pytest.mark.parametrize(
    ("code", "words"),
    [("91350100M000100Y4Z", "Z"), ("91350100M000100Y4", "17"), ("91350100M000100Y44", "last character")],
)
def test_wrong_codes_are_explained(code: str, words: str) -> None:
    assert words in str(credit_code.check(code))


@given(CODES)
def test_made_codes_pass_and_are_masked(code: str) -> None:
    assert credit_code.check(code) is None
    assert code[4:16] not in credit_code.masked(code)


@given(CODES, st.integers(0, 16), st.integers(1, 30))
def test_one_wrong_character_never_passes(code: str, place: int, shift: int) -> None:
    letters = credit_code.ALPHABET
    other = letters[(letters.index(code[place]) + shift) % 31]
    assert credit_code.check(code[:place] + other + code[place + 1 :]) is not None


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "+86", "86", "0086", "+86 ", "（+86）"]))
def test_phones_are_forgiven_their_form(phone: str, code: str) -> None:
    typed = f"{code}{phone[:3]} {phone[3:7]}-{phone[7:]}"
    assert contact.normal_phone(typed) == phone
    assert contact.phone_problem(phone) is None


@pytest.mark.parametrize(
    ("phone", "words"),
    [
        ("1383155206", "only 10"),
        ("138315520678", "has 12"),
        ("12831552067", "13 to 19"),
        ("1383155206a", "digits only"),
    ],
)
def test_wrong_phones_are_explained(phone: str, words: str) -> None:
    assert words in str(contact.phone_problem(phone))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("周晓岚", "周晓岚"),
        (" 张 三 ", "张三"),
        ("迪丽热巴•阿卜杜勒", "迪丽热巴·阿卜杜勒"),
        ("买买提．艾力", "买买提·艾力"),
        ("阿卜杜拉⋅买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉･买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉 . 买买提", "阿卜杜拉·买买提"),
        ("John D. Smith", "John D. Smith"),
        ("刘〇", "刘〇"),
        ("刘 〇.李", "刘〇·李"),
        ("Anna  Maria O'Neill", "Anna Maria O'Neill"),
        ("㛃𣲗", "㛃𣲗"),
    ],
)
def test_names_are_kept_in_one_form(typed: str, kept: str) -> None:
    assert contact.normal_name(typed) == kept
    assert contact.name_problem(kept) is None


@pytest.mark.parametrize("name", ["", "李", "张三1", "张<b>", "x" * 61, "张\x00三"])
def test_names_with_digits_or_signs_are_refused(name: str) -> None:
    assert contact.name_problem(contact.normal_name(name)) is not None


@given(st.text(max_size=80))
def test_normal_forms_are_stable(text: str) -> None:
    for normal in (contact.normal_name, contact.normal_phone, contact.normal_employer):
        assert normal(normal(text)) == normal(text)


def test_employers_are_kept_in_one_form() -> None:
    assert contact.normal_employer("唐山市 第一 中学 (北校区)") == "唐山市第一中学（北校区）"
    assert contact.employer_problem("唐山学院") is None
    assert contact.employer_problem("一中") is not None
    assert contact.employer_problem("1234567") is not None


@pytest.mark.parametrize("address", ["a@b.cn", "first.last+x@mail.example.com"])
def test_mail_addresses_pass(address: str) -> None:
    assert contact.email_problem(contact.normal_email(address)) is None


@pytest.mark.parametrize("address", ["", "a", "a@b", "a b@c.cn", "a@b.cn,c@d.cn", "x" * 255 + "@b.cn"])
def test_wrong_mail_addresses_are_refused(address: str) -> None:
    assert contact.email_problem(contact.normal_email(address)) is not None


@pytest.mark.parametrize(
    "password",
    [
        "short1",
        "12345678",
        "aaaaaaaaa",
        "x" * 129,
        "11010519491231002x",
        "id11010519491231002X",
        "13831552067a",
        "1231002X",
        "１２３１００２ｘ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "１３８３１５５２０６７a",
    ],
)
def test_weak_passwords_are_refused(password: str) -> None:
    assert passwords.problem(password, "11010519491231002X", "13831552067") is not None


def test_a_sentence_is_a_good_password() -> None:
    assert passwords.problem("春天 is green", "11010519491231002X", "") is None
    kept = passwords.digest("春天 is green")
    assert kept.startswith("scrypt:")
    assert passwords.fits(kept, "春天 is green")
    assert not passwords.fits(kept, "春天 is gree")
    assert not passwords.fits(None, "")
