"""epicevents payment …"""

import click

from crm.cli.groups import Group


@click.group(cls=Group, package=__name__)
def payment() -> None:
    """What came in and what went back."""
