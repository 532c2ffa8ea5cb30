"""epicevents view …"""

import click

from crm.cli.groups import Group


@click.group(cls=Group, package=__name__)
def view() -> None:
    """Saved listings."""
