"""A directory that one steps into decides nothing: its .env, and what else may lie in it."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import terminal
from support.cli import PASSWORD, REPOSITORY, Workstation, answer, finish, url
from support.company import Company
from support.database import Database
from support.false_server import FalseServer, listening

from crm.cli.app import App
from crm.cli.asking import passphrases
from crm.cli.completion import VARIABLE
from crm.domain.errors import UsageFault
from crm.settings import SETTINGS

SOPHIE = "sophie@epicevents.example"
NOBODY = 65534
THESIS = "Of the Conservation of Forces\n" * 100
FROM_A_DIRECTORY = {
    "EPICEVENTS_TIMEZONE", "EPICEVENTS_LANG", "EPICEVENTS_CURRENCY", "EPICEVENTS_NO_INPUT",
}  # fmt: skip
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def office(database: Database, tmp_path: Path, company: Company) -> Workstation:
    """A workstation that knows its company by config.env; Sophie is logged in."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    office = Workstation(database, home).be(company.sales)
    url = office.environ.pop("EPICEVENTS_DATABASE_URL")
    (home / "config.env").write_text(f"EPICEVENTS_DATABASE_URL='{url}'\n")
    return office


@pytest.fixture
def directory(office: Workstation, tmp_path: Path) -> Path:
    """Where somebody steps into."""
    directory = tmp_path / "project"
    directory.mkdir(mode=0o755)
    office.directory = directory
    return directory


@pytest.fixture
def spy() -> Iterator[FalseServer]:
    """A server that its .env names."""
    with listening() as server:
        yield server


def lay(directory: Path, **variables: object) -> Path:
    path = directory / ".env"
    path.write_text("".join(f"{name}='{value}'\n" for name, value in variables.items()))
    return path


# What is run


def test_it_names_no_home_whose_settings_would_run_a_program(
    office: Workstation, directory: Path
) -> None:
    trap = directory / "trap"
    trap.mkdir()
    (trap / "config.env").write_text(f"EPICEVENTS_PAGER='touch {trap}/ran'\n")
    lay(directory, EPICEVENTS_HOME=trap)
    del office.environ["EPICEVENTS_HOME"]
    paths = {"PATH": os.defpath, "PYTHONPATH": str(REPOSITORY), "HOME": str(office.home)}
    environ = {**paths, "TERM": "xterm"}
    words = [sys.executable, "-m", "crm", "config"]
    child = terminal.spawn(words, environ, directory, width=80, height=10)
    status, _said = finish(child)
    assert status == 0
    assert not (trap / "ran").exists()


def test_no_module_of_it_is_imported(office: Workstation, directory: Path) -> None:
    for name in ("click", "psycopg2", "dotenv", "jwt", "sitecustomize"):
        (directory / f"{name}.py").write_text(f"open('{directory}/ran', 'w')\n")
    lay(directory, EPICEVENTS_LANG="fr")
    office.process("client", "list", cold=True).done()
    assert not (directory / "ran").exists()


# Whom it talks to


def test_a_listing_sends_the_session_to_no_other_database(
    office: Workstation, directory: Path, spy: FalseServer
) -> None:
    lay(directory, EPICEVENTS_DATABASE_URL=spy.url())
    refused = office.process("client", "list", "--json")
    assert (refused.status, refused.error()["code"]) == (2, "directory_not_confirmed")
    assert (spy.guests, spy.said) == ([], [])


def test_a_tab_sends_it_nowhere_either(
    office: Workstation, directory: Path, spy: FalseServer
) -> None:
    lay(directory, EPICEVENTS_DATABASE_URL=spy.url())
    line = {VARIABLE: "bash_complete", "COMP_WORDS": "epicevents client show ", "COMP_CWORD": "3"}
    ran = office.process(environ=line)
    assert (ran.status, ran.out.strip(), ran.err) == (0, "", "")
    assert spy.guests == []


