"""epicevents log …"""

import click

from crm.cli.groups import Group


@click.group(cls=Group, package=__name__)
def log() -> None:
    """What was said to clients."""
