"""A session is shown to the company that it is for, and to nobody else."""

from contextlib import closing
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import PASSWORD, Ran, Workstation, url
from support.company import Company
from support.database import Database
from support.false_server import Row, listening

from crm.cli.app import App
from crm.cli.completion import VARIABLE
from crm.database.revision import SCHEMA_REVISION
from crm.database.transaction import connect, identify_company
from crm.domain.errors import NotLoggedIn

TEXT = 25  # PostgreSQL's number of the type
SOPHIE = "sophie@epicevents.example"
OTHER = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def office(database: Database, company: Company, tmp_path: Path) -> Workstation:
    """A workstation at which Sophie is logged in."""
    return Workstation(database, tmp_path).be(company.sales)


def say(installation: str) -> dict[str, Row]:
    """Return what a false server answers that says which company it is."""
    row = [("i", TEXT, installation), ("r", TEXT, SCHEMA_REVISION), ("o", TEXT, SCHEMA_REVISION)]
    return {"installation_id": row}


def code_of(refused: Ran) -> tuple[int, str]:
    assert "epicevents login" in refused.error()["hint"]
    return refused.status, refused.error()["code"]


@pytest.mark.parametrize(
    "words",
    [
        ("client", "list"),
        ("whoami",),
        ("dashboard",),
        ("logout",),
        ("password", "--password-stdin"),
        ("contract", "pay", "2", "1"),
    ],
)
def test_no_command_connects_to_another_database(
    office: Workstation, words: tuple[str, ...]
) -> None:
    token = office.token_file.read_text()
    with listening() as false:
        office.environ["EPICEVENTS_DATABASE_URL"] = false.url()
        refused = office.run(*words, "--json", stdin=f"{PASSWORD}\n{PASSWORD}\n")
    assert code_of(refused) == (4, "session_elsewhere")
    assert (false.guests, false.said) == ([], [])
    assert office.token_file.read_text() == token


def test_nor_does_a_tab(office: Workstation) -> None:
    line = {VARIABLE: "bash_complete", "COMP_WORDS": "epicevents client show ", "COMP_CWORD": "3"}
    assert "kevin@startup.example" in office.process(environ=line).out
    with listening(say(office.database.installation())) as false:
        office.environ["EPICEVENTS_DATABASE_URL"] = false.url()
        ran = office.process(environ=line)
    assert (ran.status, ran.out.strip(), ran.err, false.guests) == (0, "", "", [])


def test_it_says_both_places(office: Workstation) -> None:
    office.environ["EPICEVENTS_DATABASE_URL"] = "postgresql://jo:s3cret@DB.Other.example/x"
    said = office.run("client", "list").err
    there = f"{office.database.app['host']}:5432/{office.database.name}"
    assert f"You are logged in at {there}, not at db.other.example:5432/x;" in said
    assert "s3cret" not in said
    del office.environ["EPICEVENTS_DATABASE_URL"]
    assert "not at embedded;" in office.run("client", "list").err


def test_the_same_place_may_be_spelled_otherwise(office: Workstation) -> None:
    parameters = {**office.database.app, "application_name": "mine", "connect_timeout": "3"}
    office.environ["EPICEVENTS_DATABASE_URL"] = url(parameters)
    office.run("client", "list").done()


@pytest.mark.parametrize("way", ["command", "tab"])
def test_another_company_at_the_same_place_is_told_no_session(
    office: Workstation, way: str
) -> None:
    line = {VARIABLE: "bash_complete", "COMP_WORDS": "epicevents client show ", "COMP_CWORD": "3"}
    with listening(say(OTHER)) as false:
        office.move(false.url())
        if way == "command":
            assert code_of(office.run("client", "list", "--json")) == (4, "another_company")
        else:
            assert office.process(environ=line).out.strip() == ""
    assert len(false.guests) == 1
    assert ["installation_id" in each for each in false.said] == [True]


def test_a_database_that_was_replaced_is_another_company(
    office: Workstation, owner: Connection
) -> None:
    office.run("client", "list").done()
    owner.cursor().execute("UPDATE security_policy SET installation_id = %s", (OTHER,))
    assert code_of(office.run("client", "list", "--json")) == (4, "another_company")
    office.run("logout").done()
    assert not office.token_file.exists()


def test_a_connection_that_is_opened_anew_is_asked_anew(
    office: Workstation, owner: Connection
) -> None:
    app = App(environ=office.environ, directory=office.directory)
    with app.transaction():
        pass
    owner.cursor().execute("UPDATE security_policy SET installation_id = %s", (OTHER,))
    with app.transaction():
        pass
    app.close()
    with pytest.raises(NotLoggedIn, match="another company"), app.transaction():
        pass
    app.close()


def test_a_login_here_leaves_the_session_there_and_says_so(
    office: Workstation, company: Company
) -> None:
    office.give_password(company.sales)
    here = office.environ["EPICEVENTS_DATABASE_URL"]
    office.move("postgresql://epicevents_cli@127.0.0.1:1/x")
    office.environ["EPICEVENTS_DATABASE_URL"] = here
    ran = office.run("login", SOPHIE, "--password-stdin", stdin=f"{PASSWORD}\n").done()
    assert "Your session at the other database goes on until it expires." in ran.err
    office.run("client", "list").done()


def test_whoever_connects_may_know_which_company_it_is(database: Database) -> None:
    """Whatever the search path is: who has the login's password sets it for everybody."""
    with closing(connect({**database.app, "options": "-c search_path=pg_temp"})) as connection:
        assert identify_company(connection) == database.installation()
