"""Pages of 课程资源 cost the same few statements however many courses there are."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, insert

from portal import db
from portal.catalogue.models import Course


def statements(client: FlaskClient, address: str) -> int:
    """How many statements one request runs."""
    seen: list[str] = []

    def note(*given: object) -> None:
        if not str(given[2]).startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            seen.append(str(given[2]))

    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)
    return len(seen)


@pytest.mark.parametrize("courses", [1, 60])
def test_the_list_costs_few_statements(client: FlaskClient, courses: int) -> None:
    rows = [
        {
            "code": f"N{n}",
            "title": f"课程 {n}",
            "kind": "major",
            "year": 2026,
            "hours": 800,
            "price": 100,
            "published": 1,
        }
        for n in range(courses)
    ]
    with db.write() as session:
        session.execute(insert(Course), rows)
    client.get("/courses")
    assert statements(client, "/courses?year=2026") <= 5
