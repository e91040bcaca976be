"""Pages about people: 学员注册, activation of old accounts, 个人资料."""

from portal.people import (
    activation_views,
    clerk_views,
    correction_views,
    organisation_views,
    profile_views,
    recovery_views,
    registration_views,
    slip_views,
)
from portal.people.pages import blueprint

__all__ = [
    "activation_views",
    "blueprint",
    "clerk_views",
    "correction_views",
    "organisation_views",
    "profile_views",
    "recovery_views",
    "registration_views",
    "slip_views",
]
