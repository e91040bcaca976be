"""What a new version needs in the database: tables, then the data that comes with the portal. May be repeated."""

from flask import Flask

from portal import db, migrations
from portal.divisions import load as divisions
from portal.people import service as people
from portal.staff import roles


def upgrade(app: Flask) -> None:
    """Tables of the core and of each plugin, the divisions of the country, roles and their permissions."""
    with app.app_context():
        migrations.upgrade(db.engine(), app.extensions["portal_plugins"])
        with db.write() as session:
            divisions.load(session)
            roles.sync(session, app)
            people.index_phones(session)
