"""epicevents user …"""

import click

from crm.cli.groups import Group


@click.group(cls=Group, package=__name__)
def user() -> None:
    """Colleagues and their accounts."""
