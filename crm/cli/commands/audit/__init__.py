"""epicevents audit …"""

import click

from crm.cli.groups import Group


@click.group(cls=Group, package=__name__)
def audit() -> None:
    """What was changed and what was denied, and who is logged in."""
