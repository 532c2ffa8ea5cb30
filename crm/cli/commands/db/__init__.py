"""epicevents db …"""

import click

from crm.cli.groups import Group


@click.group(cls=Group, package=__name__)
def db() -> None:
    """The database: backup, restore, upgrade, status, start, stop."""
