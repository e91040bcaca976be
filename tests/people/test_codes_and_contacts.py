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


HAN = st.text(st.characters(codec="utf-8", min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=5)
RARE = st.text(st.sampled_from("〇㐀㛃𠮷𣲗𬱖𰻞"), min_size=1, max_size=3)
PART = st.one_of(HAN, RARE, st.tuples(HAN, RARE).map("".join))
LATIN = st.from_regex(r"[A-ZÀÖØÝŁŠŽĐ][a-zàöøýłšžđ]{1,9}", fullmatch=True)
FOREIGN = st.tuples(st.lists(LATIN, min_size=2, max_size=4), st.lists(st.sampled_from(" -'’"), min_size=3, max_size=3))
DOTS = "·•‧∙⋅・･．●"


@given(st.lists(PART, min_size=2, max_size=4), st.sampled_from(DOTS), st.booleans())
def test_minority_names_have_one_dot_whichever_was_typed(parts: list[str], dot: str, apart: bool) -> None:
    typed = f" {dot} ".join(parts) if apart else dot.join(parts)
    assert contact.normal_name(typed) == "·".join(parts)
    assert contact.name_problem("·".join(parts)) is None


@given(st.one_of(HAN, RARE).filter(lambda name: len(name) > 1), st.sampled_from(["", " ", "\u3000"]))
def test_han_names_are_kept_as_they_are_written(name: str, gap: str) -> None:
    assert contact.normal_name(gap.join(name)) == name
    assert contact.name_problem(name) is None


@given(FOREIGN)
def test_foreign_names_keep_their_marks(name: tuple[list[str], list[str]]) -> None:
    words, marks = name
    typed = words[0] + "".join(mark + word for mark, word in zip(marks, words[1:], strict=False))
    assert contact.normal_name(typed) == typed
    assert contact.name_problem(typed) is None


@given(PART, st.characters(categories=["Nd", "Cc", "Sm", "So", "Cf"]).filter(lambda sign: not sign.isspace()), PART)
def test_signs_are_refused_wherever_they_stand(before: str, sign: str, after: str) -> None:
    assert contact.name_problem(contact.normal_name(before + sign + after)) is not None or sign in DOTS


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
