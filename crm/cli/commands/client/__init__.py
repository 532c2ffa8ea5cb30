"""epicevents client …"""

import click

from crm.cli.groups import Group


@click.group(cls=Group, package=__name__)
def client() -> None:
    """Clients and who looks after them."""
