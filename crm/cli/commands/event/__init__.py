"""epicevents event …"""

import click

from crm.cli.groups import Group


@click.group(cls=Group, package=__name__)
def event() -> None:
    """Events and who runs them."""
