"""The staff's world of two counties, and in mine a second account of the learner who has everything."""

import io

import pytest
from PIL import Image

from portal import db
from portal.testing import make_learner
from tests.staff.conftest import admin, county, world  # noqa: F401 - fixtures
from tests.staff.world import MINE, World


@pytest.fixture
def twins(world: World) -> tuple[int, int]:  # noqa: F811
    """Ids of the account that stays, which is bare, and of the one that has plans, hours and orders."""
    other = world.mine["learners"]
    with db.write() as session:
        return make_learner(session, other.name, MINE).id, other.id


def paper() -> bytes:
    """A picture of a document."""
    out = io.BytesIO()
    Image.new("RGB", (800, 500), "white").save(out, "JPEG")
    return out.getvalue()
