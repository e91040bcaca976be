"""The staff's world: a learner with an order, a payment, a refund under way and a plan."""

from tests.staff.conftest import world as world
