"""A workstation for each test."""

from pathlib import Path

import pytest
from support.cli import Workstation
from support.database import Database


@pytest.fixture
def workstation(database: Database, tmp_path: Path) -> Workstation:
    """A workstation of the company of :func:`database`; nobody is logged in."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    return Workstation(database, home)
