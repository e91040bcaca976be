"""The core's own screens, one module per part of the product."""

from portal.staff.core import catalogue, content, office, orders, people, study
from portal.staff.screens import Screen

SCREENS: tuple[type[Screen], ...] = (
    *people.SCREENS,
    *catalogue.SCREENS,
    *orders.SCREENS,
    *study.SCREENS,
    *content.SCREENS,
    *office.SCREENS,
)
