"""A real PostgreSQL for every run: one server, one migrated template, a copy for each test.

The embedded server by default; ``EPICEVENTS_TEST_POSTGRES=/usr/lib/postgresql/15/bin`` runs the
same tests on the server whose programs lie there.

``make mutation`` sets ``EPICEVENTS_TEST_SERVER``, the directory of a server that runs already and
has a migrated ``template_empty``, and perhaps ``EPICEVENTS_TEST_MUTATION``, the SQL that damages a
copy.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support import raised
from support.company import Company, fill
from support.database import Database, copied, migrate
from support.migrations import Migrations, copy_migrations
from support.places import in_memory

from crm.database import upgrades
from crm.database.transaction import connect
from crm.embedded import Cluster
from crm.security import passwords
from crm.settings.url import parse_database_url

# Where the tests run in the background of a script, Ctrl-C would be ignored by what they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Of the workstation that runs the tests nothing may leak in.
for name in [name for name in os.environ if name.startswith("EPICEVENTS_")]:
    if not name.startswith("EPICEVENTS_TEST_"):
        del os.environ[name]


# Of a minute or half of one each: begun first, or one worker is left alone with them at the end.
LONGEST = ("test_story.py", "test_tutorial.py", "test_moving_in.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest tests; the others keep their order."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(scope="session", autouse=True)
def passwords_are_derived_once() -> Iterator[None]:
    """Argon2id takes a fifth of a second: what it once made of a password and salt is kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "derive_key", cache(passwords.derive_key))
        yield


RAISED = raised.Record()


@pytest.fixture(scope="session", autouse=True)
def errors_are_those_of_the_page() -> Iterator[None]:
    """What is raised stands on the page of error codes: exit status, code and sentence."""
    with pytest.MonkeyPatch.context() as patch:
        RAISED.install(patch)
        yield
    assert RAISED.find_undocumented() == set(), f"if that is right, run this with {raised.WRITE}=1"


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker has seen raised, where several run the tests."""
    # One that has crashed hands nothing over.
    RAISED.elsewhere.update(getattr(node, "workeroutput", {}).get("raised", ()))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """After a run of all tests, name the codes that none has raised."""
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["raised"] = sorted(RAISED.codes)
        return
    everything = (
        config.args_source == pytest.Config.ArgsSource.TESTPATHS
        and config.option.markexpr == "not proof"
        and not (config.option.keyword or config.option.collectonly or session.testsfailed)
    )
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    # A test that this machine cannot run may be the only one that raises a code.
    unproven = raised.find_unproven(RAISED.codes) if everything else []
    if unproven and reporter and not reporter.stats.get("skipped"):
        print("\ntests/support/raised.py, UNRAISED:", *unproven, sep="\n  ")  # noqa: T201
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running server of its own, in a directory whose path is short enough for its socket."""
    if running := os.environ.get("EPICEVENTS_TEST_SERVER"):
        yield Cluster(Path(running))
        return
    home = Path(tempfile.mkdtemp(prefix="epicevents-test-", dir=in_memory()))
    binaries = os.environ.get("EPICEVENTS_TEST_POSTGRES")
    server = Cluster(home, Path(binaries) if binaries else None, fast=True)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> dict[str, str]:
    """A migrated, empty database that the others are copied from."""
    if "EPICEVENTS_TEST_SERVER" in os.environ:
        parameters = parse_database_url(cluster.url("postgres", "template_empty"))
        return _mutated(parameters, os.environ.get("EPICEVENTS_TEST_MUTATION", "SELECT 1"))
    return migrate(cluster, "template_empty")


@pytest.fixture(scope="session")
def company_template(template: dict[str, str]) -> dict[str, str]:
    """A migrated database with a small company in it."""
    name = template["dbname"].replace("empty", "company")
    parameters = Database(template, name).create()
    connection = connect(parameters)
    fill(connection)
    connection.close()
    return parameters


def _mutated(template: dict[str, str], mutation: str) -> dict[str, str]:
    database = Database(template, f"template_empty_{os.getpid()}")
    database.create()
    connection = database.owner()
    connection.cursor().execute(mutation)
    connection.close()
    return database.admin


@pytest.fixture
def empty_database(template: dict[str, str]) -> Iterator[Database]:
    """An empty, migrated database for one test."""
    with copied(template) as database:
        yield database


@pytest.fixture
def database(company_template: dict[str, str]) -> Iterator[Database]:
    """A database with a small company in it, for one test."""
    with copied(company_template) as database:
        yield database


@pytest.fixture
def owner(database: Database) -> Iterator[Connection]:
    """A connection as the database's owner, whom no policy binds."""
    connection = database.owner()
    yield connection
    connection.close()


@pytest.fixture
def company(database: Database) -> Company:
    """Who and what the company of :func:`database` consists of."""
    return Company(database)


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Migrations:
    """A copy of the migrations that a test may change; this process upgrades by it."""
    copy = copy_migrations(tmp_path / "migrations")
    monkeypatch.setattr(upgrades, "find_migrations", lambda: copy.root)
    return copy
