"""人民币大写: amounts as accountants write them, so that nobody adds a stroke."""

DIGITS = ("零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖")
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")
YUAN, JIAO, FEN, WHOLE = "元", "角", "分", "整"


def capitals(fen: int) -> str:
    """An amount in fen, not negative and below a trillion yuan.

    After the rules of the People's Bank of China for filling in bills (支付结算办法, annex 1): zeros between figures
    are said once, a sum without fen ends with the word for "whole".
    """
    yuan, cents = divmod(fen, 100)
    jiao, single = divmod(cents, 10)
    said = _yuan(yuan) + YUAN if yuan or not cents else ""
    if not cents:
        return said + WHOLE
    if jiao:
        said += DIGITS[jiao] + JIAO
    elif yuan:
        said += DIGITS[0]
    return said + (DIGITS[single] + FEN if single else WHOLE)


def _yuan(yuan: int) -> str:
    """Groups of four figures; a zero where one is left out between two that are said."""
    if not yuan:
        return DIGITS[0]
    said = ""
    for at in range(len(GROUPS) - 1, -1, -1):
        group = yuan // 10_000**at % 10_000
        if not group:
            continue
        if said and (group < 1000 or not yuan // 10_000 ** (at + 1) % 10):
            said += DIGITS[0]
        said += _group(group) + GROUPS[at]
    return said


def _group(group: int) -> str:
    """A number from 1 to 9999."""
    said, skipped = "", False
    for at in range(len(PLACES) - 1, -1, -1):
        digit = group // 10**at % 10
        if digit:
            said += (DIGITS[0] if skipped and said else "") + DIGITS[digit] + PLACES[at]
        skipped = not digit
    return said
