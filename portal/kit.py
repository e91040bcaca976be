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
from portal.audit import service as audit
from portal.catalogue import choice
from portal.catalogue import service as catalogue
from portal.catalogue.choice import Offer, Standing
from portal.catalogue.models import Project, Specialty, TrainingClass
from portal.catalogue.service import ClassChoice, Room
from portal.db import UtcDateTime
from portal.divisions import service as divisions
from portal.errors import Conflict, Forbidden, Misconfigured, NotFound, PortalError, Refused, TooMany
from portal.hookspecs import hookimpl
from portal.jobs import Again, JobContext, submit
from portal.orders import drafts
from portal.orders.models import Draft, Order, OrderLine
from portal.orders.numbers import read as read_number
from portal.orders.placing import place_order
from portal.orders.quote import Quote, quote
from portal.payments.gateways import hear
from portal.payments.models import Payment, Refund
from portal.payments.provider import BillLine, Notice, PaymentProvider, RefundAnswer
from portal.people import service as people
from portal.people.identity import BY_KEY as ID_KINDS
from portal.people.models import Account, Learner
from portal.photos import service as photos
from portal.photos.scans import check_scan
from portal.plugins import plugin_setting
from portal.rules.rules import MAJOR, PUBLIC, Rules
from portal.settings import current_settings
from portal.storage import current_storage
from portal.study.models import Plan
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
    "ID_KINDS",
    "MAJOR",
    "PUBLIC",
    "Account",
    "Again",
    "Award",
    "BillLine",
    "ClassChoice",
    "Conflict",
    "Draft",
    "Forbidden",
    "Form",
    "HomeCard",
    "JobContext",
    "JobSpec",
    "Learner",
    "Misconfigured",
    "Model",
    "NavItem",
    "NotFound",
    "Notice",
    "Offer",
    "Order",
    "OrderClosed",
    "OrderLine",
    "OrderPaid",
    "OrderProposal",
    "Payment",
    "PaymentProvider",
    "Pick",
    "Plan",
    "PlanAction",
    "PlanCompleted",
    "PlanRevoked",
    "PluginSetting",
    "PortalError",
    "Problem",
    "Project",
    "ProposedLine",
    "Quote",
    "Refund",
    "RefundAnswer",
    "Refused",
    "Role",
    "Room",
    "Rules",
    "Sealed",
    "SelectionMode",
    "Specialty",
    "Standing",
    "TooMany",
    "TrainingClass",
    "UtcDateTime",
    "_",
    "_l",
    "account",
    "add_problems",
    "audit",
    "catalogue",
    "check_scan",
    "choice",
    "clock",
    "current_account",
    "current_learner",
    "current_organisation",
    "current_settings",
    "current_storage",
    "current_vault",
    "db",
    "divisions",
    "drafts",
    "hear",
    "hookimpl",
    "learner_required",
    "login_required",
    "ngettext",
    "organisation_required",
    "people",
    "photos",
    "place_order",
    "plugin_setting",
    "public",
    "quote",
    "read_number",
    "submit",
]
