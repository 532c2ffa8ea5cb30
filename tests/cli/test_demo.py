"""epicevents demo, on an embedded server of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.cli import Workstation
from support.database import Database
from support.places import in_memory

from crm.database import upgrades
from crm.database.location import ADMINISTRATOR
from crm.database.revision import SCHEMA_REVISION
from crm.database.transaction import connect, identify_company
from crm.embedded import Cluster
from crm.settings.url import parse_database_url


@pytest.fixture
def cluster_of_demo(database: Database) -> Iterator[tuple[Workstation, Cluster]]:
    """A workstation without a server, and the embedded one in its home."""
    home = Path(tempfile.mkdtemp(prefix="epicevents-demo-", dir=in_memory()))
    cluster = Cluster(home, fast=True)
    workstation = Workstation(database, home)
    del workstation.environ["EPICEVENTS_DATABASE_URL"]
    try:
        cluster.start()
        yield workstation, cluster
    finally:
        cluster.stop()
        shutil.rmtree(home)


@pytest.mark.proof
def test_a_demo_that_is_too_old_is_started_over(
    cluster_of_demo: tuple[Workstation, Cluster],
) -> None:
    workstation, cluster = cluster_of_demo
    parameters = parse_database_url(cluster.url(ADMINISTRATOR))
    workstation.run("demo").done()
    connection = connect(parameters)
    connection.autocommit = True
    before = identify_company(connection)
    connection.cursor().execute("UPDATE alembic_version SET version_num = '0018'")
    connection.close()

    refused = workstation.run("demo")
    assert refused.status == 7
    assert "The schema (0018) is older than any that can be upgraded" in refused.err
    assert "epicevents demo --reset" in refused.err
    assert workstation.run("demo", "--reset", "--no-input").status != 0
    assert upgrades.read_current_revision(parameters) == "0018"

    reset = workstation.run("demo", "--reset", "--yes").done()
    assert "the other database" not in reset.err  # whose sessions have gone with it
    assert upgrades.read_current_revision(parameters) == SCHEMA_REVISION
    with closing(connect(parameters)) as connection:
        assert identify_company(connection) != before
    assert len(workstation.run("client", "list", "--all", "-o", "ids").done().out.split()) == 60
    private = workstation.run("client", "list", "--incomplete", "-o", "ids").done().out
    assert private == "53\n38\n23\n8\n"

    with closing(connect(parameters)) as connection, connection:
        connection.cursor().execute("UPDATE security_policy SET filled_by_demo = false")
    refused = workstation.run("demo", "--reset", "--yes")
    assert refused.status == 6
    assert "This database holds a real company, not the demo." in refused.err
