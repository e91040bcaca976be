"""portal sandbox-key: the bank changes the key it signs with."""

import click

from portal.kit import clock, db
from portal_pay_sandbox import keys


@click.command("sandbox-key")
def sandbox_key() -> None:
    """Give the sandbox bank another key and pin it; the old one is trusted for a day more."""
    fresh = keys.make()
    with db.write() as session:
        keys.rotate(session, fresh, clock.now())
    click.echo(fresh.fingerprint)
