"""The application a command works on, or a sentence why it does not start."""

import click
from flask import Flask
from pydantic import ValidationError

from portal.app import create_app
from portal.errors import Misconfigured
from portal.settings import load


def open_app() -> Flask:
    """:raises click.ClickException: a setting is missing or wrong."""
    try:
        return create_app(load())
    except Misconfigured as error:
        raise click.ClickException(str(error)) from error
    except ValidationError as error:
        raise click.ClickException("; ".join(faults(error))) from error


def faults(error: ValidationError) -> list[str]:
    """What is wrong with the settings: variable and reason, never the value."""
    return [f"PORTAL_{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors() if one["loc"]]
