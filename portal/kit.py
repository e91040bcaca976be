"""What plugins build on: the only module of the portal a plugin imports.

Everything here keeps working between versions with the same major number; everything else may move.
"""

from flask_appbuilder import Model
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal import clock, db
from portal.access.guard import learner_required, login_required, organisation_required, public
from portal.access.visitor import account, current_account, current_learner, current_organisation
from portal.db import UtcDateTime
from portal.errors import Conflict, Forbidden, Misconfigured, NotFound, PortalError, Refused, TooMany
from portal.hookspecs import hookimpl
from portal.jobs import Again, JobContext, submit
from portal.payments.models import Payment
from portal.payments.provider import Notice, PaymentProvider
from portal.plugins import plugin_setting
from portal.settings import current_settings
from portal.storage import current_storage
from portal.types import (
    Award,
    HomeCard,
    JobSpec,
    NavItem,
    OrderClosed,
    OrderPaid,
    OrderProposal,
    Pick,
    PlanAction,
    PlanCompleted,
    PlanRevoked,
    PluginSetting,
    Problem,
    ProposedLine,
    Role,
    SelectionMode,
)
from portal.vault import Sealed, current_vault
from portal.web.forms import Form, add_problems

__all__ = [
    "Again",
    "Award",
    "Conflict",
    "Forbidden",
    "Form",
    "HomeCard",
    "JobContext",
    "JobSpec",
    "Misconfigured",
    "Model",
    "NavItem",
    "NotFound",
    "Notice",
    "OrderClosed",
    "OrderPaid",
    "OrderProposal",
    "Payment",
    "PaymentProvider",
    "Pick",
    "PlanAction",
    "PlanCompleted",
    "PlanRevoked",
    "PluginSetting",
    "PortalError",
    "Problem",
    "ProposedLine",
    "Refused",
    "Role",
    "Sealed",
    "SelectionMode",
    "TooMany",
    "UtcDateTime",
    "_",
    "_l",
    "account",
    "add_problems",
    "clock",
    "current_account",
    "current_learner",
    "current_organisation",
    "current_settings",
    "current_storage",
    "current_vault",
    "db",
    "hookimpl",
    "learner_required",
    "login_required",
    "ngettext",
    "organisation_required",
    "plugin_setting",
    "public",
    "submit",
]
