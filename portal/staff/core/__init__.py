"""The core's own screens, one module per part of the product."""

from portal.staff.core import (
    catalogue,
    content,
    corrections,
    courses,
    invoices,
    office,
    orders,
    outside,
    papers,
    people,
    refunds,
    study,
    suspicions,
)
from portal.staff.screens import Screen

SCREENS: tuple[type[Screen], ...] = (
    *people.SCREENS,
    *corrections.SCREENS,
    *catalogue.SCREENS,
    *orders.SCREENS,
    *refunds.SCREENS,
    *invoices.SCREENS,
    *study.SCREENS,
    *courses.SCREENS,
    *outside.SCREENS,
    *suspicions.SCREENS,
    *content.SCREENS,
    *papers.SCREENS,
    *office.SCREENS,
)
