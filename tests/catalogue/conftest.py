from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import db
from tests.catalogue.planting import plant


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with db.write() as session:
        plant(session)
    with db.read() as session:
        yield session
