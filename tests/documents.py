"""PDFs to upload and to read."""

import io

import pypdfium2


def pdf(pages: int) -> bytes:
    """So many empty pages, the first ones narrower than those after them."""
    document, out = pypdfium2.PdfDocument.new(), io.BytesIO()
    for number in range(pages):
        document.new_page(200 + 20 * number, 300)
    document.save(out)
    document.close()
    return out.getvalue()
