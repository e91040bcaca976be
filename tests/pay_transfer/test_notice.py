"""缴费通知单: one page an accountant can pay by, in the payer's language, and nobody else's."""

import io

import pypdfium2

from tests.pay_transfer.test_transfers import Announced, announced, counter

__all__ = ["announced", "counter"]


def _words(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return "".join(page.get_textpage().get_text_range() for page in pages).replace("\r\n", "")


def test_it_says_all_that_a_transfer_needs(announced: Announced) -> None:
    number = announced.transfer.payment_number
    browser = announced.counter.browser
    assert f"/transfer/{number}/notice.pdf" in browser.get(f"/transfer/{number}").text
    answer = browser.get(f"/transfer/{number}/notice.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert "no-store" in answer.headers["Cache-Control"]
    said = _words(answer.data)
    for words in ("缴费通知单", number, announced.counter.order.number, "肆拾捌元整", "¥48.00", "共 1 人", "有效期至"):
        assert words in said, words


def test_its_fonts_are_embedded(announced: Announced) -> None:
    pdf = announced.counter.browser.get(f"/transfer/{announced.transfer.payment_number}/notice.pdf").data
    assert pdf.count(b"/FontFile2") == 2
    assert b"/Helvetica" not in pdf.split(b"/FontFile2")[-1]


def test_it_speaks_the_readers_language(announced: Announced) -> None:
    browser = announced.counter.browser
    browser.post("/language", data={"to": "en"})
    said = _words(browser.get(f"/transfer/{announced.transfer.payment_number}/notice.pdf").data)
    assert "Payment notice" in said
    assert "肆拾捌元整" in said  # what a bank in China reads


def test_what_has_arrived_is_not_asked_for_again(announced: Announced) -> None:
    announced.arrive(1800)
    said = _words(announced.counter.browser.get(f"/transfer/{announced.transfer.payment_number}/notice.pdf").data)
    assert "叁拾元整" in said
    assert "肆拾捌元整" not in said


def test_nobody_elses_and_nothing_that_is_over(announced: Announced) -> None:
    number = announced.transfer.payment_number
    assert announced.counter.another().get(f"/transfer/{number}/notice.pdf").status_code == 404
    assert announced.counter.browser.get("/transfer/P26-0000-0000/notice.pdf").status_code == 404
    announced.arrive(4800)
    assert announced.counter.browser.get(f"/transfer/{number}/notice.pdf").status_code == 404
