"""kill -9 of a real process between any two lines of issuing: no document, or one that the job finishes."""

import hashlib
import pickle
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal import clock, db, jobs
from portal.jobs import Job
from portal.settings import Settings
from portal.storage import current_storage
from portal_certs.models import Document, Number
from tests.certs.holder import document_of, documents, made, messages_of

POINTS = 6  # of the run at which a child is killed
CHILD = """
import os, pickle, signal, sys
from pathlib import Path
from portal import jobs
from portal.app import create_app
from portal.settings import Settings

values, last = pickle.loads(Path(sys.argv[1]).read_bytes()), int(sys.argv[2])
names = "portal_certs/issuing.py portal_certs/service/documents.py portal_certs/pades.py portal/storage.py portal/db.py"
ours = tuple(names.split())
count = 0

def lines(frame, event, _given):
    global count
    if not frame.f_code.co_filename.endswith(ours):
        return None
    count += event == "line"
    if count == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return lines

with create_app(Settings().model_copy(update=values)).app_context():
    from portal_certs import fonts, pades
    fonts.warm()
    sys.settrace(lines)
    jobs.drain()
    sys.settrace(None)
print(count)
"""


def _child(settings: Settings, folder: Path, last: int) -> subprocess.CompletedProcess[str]:
    (folder / "settings").write_bytes(pickle.dumps(settings.model_dump()))
    words = [sys.executable, "-c", CHILD, str(folder / "settings"), str(last)]
    return subprocess.run(words, capture_output=True, text=True, timeout=300)


@pytest.mark.slow
def test_killed_anywhere_one_document_comes_of_it(app: Flask, settings: Settings, tmp_path: Path) -> None:
    holder = made()
    whole = _child(settings, tmp_path, -1)
    assert whole.returncode == 0, whole.stderr
    assert document_of(holder).state == "issued"
    total = int(whole.stdout)
    assert total > 100
    for turn in range(POINTS):
        holder = made(f"李{turn}")
        died = _child(settings, tmp_path, 1 + total * turn // POINTS)
        assert died.returncode == -signal.SIGKILL, died.stderr
        with db.read() as session:
            found = session.scalars(select(Document).where(Document.plan_id == holder.plan_id)).all()
        assert [one.state for one in found] in ([], ["pending"], ["issued"])
        jobs.drain(clock.now() + timedelta(minutes=10))
        document = document_of(holder)
        assert document.state == "issued"
        assert hashlib.sha256(current_storage().get(str(document.storage_key))).hexdigest() == document.sha256
        assert messages_of(holder) == ["certificate_issued"]
    assert sorted(int(one.number[10:16]) for one in documents()) == list(range(1, POINTS + 2))
    with db.read() as session:
        assert session.scalars(select(Number.last)).all() == [POINTS + 1]
        assert {job.state for job in session.scalars(select(Job).where(Job.key == "certs.print"))} == {"done"}