def test_a_login_sends_nothing_that_a_password_gives(
    office: Workstation, directory: Path, spy: FalseServer
) -> None:
    lay(directory, EPICEVENTS_DATABASE_URL=spy.url())
    refused = office.process("login", SOPHIE, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert refused.status == 2
    assert spy.guests == []


# Agreeing to it


def test_a_person_agrees_once_for_a_directory(office: Workstation, directory: Path) -> None:
    mine = url({**office.database.app, "application_name": "mine"})
    lay(directory, EPICEVENTS_DATABASE_URL=mine)
    with office.terminal("client", "list", width=300) as child:
        child.expect_exact(f"{directory}/.env names another database: epicevents_cli@")
        child.expect_exact(office.database.name)
        answer(child, "Use this database in this directory from now on? [y/N]", "y")
        assert finish(child)[0] == 0
    office.process("client", "list").done()
    with office.terminal("client", "list", width=300) as child:
        status, said = finish(child)
    assert (status, "from now on" in said) == (0, False)


def test_who_does_not_agree_sends_nothing(
    office: Workstation, directory: Path, spy: FalseServer
) -> None:
    lay(directory, EPICEVENTS_DATABASE_URL=spy.url())
    for reply in ("n", "", "n"):  # asked again each time
        with office.terminal("client", "list", width=300) as child:
            answer(child, "[y/N]", reply)
            assert finish(child)[0] == 2
    assert spy.guests == []


def test_before_a_password_is_typed(office: Workstation, directory: Path, spy: FalseServer) -> None:
    lay(directory, EPICEVENTS_DATABASE_URL=spy.url())
    with office.terminal("login", SOPHIE) as child:
        answer(child, "[y/N]", "n")
        status, said = finish(child)
    assert (status, "Password" in said, spy.guests) == (2, False, [])


@pytest.mark.parametrize("flag", ["flag", "variable"])
def test_nothing_is_asked_without_input(
    office: Workstation, directory: Path, spy: FalseServer, flag: str
) -> None:
    lay(directory, EPICEVENTS_DATABASE_URL=spy.url())
    if flag == "variable":
        office.environ["EPICEVENTS_NO_INPUT"] = "1"
    words = ["--no-input"] if flag == "flag" else []
    with office.terminal("client", "list", *words) as child:
        status, said = finish(child)
    assert (status, "was not confirmed" in said, spy.guests) == (2, True, [])


def test_another_database_in_the_same_directory_is_asked_for_again(
    office: Workstation, directory: Path, spy: FalseServer
) -> None:
    path = lay(
        directory, EPICEVENTS_DATABASE_URL=url({**office.database.app, "application_name": "mine"})
    )
    with office.terminal("client", "list", width=300) as child:
        answer(child, "[y/N]", "y")
        assert finish(child)[0] == 0
    lay(directory, EPICEVENTS_DATABASE_URL=spy.url())
    with office.terminal("client", "list", width=300) as child:
        child.expect_exact(f"{path} has changed. It names another database now: ")
        child.expect_exact(f"epicevents_cli@127.0.0.1:{spy.port}/epicevents")
        answer(child, "[y/N]", "n")
        assert finish(child)[0] == 2
    assert spy.guests == []


def test_the_same_words_in_another_directory_are_asked_for_again(
    office: Workstation, directory: Path, tmp_path: Path
) -> None:
    mine = url({**office.database.app, "application_name": "mine"})
    lay(directory, EPICEVENTS_DATABASE_URL=mine)
    with office.terminal("client", "list", width=300) as child:
        answer(child, "[y/N]", "y")
        finish(child)
    office.directory = tmp_path / "other"
    office.directory.mkdir()
    lay(office.directory, EPICEVENTS_DATABASE_URL=mine)
    assert office.process("client", "list", "--json").error()["code"] == "directory_not_confirmed"


def test_the_company_s_own_database_needs_no_answer(office: Workstation, directory: Path) -> None:
    lay(directory, EPICEVENTS_DATABASE_URL=url(office.database.app))
    office.process("client", "list").done()


def test_no_directory_leads_away_to_the_embedded_database(
    office: Workstation, directory: Path
) -> None:
    lay(directory, EPICEVENTS_DATABASE_URL="")
    office.process("client", "list").done()


def test_the_environment_goes_before_it(office: Workstation, directory: Path) -> None:
    lay(directory, EPICEVENTS_DATABASE_URL="postgresql://u@127.0.0.1:1/x?hostaddr=127.0.0.1")
    office.environ["EPICEVENTS_DATABASE_URL"] = url(office.database.app)
    office.process("client", "list").done()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("127.0.0.1/x?hostaddr=10.0.0.1", "hostaddr"),
        ("127.0.0.1/x?passfile=/tmp/laid", "passfile"),
        ("127.0.0.1/x?service=laid", "service"),
        ("127.0.0.1/x?sslkey=/tmp/laid", "sslkey"),
        ("127.0.0.1/x?sslcert=/tmp/laid", "sslcert"),
        ("127.0.0.1/x?sslrootcert=/tmp/laid", "sslrootcert"),
        ("127.0.0.1/x?sslmode=disable", "sslmode"),
        ("127.0.0.1/x?sslmode=require", "sslmode"),
        ("127.0.0.1/x?ssl=true", "sslmode"),
        ("127.0.0.1/x?options=-crow_security%3Doff", "options"),
        ("127.0.0.1/x?require_auth=password", "require_auth"),
        ("127.0.0.1/x?gssencmode=prefer", "gssencmode"),
        ("127.0.0.1/x?target_session_attrs=any", "target_session_attrs"),
        ("127.0.0.1/x?requirepeer=mallory", "requirepeer"),
        ("127.0.0.1/x?krbsrvname=laid", "krbsrvname"),
        ("127.0.0.1,10.0.0.1/x", "several hosts"),
        ("/x?host=127.0.0.1,10.0.0.1", "several hosts"),
        ("127.0.0.1/x?host%61ddr=10.0.0.1", "hostaddr"),
    ],
)
def test_a_directory_says_where_a_database_is_and_nothing_more(
    office: Workstation, directory: Path, words: str, named: str
) -> None:
    lay(directory, EPICEVENTS_DATABASE_URL=f"postgresql://u:s3cret@{words}")
    with office.terminal("client", "list", width=300) as child:
        status, said = finish(child)
    plain = " ".join(said.split())
    assert status == 2
    assert f"has {named}, which a directory may not set" in plain
    assert "s3cret" not in said


