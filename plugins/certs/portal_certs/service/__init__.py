"""The only writer of this plugin's tables: documents, layouts, batches, look-ups."""

from portal_certs.service.batches import (
    BATCH,
    advance_batch,
    ask_batch,
    ask_issue,
    drop_batch,
    finish_batch,
    retry_batch,
)
from portal_certs.service.documents import (
    AWARD,
    PRINT,
    end,
    finish,
    issue_certificate,
    issue_proof,
    issue_transcript,
    next_serial,
    queue_printing,
    reissue,
    revoke,
)
from portal_certs.service.layouts import publish_design, publish_template, template_in_use
from portal_certs.service.look_ups import WINDOW, count_look_up, forget_look_ups, look_up_key

__all__ = [
    "AWARD",
    "BATCH",
    "PRINT",
    "WINDOW",
    "advance_batch",
    "ask_batch",
    "ask_issue",
    "count_look_up",
    "drop_batch",
    "end",
    "finish",
    "finish_batch",
    "forget_look_ups",
    "issue_certificate",
    "issue_proof",
    "issue_transcript",
    "look_up_key",
    "next_serial",
    "publish_design",
    "publish_template",
    "queue_printing",
    "reissue",
    "retry_batch",
    "revoke",
    "template_in_use",
]
