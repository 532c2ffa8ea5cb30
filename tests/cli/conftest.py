"""A workstation for each test."""

from pathlib import Path

import pytest
from support.cli import Workstation
from support.company import Company
from support.database import Database


@pytest.fixture
def workstation(database: Database, tmp_path: Path) -> Workstation:
    """A workstation of the company of :func:`database`; nobody is logged in."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    return Workstation(database, home)


@pytest.fixture
def manager(workstation: Workstation, company: Company) -> Workstation:
    """The workstation with a manager logged in."""
    return workstation.be(company.manager)


@pytest.fixture
def sales(workstation: Workstation, company: Company) -> Workstation:
    """The workstation with the sales contact of the company's first clients logged in."""
    return workstation.be(company.sales)


@pytest.fixture
def support(workstation: Workstation, company: Company) -> Workstation:
    """The workstation with the support contact of the company's first event logged in."""
    return workstation.be(company.support)
