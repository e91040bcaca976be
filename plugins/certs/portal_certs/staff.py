"""What staff see of documents and their layouts. Read-only: documents change by issuing, correcting and revoking."""

from portal.kit import Screen, _l
from portal_certs.models import Document, Template


class Documents(Screen):
    """Every document with its holder and state."""

    key = "documents"
    model = Document
    title = _l("Certificates and proofs")
    menu = "documents"
    columns = ("number", "kind", "learner", "state", "issued_at", "ended_at")
    search = ("number",)
    weight = 10


class Templates(Screen):
    """The layouts and their versions."""

    key = "document_templates"
    model = Template
    title = _l("Layouts of documents")
    menu = "documents"
    columns = ("kind", "version", "created_at")
    weight = 20
