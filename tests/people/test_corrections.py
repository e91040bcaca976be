"""Corrections: asked for with evidence, decided fact by fact, audited without values; what was issued stays."""

import io
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import delete, select

from portal import clock, db
from portal.access import service as access
from portal.audit.models import AuditRow
from portal.credits import service as credits_
from portal.errors import Conflict, NotFound, Refused
from portal.messages.models import Message
from portal.people import corrections, passwords, registration, service
from portal.people.corrections import Decision, Wanted
from portal.people.models import Agreement, Correction, CorrectionEvidence, CorrectionItem, Learner
from portal.people.registration import Registration
from portal.photos import papers
from portal.testing import PASSWORD, make_account, make_learner

NUMBER, OTHER, FREE = "11010519491231002X", "110105194912310038", "130208198203150015"
FORM = {
    "name": "周晓兰", "id_kind": "resident_id", "id_number": "", "division_code": "130203",
    "employer": "唐山市第三中学", "note": "登记时写错",
}  # fmt: skip


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((900, 600)).convert("RGB").save(out, "JPEG", comment=b"secret place")
    out.seek(0)
    return out


@pytest.fixture
def learner(client: FlaskClient, right: Registration) -> Learner:
    with db.write() as session:
        made = service.register(session, right, clock.now(), passwords.digest(PASSWORD))
    assert client.post("/login", data={"name": NUMBER, "password": PASSWORD}).status_code == 303
    return made


@pytest.fixture
def staff(city: Agreement) -> int:
    with db.write() as session:
        account = make_account(session)
    return account.id


def ask(learner: Learner, **changes: str) -> int:
    same = {
        "name": "周晓岚",
        "id_kind": "resident_id",
        "id_number": "",
        "employer": "唐山市第三中学",
        "division_code": "130203",
    }
    with db.write() as session:
        evidence = [papers.redraw(picture().read(), "evidence")]
        return corrections.ask(session, learner.id, Wanted(**{**same, **changes}), evidence, "", clock.now()).id


def decide(correction_id: int, staff: int, **decisions: Decision) -> None:
    with db.write() as session:
        corrections.decide(session, correction_id, staff, decisions, clock.now())


def test_a_learner_asks_and_nothing_changes_yet(client: FlaskClient, learner: Learner) -> None:
    assert "周晓岚" in client.get("/me/corrections/new").text
    sent = client.post("/me/corrections/new", data={**FORM, "evidence": (picture(), "id.jpg")})
    assert (sent.status_code, sent.location) == (303, "/me/corrections")
    page = client.get("/me/corrections").text
    assert "周晓兰" in page
    assert "撤回申请" in page
    with db.read() as session:
        assert session.get_one(Learner, learner.id).name == "周晓岚"
        correction = session.scalars(select(Correction)).one()
        assert [item.field for item in correction.items] == ["name"]
        kept = corrections.picture(session, correction.id, correction.evidence[0].id)
    assert b"secret place" not in kept


def test_what_is_wrong_is_said_at_its_field_and_typed_text_kept(client: FlaskClient, learner: Learner) -> None:
    data = {**FORM, "name": "周晓兰7", "id_number": NUMBER[:-1] + "3", "employer": "x"}
    answer = client.post("/me/corrections/new", data={**data, "evidence": (io.BytesIO(b"no picture"), "id.jpg")})
    assert answer.status_code == 422
    assert "周晓兰7" in answer.text
    answer = client.post("/me/corrections/new", data=data)
    for field in ("name", "id_number", "employer", "evidence"):
        assert f'href="#{field}"' in answer.text
    assert (
        client.post(
            "/me/corrections/new", data={**FORM, "name": "周晓岚", "evidence": (picture(), "a.jpg")}
        ).status_code
        == 422
    )


def test_one_request_at_a_time_and_it_can_be_withdrawn(client: FlaskClient, learner: Learner) -> None:
    first = ask(learner, name="周晓兰")
    assert client.post("/me/corrections/new", data={**FORM, "evidence": (picture(), "a.jpg")}).status_code == 409
    assert client.post(f"/me/corrections/{first}/withdraw").status_code == 303
    assert client.post(f"/me/corrections/{first}/withdraw").status_code == 404
    ask(learner, name="周晓兰")


def test_anothers_request_is_unknown(client: FlaskClient, learner: Learner) -> None:
    with db.write() as session:
        other = make_learner(session)
    assert client.post(f"/me/corrections/{ask(other, name='李四')}/withdraw").status_code == 404


