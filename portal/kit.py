"""What plugins build on: the only module of the portal a plugin imports.

Everything here keeps working between versions with the same major number; everything else may move.
"""

from flask_appbuilder import Model
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal import clock, db, pdf
from portal.access.guard import clerk_required, learner_required, login_required, organisation_required, public
from portal.access.visitor import (
    account,
    buyer_id,
    current_account,
    current_learner,
    current_organisation,
    may_act,
    visiting_learner,
)
from portal.audit import service as audit
from portal.catalogue import choice, overview
from portal.catalogue import search as course_search
from portal.catalogue import service as catalogue
from portal.catalogue.choice import Offer, Standing
from portal.catalogue.models import Category, Course, Lesson, Project, Specialty, SpecialtyCourse, TrainingClass
from portal.catalogue.overview import Newest as NewestProject
from portal.catalogue.service import ClassChoice
from portal.credits import service as ledger
from portal.credits.models import Credit
from portal.db import UtcDateTime
from portal.divisions import following
from portal.divisions import service as divisions
from portal.divisions.models import Division, listed
from portal.errors import Conflict, Elsewhere, Forbidden, Misconfigured, NotFound, PortalError, Refused, TooMany
from portal.fonts import FONTS
from portal.hookspecs import hookimpl
from portal.jobs import Again, Job, JobContext, submit, try_again
from portal.messages import service as messages
from portal.messages.models import Message
from portal.messages.sms import Sms, SmsSender
from portal.orders import drafts
from portal.orders import service as orders
from portal.orders.models import Draft, LineCourse, Order, OrderLine
from portal.orders.numbers import read as read_number
from portal.orders.placing import changeable, place_order, place_within, placed_before, to_order
from portal.orders.quote import Quote, quote
from portal.payments.gateways import hear
from portal.payments.models import Payment, Refund
from portal.payments.provider import BillLine, Notice, PaymentProvider, RefundAnswer
from portal.people import contact, identity, joining, organisation_codes
from portal.people import service as people
from portal.people.identity import BY_KEY as ID_KINDS
from portal.people.models import Account, Employment, Learner, Organisation
from portal.people.newcomers import Newcomer
from portal.photos import service as photos
from portal.photos.models import Photo
from portal.photos.scans import check_scan
from portal.plugins import document_variables, plugin_setting
from portal.rules import service as rules
from portal.rules.kept import of_year as year_rules
from portal.rules.models import RuleSet
from portal.rules.rules import MAJOR, PUBLIC, Rules
from portal.settings import current_settings
from portal.sheets import values as cells
from portal.sheets.checking import Line, Report
from portal.sheets.checking import again as check_again
from portal.sheets.checking import check as check_table
from portal.sheets.checking import repeated as repeated_lines
from portal.sheets.layout import Layout
from portal.sheets.layout import load as load_layout
from portal.sheets.reading import Book
from portal.sheets.reading import read as read_sheets
from portal.sheets.repair import workbook as repair_workbook
from portal.sheets.tables import find as find_table
from portal.sheets.tables import lacking as lacking_columns
from portal.sheets.template import Template
from portal.sheets.template import version_of as template_version
from portal.sheets.template import workbook as template_workbook
from portal.staff import rows as staff_rows
from portal.staff import shapes
from portal.staff.actions import Action, Ask
from portal.staff.guard import needs as staff_required
from portal.staff.screens import EVERYWHERE, Column, Field, Filter, Find, Inline, PageLink, Part, RowColumn, Screen
from portal.staff.versions import FROM, Versions
from portal.storage import LocalStorage, current_storage, delete_after
from portal.study import media
from portal.study.models import Plan, PlanCourse
from portal.types import (
    Award,
    DocumentVariable,
    HomeCard,
    JobSpec,
    LearnersMerged,
    NavItem,
    OrderClosed,
    OrderPaid,
    OrderProposal,
    PersonalRows,
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
from portal.versions import CATALOGUE
from portal.web import formats
from portal.web.forms import Form, add_problems
from portal.web.kept import kept

__all__ = [
    "CATALOGUE",
    "EVERYWHERE",
    "FONTS",
    "FROM",
    "ID_KINDS",
    "MAJOR",
    "PUBLIC",
    "Account",
    "Action",
    "Again",
    "Ask",
    "Award",
    "BillLine",
    "Book",
    "Category",
    "ClassChoice",
    "Column",
    "Conflict",
    "Course",
    "Credit",
    "Division",
    "DocumentVariable",
    "Draft",
    "Elsewhere",
    "Employment",
    "Field",
    "Filter",
    "Find",
    "Forbidden",
    "Form",
    "HomeCard",
    "Inline",
    "Job",
    "JobContext",
    "JobSpec",
    "Layout",
    "Learner",
    "LearnersMerged",
    "Lesson",
    "Line",
    "LineCourse",
    "LocalStorage",
    "Message",
    "Misconfigured",
    "Model",
    "NavItem",
    "Newcomer",
    "NewestProject",
    "NotFound",
    "Notice",
    "Offer",
    "Order",
    "OrderClosed",
    "OrderLine",
    "OrderPaid",
    "OrderProposal",
    "Organisation",
    "PageLink",
    "Part",
    "Payment",
    "PaymentProvider",
    "PersonalRows",
    "Photo",
    "Pick",
    "Plan",
    "PlanAction",
    "PlanCompleted",
    "PlanCourse",
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
    "Report",
    "Role",
    "RowColumn",
    "RuleSet",
    "Rules",
    "Screen",
    "Sealed",
    "SelectionMode",
    "Sms",
    "SmsSender",
    "Specialty",
    "SpecialtyCourse",
    "Standing",
    "Template",
    "TooMany",
    "TrainingClass",
    "UtcDateTime",
    "Versions",
    "_",
    "_l",
    "account",
    "add_problems",
    "audit",
    "buyer_id",
    "catalogue",
    "cells",
    "changeable",
    "check_again",
    "check_scan",
    "check_table",
    "choice",
    "clerk_required",
    "clock",
    "contact",
    "course_search",
    "current_account",
    "current_learner",
    "current_organisation",
    "current_settings",
    "current_storage",
    "current_vault",
    "db",
    "delete_after",
    "divisions",
    "document_variables",
    "drafts",
    "find_table",
    "following",
    "formats",
    "hear",
    "hookimpl",
    "identity",
    "joining",
    "kept",
    "lacking_columns",
    "learner_required",
    "ledger",
    "listed",
    "load_layout",
    "login_required",
    "may_act",
    "media",
    "messages",
    "ngettext",
    "orders",
    "organisation_codes",
    "organisation_required",
    "overview",
    "pdf",
    "people",
    "photos",
    "place_order",
    "place_within",
    "placed_before",
    "plugin_setting",
    "public",
    "quote",
    "read_number",
    "read_sheets",
    "repair_workbook",
    "repeated_lines",
    "rules",
    "shapes",
    "staff_required",
    "staff_rows",
    "submit",
    "template_version",
    "template_workbook",
    "to_order",
    "try_again",
    "visiting_learner",
    "year_rules",
]
