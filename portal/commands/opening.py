"""The application a command works on, or a sentence why it does not start."""

from typing import Any

import click
from flask import Flask
from pydantic import ValidationError

from portal.app import create_app
from portal.errors import Misconfigured
from portal.settings import load


def open_app(**overrides: Any) -> Flask:
    """With other settings than the ones given, where some are said. :raises click.ClickException: one is wrong."""
    try:
        return create_app(load(**overrides))
    except Misconfigured as error:
        raise click.ClickException(str(error)) from error
    except ValidationError as error:
        raise click.ClickException("; ".join(faults(error))) from error


def faults(error: ValidationError) -> list[str]:
    """What is wrong with the settings: variable and reason, never the value."""
    return [f"PORTAL_{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors() if one["loc"]]