def test_staff_decide_fact_by_fact(client: FlaskClient, learner: Learner, staff: int) -> None:
    with db.write() as session:
        credits_.earn(
            session, learner_id=learner.id, year=2025, kind="major", hours=6000, title="t", source="import",
            employer_name="唐山市第三中学", now=clock.now(),
        )  # fmt: skip
    asked = ask(learner, name="周晓兰", id_number=OTHER, employer="唐山市第一中学")
    yes, no = Decision(True), Decision(False, "照片看不清证件号码")
    decide(asked, staff, name=yes, id=no, employer=yes)
    with db.read() as session:
        now = session.get_one(Learner, learner.id)
        assert (now.name, now.account.first_name, now.id_number) == ("周晓兰", "周晓兰", NUMBER)
        assert [(e.employer_name, e.division_code) for e in now.employments] == [("唐山市第一中学", "130208")]
        assert now.division_code == "130208"
        assert credits_.live(session, learner.id)[0].employer_name == "唐山市第三中学"
        assert session.scalars(select(Message.kind).order_by(Message.id.desc())).first() == "correction_done"
        rows = session.scalars(select(AuditRow).where(AuditRow.actor_id == staff)).all()
        said = str([(row.before, row.after) for row in rows])
    assert [row.verb for row in rows] == ["corrected", "correction_refused", "corrected"]
    for value in (NUMBER, OTHER, "周晓", "中学"):
        assert value not in said
    page = client.get("/me/corrections").text
    assert "照片看不清证件号码" in page
    assert OTHER not in page


def test_a_corrected_number_is_the_login_name_and_the_old_one_is_not(learner: Learner, staff: int) -> None:
    decide(ask(learner, id_number=OTHER), staff, id=Decision(True))
    with db.read() as session:
        assert access.log_in(session, OTHER, PASSWORD).id == learner.account_id
        with pytest.raises(Refused):
            access.log_in(session, NUMBER, PASSWORD)
        assert registration.taken(session, NUMBER) is None


def test_a_number_somebody_took_meanwhile_cannot_be_accepted(
    learner: Learner, staff: int, city: Agreement, right: Registration
) -> None:
    asked = ask(learner, id_number=OTHER)
    with db.write() as session:
        other = replace(right, id_number=OTHER, phone="13800000009", email="", name="李四")
        service.register(session, other, clock.now(), "x")
    with pytest.raises(Refused):
        decide(asked, staff, id=Decision(True))
    decide(asked, staff, id=Decision(False, "号码已属于别人"))


def test_whoever_asks_is_not_told_whose_a_number_is(
    client: FlaskClient, learner: Learner, staff: int, right: Registration
) -> None:
    """Staff read it at the decision; the learner's pages are those of a number nobody has (docs/adr/0010)."""
    other = replace(right, id_number=OTHER, phone="13800000009", email="", name="李四")
    with db.write() as session:
        service.register(session, other, clock.now(), "x")
    client.get("/messages")  # read, so that no page counts them
    seen = []
    for number in (FREE, OTHER):
        form = {**FORM, "name": "周晓岚", "id_number": number, "evidence": (picture(), "id.jpg")}
        answer = client.post("/me/corrections/new", data=form, follow_redirects=True)
        pages = [answer.text, client.get("/me").text, client.get("/messages").text]
        seen.append([re.sub(r'(content|value)="[^"]{60,}"', "", page) for page in pages])
        with db.write() as session:
            asked = session.scalars(select(Correction).where(Correction.state == "open")).one().id
            if number == FREE:
                for model in (CorrectionItem, CorrectionEvidence, Correction):  # so that it stands nowhere
                    session.execute(delete(model))
        seen[-1] = [page.replace(f"{number[:6]} ******** {number[14:]}", "") for page in seen[-1]]
        seen[-1] = [page.replace(f"/me/corrections/{asked}/", "") for page in seen[-1]]
    assert seen[0] == seen[1]
    with pytest.raises(Refused) as caught:
        decide(asked, staff, id=Decision(True))
    assert [(one.field, "已有另一个账号" in str(one.message)) for one in caught.value.problems] == [("id", True)]


@pytest.mark.parametrize("decisions", [{}, {"name": Decision(False)}, {"name": Decision(False, "x" * 301)}])
def test_a_decision_is_whole_and_says_why(learner: Learner, staff: int, decisions: dict[str, Decision]) -> None:
    asked = ask(learner, name="周晓兰")
    with pytest.raises(Refused):
        decide(asked, staff, **decisions)
    with db.read() as session:
        assert session.get_one(Correction, asked).state == "open"


def test_decided_once(learner: Learner, staff: int) -> None:
    asked = ask(learner, name="周晓兰")
    decide(asked, staff, name=Decision(True))
    with pytest.raises(Conflict):
        decide(asked, staff, name=Decision(False, "不"))
    with pytest.raises(NotFound):
        decide(999, staff)


def test_the_queue_is_of_ones_own_counties(learner: Learner) -> None:
    asked = ask(learner, name="周晓兰")
    with db.read() as session:
        assert [one.id for one in corrections.queue(session)] == [asked]
        assert [one.id for one in corrections.queue(session, {"130203"})] == [asked]
        assert corrections.queue(session, {"130208"}) == []


def test_values_are_sealed_in_the_table(learner: Learner) -> None:
    ask(learner, name="周晓兰", id_number=OTHER)
    with db.read() as session:
        raw = session.connection().exec_driver_sql("SELECT before, after FROM correction_item").all()
    assert not any(value in str(raw) for value in (NUMBER, OTHER, "周晓"))
