"""Settings: where each value comes from, what it means, and that secrets stay hidden."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values
from hypothesis import example, given
from hypothesis import strategies as st

from crm.domain.errors import UsageFault
from crm.settings import SETTINGS, Settings, SettingValue, load_settings
from crm.settings.files import read_variables, save_variables
from crm.settings.url import mask, parse_database_url

REPOSITORY = Path(__file__).parents[2]
SECRET = "s3cr3t-Cl0wn"
URL = f"postgresql://cli:{SECRET}@db.example:5433/crm"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A working directory without ``.env``."""
    directory = tmp_path / "work"
    directory.mkdir()
    return directory


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home without ``config.env``."""
    return tmp_path / "home"


def loaded(home: Path, directory: Path = Path("/"), **environ: str) -> Settings:
    return load_settings({"home": str(home)}, environ, directory)


def entry(settings: Settings, name: str) -> SettingValue:
    return next(entry for entry in settings.entries() if entry.name == name)


def refusal(call: Any, *arguments: Any) -> UsageFault:
    with pytest.raises(UsageFault) as caught:
        call(*arguments)
    assert caught.value.exit_code == 2
    assert SECRET not in f"{caught.value.message}{caught.value.hint}"
    return caught.value


# Where a value comes from


def test_each_place_wins_over_those_after_it(home: Path, directory: Path) -> None:
    def currency(flags: dict[str, str], environ: dict[str, str]) -> tuple[str | None, str]:
        found = entry(load_settings({"home": str(home), **flags}, environ, directory), "currency")
        return found.value, found.source

    assert currency({}, {}) == ("EUR", "default")
    save_variables(home, {"EPICEVENTS_CURRENCY": "CHF"})
    assert currency({}, {}) == ("CHF", "config.env")
    (directory / ".env").write_text("EPICEVENTS_CURRENCY=GBP\n")
    assert currency({}, {}) == ("GBP", ".env")
    assert currency({}, {"EPICEVENTS_CURRENCY": "USD"}) == ("USD", "environment")
    assert currency({"currency": "CAD"}, {"EPICEVENTS_CURRENCY": "USD"}) == ("CAD", "flag")


def test_what_is_empty_means_the_default_whatever_is_remembered(home: Path) -> None:
    save_variables(home, {"SENTRY_DSN": "https://key@sentry.example/1"})
    assert loaded(home).sentry_dsn == "https://key@sentry.example/1"
    assert loaded(home, SENTRY_DSN="").sentry_dsn is None


def test_the_home_can_be_named_anywhere_but_in_itself(home: Path, directory: Path) -> None:
    save_variables(home, {"EPICEVENTS_HOME": "/elsewhere", "EPICEVENTS_CURRENCY": "CHF"})
    settings = load_settings({}, {"EPICEVENTS_HOME": str(home)}, directory)
    assert settings.home == home
    assert settings.currency == "CHF"
    assert entry(settings, "home") == SettingValue(
        "home", "EPICEVENTS_HOME", str(home), "environment"
    )


def test_the_homes_own_file_does_not_move_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    save_variables(tmp_path / ".epicevents", {"EPICEVENTS_HOME": "/elsewhere"})
    shown = entry(load_settings({}, {}, Path("/")), "home")
    assert (shown.value, shown.source) == (str(tmp_path / ".epicevents"), "default")


def test_a_working_directory_gives_only_names_of_ours(home: Path, directory: Path) -> None:
    lines = "SENTRY_DSN=https://spy.example/1\nPAGER=spy\nLANG=fr_FR\nEPICEVENTS_LANG=fr\n"
    (directory / ".env").write_text(lines)
    settings = loaded(home, directory)
    assert (settings.sentry_dsn, settings.pager) == (None, None)
    assert settings.language == "fr"


def test_a_working_directory_does_not_choose_what_program_is_run(
    home: Path, directory: Path
) -> None:
    (directory / ".env").write_text("EPICEVENTS_PAGER='sh -c ./pwned'\n")
    assert loaded(home, directory).pager is None
    save_variables(home, {"EPICEVENTS_PAGER": "less"})
    assert loaded(home, directory).pager == "less"


def test_values_of_files_are_taken_as_they_are_written(home: Path, directory: Path) -> None:
    (directory / ".env").write_text("EPICEVENTS_CURRENCY='a${HOME}b$HOME'\n")
    assert loaded(home, directory).value("currency") == "a${HOME}b$HOME"
    save_variables(home, {"EPICEVENTS_SECRET_KEY": "a${HOME}b$HOME"})
    assert loaded(home).secret_key == "a${HOME}b$HOME"


def test_the_working_directory_is_that_of_the_process(home: Path, directory: Path) -> None:
    (directory / ".env").write_text("EPICEVENTS_CURRENCY=GBP\n")
    code = "from crm.settings import load_settings; print(load_settings().currency)"
    environ = {"PYTHONPATH": str(REPOSITORY), "EPICEVENTS_HOME": str(home)}
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, cwd=directory, env=environ, capture_output=True, text=True)
    assert (said.stdout, said.stderr) == ("GBP\n", "")


def test_the_python_dotenv_is_imported_only_where_there_is_a_file(
    home: Path, directory: Path
) -> None:
    code = (
        "import sys; from crm.settings import load_settings; load_settings().entries()\n"
        "heavy = {'dotenv', 'zoneinfo', 'psycopg2', 'tempfile', 'subprocess', 'socket'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    environ = {"PYTHONPATH": str(REPOSITORY), "EPICEVENTS_HOME": str(home)}

    def imported() -> str:
        command = [sys.executable, "-c", code]
        said = subprocess.run(command, cwd=directory, env=environ, capture_output=True, text=True)
        assert said.stderr == ""
        return said.stdout

    assert imported() == "[]\n"
    (directory / ".env").touch()
    assert "dotenv" in imported()


# Files that cannot be read


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"EPICEVENTS_LANG=fr\n\nthis is 'no setting\n", "line 3 is not NAME=value"),
        (b"EPICEVENTS_LANG='fr\n", "line 1 is not NAME=value"),
        (b"EPICEVENTS_LANG=\xff\n", "not UTF-8"),
        (b"EPICEVENTS_LANG=f\x00r\n", "NUL"),
    ],
)
@pytest.mark.parametrize("name", [".env", "config.env"])
def test_a_damaged_file_is_named_with_its_fault(
    home: Path, directory: Path, name: str, content: bytes, reason: str
) -> None:
    home.mkdir()
    path = (directory if name == ".env" else home) / name
    path.write_bytes(content)
    error = refusal(loaded, home, directory)
    assert error.code == "invalid_configuration_file"
    assert str(path) in error.message
    assert reason in error.message


def test_a_file_that_the_system_does_not_open_is_named(home: Path, directory: Path) -> None:
    (directory / ".env").symlink_to(".env")
    error = refusal(loaded, home, directory)
    assert error.code == "invalid_configuration_file"
    assert str(directory / ".env") in error.message


def test_a_directory_or_a_pipe_of_that_name_is_no_file(home: Path, directory: Path) -> None:
    (directory / ".env").mkdir()
    home.mkdir()
    os.mkfifo(home / "config.env")
    assert loaded(home, directory).currency == "EUR"


def test_a_mark_at_the_beginning_is_no_part_of_the_name(home: Path, directory: Path) -> None:
    (directory / ".env").write_bytes(b"\xef\xbb\xbfEPICEVENTS_LANG=fr\r\n")
    assert loaded(home, directory).language == "fr"


@pytest.mark.parametrize("value", ["\udcff", "a\x1b[2Jb", "a\nb", "a\0b"])
def test_what_is_not_text_is_refused(home: Path, value: str) -> None:
    error = refusal(lambda: loaded(home, EPICEVENTS_DATABASE_URL=value))
    assert error.code == "invalid_setting"
    assert "EPICEVENTS_DATABASE_URL (environment)" in error.message


# What a value means


def test_the_home_is_absolute_and_the_session_lies_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    settings = load_settings({}, {}, Path("/"))
    assert settings.home == Path("/home/ada/.epicevents")
    assert settings.token_file == Path("/home/ada/.epicevents/session/token")
    monkeypatch.chdir("/")
    environ = {"EPICEVENTS_HOME": "here", "EPICEVENTS_TOKEN_FILE": "~/token"}
    settings = load_settings({}, environ, Path("/"))
    assert settings.home == Path("/here")
    assert settings.token_file == Path("/home/ada/token")


@pytest.mark.parametrize("value", ["~nobody-at-all/x", "x" * 10_000])
def test_a_home_that_cannot_be_is_explained(value: str) -> None:
    assert refusal(load_settings, {}, {"EPICEVENTS_HOME": value}, Path("/")).code in (
        "invalid_path",
        "invalid_configuration_file",
    )


def test_the_time_zone_is_that_of_the_company(home: Path) -> None:
    assert loaded(home).timezone.key == "Europe/Paris"
    assert loaded(home, EPICEVENTS_TIMEZONE="America/Lima").timezone.key == "America/Lima"


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("Europe/Pariss", "Europe/Paris"),
        ("paris", "Europe/Paris"),
        ("EUROPE/LONDN", "Europe/London"),
        ("Europe", "Europe/"),
        ("../../etc/passwd", ""),
        ("/etc/localtime", ""),
        ("z" * 10_000, "Write a name such as Europe/Paris."),
        ("[/]", ""),
    ],
)
def test_an_unknown_time_zone_is_told_the_nearest(home: Path, value: str, hint: str) -> None:
    settings = loaded(home, EPICEVENTS_TIMEZONE=value)
    error = refusal(lambda: settings.timezone)
    assert error.code == "invalid_timezone"
    assert hint in str(error.hint)
    assert len(error.message) < 200


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LC_MESSAGES": "en_GB", "LC_ALL": "fr"}, "fr"),
        ({"LC_ALL": "", "LANG": "fr_CA"}, "fr"),
        ({"LANG": "de_DE"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "frr_DE"}, "en"),
        ({"LANG": "fr_FR", "EPICEVENTS_LANG": "en"}, "en"),
        ({"LANG": "en_GB", "EPICEVENTS_LANG": "fr-CA"}, "fr"),
        ({"LANG": "fr_FR", "EPICEVENTS_LANG": ""}, "fr"),
    ],
)
def test_the_language_is_set_or_that_of_the_locale(
    home: Path, environ: dict[str, str], language: str
) -> None:
    assert load_settings({"home": str(home)}, environ, Path("/")).language == language


@pytest.mark.parametrize(
    ("value", "asks_nothing"),
    [("1", True), ("TRUE", True), ("yes", True), ("on", True), ("0", False), ("no", False)],
)
def test_asking_can_be_turned_off(home: Path, value: str, asks_nothing: bool) -> None:
    assert not loaded(home).no_input
    assert loaded(home, EPICEVENTS_NO_INPUT=value).no_input is asks_nothing


@pytest.mark.parametrize(
    ("value", "asks_nothing"),
    [("true", True), ("woodpecker", True), ("", False), ("false", False), ("0", False)],
)
def test_nothing_is_asked_where_a_machine_builds(
    home: Path, value: str, asks_nothing: bool
) -> None:
    assert loaded(home, CI=value).no_input is asks_nothing
    assert loaded(home, CI=value, EPICEVENTS_NO_INPUT="0").no_input is False


@pytest.mark.parametrize(
    ("name", "variable", "value", "code"),
    [
        ("language", "EPICEVENTS_LANG", "de", "invalid_language"),
        ("currency", "EPICEVENTS_CURRENCY", "€", "invalid_currency"),
        ("currency", "EPICEVENTS_CURRENCY", "EURO", "invalid_currency"),
        ("no_input", "EPICEVENTS_NO_INPUT", "maybe", "invalid_boolean"),
    ],
)
def test_a_value_without_meaning_is_refused_where_it_is_used(
    home: Path, name: str, variable: str, value: str, code: str
) -> None:
    settings = load_settings({"home": str(home)}, {variable: value}, Path("/"))
    assert entry(settings, name).value == value
    error = refusal(getattr, settings, name)
    assert error.code == code
    assert f"{variable} is set to “{value}” (environment)" in error.message


def test_the_currency_is_in_capitals(home: Path) -> None:
    assert loaded(home, EPICEVENTS_CURRENCY="chf").currency == "CHF"


def test_the_pager_is_ours_or_the_systems(home: Path) -> None:
    assert loaded(home).pager is None
    assert loaded(home, PAGER="less").pager == "less"
    assert loaded(home, PAGER="less", EPICEVENTS_PAGER="most").pager == "most"
    assert entry(loaded(home, PAGER="less"), "pager").source == "PAGER"


# Secrets


def test_secrets_are_shown_nowhere(home: Path) -> None:
    settings = loaded(
        home,
        EPICEVENTS_DATABASE_URL=URL,
        EPICEVENTS_ADMIN_DATABASE_URL=f"postgresql://db/crm?user=owner&password={SECRET}",
        EPICEVENTS_SECRET_KEY=SECRET,
        SENTRY_DSN=f"https://{SECRET}@sentry.example/1",
    )
    shown = {entry.name: entry.value for entry in settings.entries()}
    assert shown["database_url"] == "postgresql://cli:***@db.example:5433/crm"
    assert shown["admin_database_url"] == "postgresql://db/crm?user=owner&password=***"
    assert shown["secret_key"] == shown["sentry_dsn"] == "***"
    assert SECRET not in f"{shown}{settings!r}{settings}"
    assert settings.database_url == settings.value("database_url") == URL
    assert settings.secret_key == SECRET


def test_every_setting_is_shown_in_the_order_of_the_table(home: Path) -> None:
    shown = [(entry.name, entry.variable) for entry in loaded(home).entries()]
    assert shown == [(setting.name, setting.variable) for setting in SETTINGS]
    assert all(hasattr(Settings, name) for name, _variable in shown)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://cli@h/d", "postgresql://cli@h/d"),
        ("postgres://cli:@h/d", "postgres://cli:***@h/d"),
        ("postgresql+psycopg2://cli:a:b@h/d", "postgresql+psycopg2://cli:***@h/d"),
        ("postgresql://u:p%40@[::1]:5432,h:1/d", "postgresql://u:***@[::1]:5432,h:1/d"),
        ("postgresql:///d?host=%2Frun&password=p", "postgresql:///d?host=%2Frun&password=***"),
        ("postgresql://h/d?pass%77ord=p&sslmode=require",
         "postgresql://h/d?pass%77ord=***&sslmode=require"),
        ("postgresql://h/d?sslpassword=p", "postgresql://h/d?sslpassword=***"),
        ("postgresql://h/d?pasword=p", "postgresql://h/d?***=***"),
        # Where the password ends is a guess, so nothing is shown.
        ("postgresql://u:p@ss@h/d", "***"),
        ("postgresql://u:p/ss@h/d", "***"),
        ("postgresql://u:p?ss@h/d", "***"),
        ("postgresql://u:p?s=s@h/d", "***"),
        ("postgresql://u:pass", "***"),
        ("postgresql://h/d?password=a&b", "***"),
        ("postgresql://h/d?password=a=b", "***"),
        ("postgresql://u:p w@h/d", "***"),
        ("host=h password=p", "***"),
        ("mysql://u:p@h/d", "***"),
    ],
)  # fmt: skip
def test_a_database_url_is_shown_without_its_password(url: str, shown: str) -> None:
    assert mask(url) == shown


unreserved = st.text("abcXYZ019-._~!$'()*,;%@:/?#&= \t\n[]", max_size=12)


@given(unreserved, unreserved, unreserved)
@example("/", "@", "")
@example("?a=", "", "")
@example("&", "=", "")
def test_no_password_however_written_is_shown(before: str, after: str, query: str) -> None:
    password = f"{before}{SECRET}{after}"
    assert SECRET not in mask(f"postgresql://cli:{password}@db.example/crm{query}")
    assert SECRET not in mask(f"postgresql://db.example/crm?{query}&password={password}")


# Database URLs


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg2"])
def test_a_database_url_is_read_as_libpq_reads_it(scheme: str) -> None:
    url = f"{scheme}://cli:p%40ss@db.example:5433/crm?sslmode=require&connect_timeout=5"
    assert parse_database_url(url) == {
        "user": "cli",
        "password": "p@ss",
        "host": "db.example",
        "port": "5433",
        "dbname": "crm",
        "sslmode": "require",
        "connect_timeout": "5",
    }


def test_hosts_may_be_several_and_sockets() -> None:
    assert parse_database_url("postgresql://a,b:5433/d")["port"] == ",5433"
    assert parse_database_url("postgresql:///d?host=%2Frun%2Fpg")["host"] == "/run/pg"


@pytest.mark.parametrize(
    "url",
    [
        "",
        SECRET,
        f"mysql://u:{SECRET}@h/d",
        f"host=h password={SECRET}",
        f"postgresql://u:{SECRET}%zz@h/d",
        f"postgresql://u:{SECRET}/x@h/d",
        f"postgresql://u:x@h:{SECRET}/d",
        f"postgresql://u:{SECRET}@[::1/d",
        f"postgresql://h/d?password={SECRET}&nonsense=1",
        f"postgresql://u:{SECRET}@h/d\0",
        f"postgresql://u:{SECRET}\udcff@h/d",
        "postgresql://h:0/d",
        "postgresql://h:65536/d",
        "postgresql://h:٥/d",
        f"postgresql://h:{'9' * 10_000}/d",
    ],
)
def test_a_wrong_database_url_is_refused_without_repeating_it(url: str) -> None:
    error = refusal(parse_database_url, url)
    assert error.code == "invalid_database_url"
    assert error.__cause__ is None
    assert error.__context__ is None


# Saving

printable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.lists(printable, min_size=1, max_size=3))
@example(["ends with a backslash \\", "it's", ""])
@example(["#", " # no comment ", "a\r\nb", "\\'", "\ufeff", "${HOME}", '"', "\u2028"])
def test_what_is_saved_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, values: list[str]
) -> None:
    home = tmp_path_factory.mktemp("home")
    expected = {f"NAME_{number}": value for number, value in enumerate(values)}
    save_variables(home, expected)
    save_variables(home, {"NAME_0": values[0]})
    assert read_variables(home / "config.env") == expected
    if not any("\r" in value for value in values):  # dotenv itself opens files so that \r is lost
        assert dotenv_values(home / "config.env", interpolate=False) == expected


def test_saving_changes_its_own_lines_only(home: Path) -> None:
    home.mkdir()
    path = home / "config.env"
    path.write_text("# ours\n\nexport A=1 # one\nB=2\nA=3\nC='multi\nline'")
    save_variables(home, {"A": "9", "D": "4"})
    assert path.read_text() == "# ours\n\nA='9'\nB=2\nC='multi\nline'\nD='4'\n"


def test_only_its_owner_can_read_what_is_saved(home: Path) -> None:
    save_variables(home / "deep", {"A": "1"})
    path = home / "deep" / "config.env"
    path.chmod(0o644)
    save_variables(home / "deep", {"A": "2"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_saving_replaces_a_link_and_not_what_it_leads_to(home: Path, tmp_path: Path) -> None:
    home.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("B=1\n")
    (home / "config.env").symlink_to(victim)
    save_variables(home, {"A": "1"})
    assert victim.read_text() == "B=1\n"
    assert read_variables(home / "config.env") == {"A": "1", "B": "1"}


@pytest.mark.parametrize("value", [f"{SECRET}\0", f"{SECRET}\udcff"])
def test_what_no_file_can_hold_is_not_saved(home: Path, value: str) -> None:
    save_variables(home, {"A": "1"})
    assert refusal(save_variables, home, {"A": value}).code == "invalid_setting"
    assert read_variables(home / "config.env") == {"A": "1"}


def test_a_damaged_file_is_not_overwritten(home: Path) -> None:
    home.mkdir()
    (home / "config.env").write_text("A='1\n")
    assert refusal(save_variables, home, {"B": "1"}).code == "invalid_configuration_file"
    assert (home / "config.env").read_text() == "A='1\n"


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    error = refusal(save_variables, tmp_path / "file" / "home", {"A": SECRET})
    assert error.code == "configuration_not_saved"
    assert str(tmp_path / "file" / "home" / "config.env") in error.message


# The example


def test_the_example_names_every_setting_with_its_default() -> None:
    example = (REPOSITORY / ".env.example").read_text()
    expected = "\n\n".join(
        f"# {setting.help}\n# {setting.variable}={setting.default or ''}" for setting in SETTINGS
    )
    assert example.endswith(f"\n\n{expected}\n")


def test_the_example_copied_changes_nothing(home: Path, directory: Path) -> None:
    (directory / ".env").write_bytes((REPOSITORY / ".env.example").read_bytes())
    assert loaded(home, directory).entries() == loaded(home).entries()
