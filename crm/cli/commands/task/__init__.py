"""epicevents task …"""

import click

from crm.cli.groups import Group


@click.group(cls=Group, package=__name__)
def task() -> None:
    """What is to be done, by when and by whom."""
