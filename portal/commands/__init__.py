"""Subcommands of `portal` that are more than a few lines; cli.py adds them."""

import click

from portal.commands.audit_trail import audit
from portal.commands.create_admin import create_admin
from portal.commands.demo import demo
from portal.commands.doctor import doctor
from portal.commands.learners import learners
from portal.commands.questions import questions
from portal.commands.reconcile import reconcile

COMMANDS: tuple[click.Command, ...] = (audit, create_admin, demo, doctor, learners, questions, reconcile)