def test_a_url_that_nobody_understands_is_not_asked_about(
    office: Workstation, directory: Path
) -> None:
    lay(directory, EPICEVENTS_DATABASE_URL="postgresql://u@h:x/d?unheard_of=1")
    refused = office.process("client", "list", "--json")
    assert (refused.status, refused.error()["code"]) == (2, "invalid_database_url")


def test_what_it_sets_in_vain_is_told(office: Workstation, directory: Path) -> None:
    lay(directory, EPICEVENTS_HOME="/x", SENTRY_DSN="https://spy.example/1", EPICEVENTS_LANG="en")
    told = " ".join(office.run("config").done().err.split())
    assert "Not taken from the .env of a directory: EPICEVENTS_HOME, SENTRY_DSN" in told


# What it names


@pytest.mark.parametrize(
    "setting", [each for each in SETTINGS if each.variable not in FROM_A_DIRECTORY]
)
def test_it_decides_only_what_cannot_harm(
    office: Workstation, directory: Path, setting: object
) -> None:
    name, variable = str(getattr(setting, "name", "")), str(getattr(setting, "variable", ""))
    value = directory / "laid"
    value.write_text("of its own\n")
    before = {each["name"]: each for each in office.process("config", "--json").done().json()}
    lay(directory, **{variable: "postgresql://u@127.0.0.1:1/x" if "url" in name else value})
    after = {each["name"]: each for each in office.process("config", "--json").done().json()}
    if name == "database_url":
        assert (after[name]["value"], after[name]["source"]) == (
            "postgresql://u@127.0.0.1:1/x",
            ".env",
        )
        assert office.process("client", "list").status == 2
    else:
        assert after[name] == before[name]


def test_a_logout_deletes_no_file_of_mine(office: Workstation, directory: Path) -> None:
    thesis = directory / "thesis.txt"
    thesis.write_text(THESIS)
    thesis.chmod(0o600)
    lay(directory, EPICEVENTS_TOKEN_FILE=thesis)
    office.process("logout")
    assert thesis.read_text() == THESIS
    office.environ["EPICEVENTS_TOKEN_FILE"] = str(thesis)  # now on purpose, or by a slip
    refused = office.process("logout", "--json")
    assert (refused.status, refused.error()["code"]) == (4, "unsafe_token_file")
    assert thesis.read_text() == THESIS


