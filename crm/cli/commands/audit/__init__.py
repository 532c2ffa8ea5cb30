"""epicevents audit …"""

import click

from crm.cli.groups import Group


@click.group(cls=Group, package=__name__)
def audit() -> None:
    """See what was changed or denied, and who is logged in."""
