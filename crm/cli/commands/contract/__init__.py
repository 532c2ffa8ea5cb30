"""epicevents contract …"""

import click

from crm.cli.groups import Group


@click.group(cls=Group, package=__name__)
def contract() -> None:
    """Contracts, signatures and payments."""