def test_a_login_overwrites_no_file_of_mine(
    office: Workstation, directory: Path, company: Company
) -> None:
    office.give_password(company.sales)
    thesis = directory / "thesis.txt"
    thesis.write_text(THESIS)
    thesis.chmod(0o600)
    lay(directory, EPICEVENTS_TOKEN_FILE=thesis)
    office.process("login", SOPHIE, "--password-stdin", stdin=f"{PASSWORD}\n").done()
    assert thesis.read_text() == THESIS
    office.environ["EPICEVENTS_TOKEN_FILE"] = str(thesis)
    refused = office.process("login", SOPHIE, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert refused.status == 4
    assert "thesis.txt" in refused.err
    assert thesis.read_text() == THESIS


# Whose it is


@as_root
@pytest.mark.parametrize("mode", [0o666, 0o644])
def test_a_file_of_somebody_else_is_refused_with_the_reason(
    office: Workstation, directory: Path, mode: int
) -> None:
    path = lay(directory, EPICEVENTS_CURRENCY="USD")
    path.chmod(mode)
    os.chown(path, NOBODY, NOBODY)
    refused = office.process("config", "--json")
    assert (refused.status, refused.error()["code"]) == (2, "unsafe_configuration_file")
    assert f"{path} was not used: it belongs to somebody else." == refused.error()["message"]


def refused_with(office: Workstation, reason: str) -> bool:
    refused = office.run("config", "--json")
    if refused.status == 0:
        return False
    error = refused.error()
    return (
        error["code"] == "unsafe_configuration_file" and f"not used: {reason}." in error["message"]
    )


@pytest.mark.parametrize("name", [".env", "config.env"])
def test_a_file_that_others_can_change_is_refused(
    office: Workstation, directory: Path, name: str
) -> None:
    folder = directory if name == ".env" else office.home
    path = folder / name
    path.write_text("EPICEVENTS_CURRENCY=USD\n")
    for mode in (0o606, 0o602, 0o666):
        path.chmod(mode)
        assert refused_with(office, "other people can change it")
    path.chmod(0o644)
    folder.chmod(0o777)
    assert refused_with(office, "other people can change its directory")
    folder.chmod(0o1777)  # as /tmp: nobody replaces what is ours
    office.run("config").done()


@as_root
@pytest.mark.parametrize("name", [".env", "config.env"])
def test_so_is_one_in_somebody_else_s_directory(
    office: Workstation, directory: Path, name: str
) -> None:
    folder = directory if name == ".env" else office.home
    (folder / name).write_text("EPICEVENTS_CURRENCY=USD\n")
    os.chown(folder, NOBODY, NOBODY)
    assert refused_with(office, "its directory belongs to somebody else")
    folder.chmod(0o1777)
    assert refused_with(office, "its directory belongs to somebody else")


@as_root
def test_a_group_counts_as_others_unless_it_is_one_s_own(
    office: Workstation, directory: Path
) -> None:
    path = lay(directory, EPICEVENTS_CURRENCY="USD")
    path.chmod(0o664)
    office.run("config").done()  # root's own group
    os.chown(path, 0, NOBODY)
    assert refused_with(office, "other people can change it")
    os.chown(path, 0, 0)
    directory.chmod(0o775)
    os.chown(directory, 0, NOBODY)
    assert refused_with(office, "other people can change its directory")


@as_root
def test_a_link_is_as_safe_as_where_it_leads(
    office: Workstation, directory: Path, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    target = lay(shared, EPICEVENTS_CURRENCY="USD")
    link = directory / ".env"
    link.symlink_to(target)
    office.run("config").done()
    shared.chmod(0o777)
    assert refused_with(office, "other people can change its directory")
    shared.chmod(0o755)
    target.chmod(0o666)
    assert refused_with(office, "other people can change it")
    target.chmod(0o644)
    os.chown(target, NOBODY, NOBODY)
    assert refused_with(office, "it belongs to somebody else")
    os.chown(target, 0, 0)
    directory.chmod(0o1777)
    os.chown(link, NOBODY, NOBODY, follow_symlinks=False)
    assert refused_with(office, "it belongs to somebody else")


@as_root
def test_another_program_s_file_is_its_own_affair(office: Workstation, directory: Path) -> None:
    path = directory / ".env"
    path.write_text("DATABASE_URL=postgres://x\nnot = a 'setting\n")
    os.chown(path, NOBODY, NOBODY)
    office.run("config").done()


@as_root
@pytest.mark.parametrize("name", ["known.json", "views.toml"])
def test_what_else_decides_something_is_looked_at_as_closely(
    office: Workstation, directory: Path, name: str
) -> None:
    path = office.home / name
    path.write_text("{}" if name == "known.json" else 'late = "client list"\n')
    lay(directory, EPICEVENTS_DATABASE_URL="postgresql://u@127.0.0.1:1/x")
    words = ["client", "list"] if name == "known.json" else ["view", "list"]
    assert str(path) not in office.run(*words).err
    path.chmod(0o666)
    assert "other people can change it" in office.run(*words).err
    path.chmod(0o644)
    os.chown(path, NOBODY, NOBODY)
    assert "it belongs to somebody else" in office.run(*words).err


@as_root
def test_a_passphrase_file_is_one_s_own(office: Workstation, tmp_path: Path) -> None:
    path = tmp_path / "passphrase"
    path.write_text("four words nobody guesses\n")
    path.chmod(0o600)
    environ = {**office.environ, "EPICEVENTS_BACKUP_PASSPHRASE_FILE": str(path)}
    app = App(environ=environ, directory=tmp_path)
    assert passphrases.ask_for_new_passphrase(app, from_stdin=False) == "four words nobody guesses"
    os.chown(path, NOBODY, NOBODY)
    with pytest.raises(UsageFault, match="it belongs to somebody else"):
        passphrases.ask_for_new_passphrase(app, from_stdin=False)
