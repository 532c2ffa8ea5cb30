import os
import re
import stat
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import PASSWORD, Ran, Workstation, finish, interrupt
from support.company import Company

from crm.cli.commands.db.policy import DurationType

MARIE, SOPHIE = "marie@epicevents.example", "sophie@epicevents.example"
CHOSEN = "four words nobody guesses"


@pytest.fixture
def office(workstation: Workstation, company: Company) -> Workstation:
    """A workstation at which Marie and Sophie know their passwords."""
    workstation.give_password(company.manager, company.sales)
    return workstation


def log_in(workstation: Workstation, email: str, password: str = PASSWORD, *more: str) -> Ran:
    return workstation.run("login", email, "--password-stdin", *more, stdin=f"{password}\n")


def live_sessions(owner: Connection, user_id: int) -> int:
    cursor = owner.cursor()
    cursor.execute("SELECT count(*) FROM open_sessions WHERE user_id = %s", (user_id,))
    return int((cursor.fetchone() or (0,))[0])


# Logging in


def test_login_says_who_and_until_when(office: Workstation) -> None:
    ran = log_in(office, SOPHIE).done()
    assert ran.out == ""
    assert re.search(
        r"^✓ Logged in as Sophie Simon \(SALES\) until tomorrow \d\d:\d\d\.$", ran.err, re.MULTILINE
    )
    assert "epicevents dashboard" in ran.err


def test_in_json_they_print_who_it_is(office: Workstation) -> None:
    who = log_in(office, SOPHIE, PASSWORD, "-o", "json").done().json()
    assert (who["id"], who["email"], who["role"]) == (3, SOPHIE, "SALES")
    assert who == office.run("whoami", "-o", "json").done().json()
    both = f"{PASSWORD}\n{CHOSEN}\n"
    changed = office.run("password", "--password-stdin", "-o", "json", stdin=both).done().json()
    assert changed["id"] == 3
    assert changed == office.run("whoami", "-o", "json").done().json()
    assert office.run("logout", "-o", "json").done().json() == changed
    assert office.run("logout", "-o", "json").done().json() is None


def test_a_short_session_ends_today(office: Workstation, owner: Connection) -> None:
    owner.cursor().execute("UPDATE security_policy SET session_lifetime = '1 minute'")
    ends = datetime.now(ZoneInfo("Europe/Paris")) + timedelta(minutes=1)
    day = "today" if ends.date() == (ends - timedelta(minutes=1)).date() else "tomorrow"
    assert f"until {day} {ends:%H}:" in log_in(office, SOPHIE).done().err


def test_a_long_session_ends_on_a_weekday_or_a_date(office: Workstation, owner: Connection) -> None:
    now = datetime.now(ZoneInfo("Europe/Paris"))
    owner.cursor().execute("UPDATE security_policy SET session_lifetime = '3 days'")
    assert f"until {now + timedelta(days=3):%A} " in log_in(office, SOPHIE).done().err
    owner.cursor().execute("UPDATE security_policy SET session_lifetime = '20 days'")
    assert f"until {now + timedelta(days=20):%Y-%m-%d} " in log_in(office, SOPHIE).done().err


def test_the_email_is_read_as_it_is_stored(office: Workstation) -> None:
    log_in(office, "  Sophie@EpicEvents.example ").done()


def test_the_token_is_for_its_owner_only(office: Workstation) -> None:
    log_in(office, SOPHIE).done()
    assert stat.S_IMODE(office.token_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(office.token_file.parent.stat().st_mode) == 0o700


def test_email_and_password_are_asked_for(office: Workstation) -> None:
    with office.terminal("login") as child:
        child.expect("Email.*: ")
        child.sendline("")
        child.expect("Email is blank")
        child.expect("Email.*: ")
        child.sendline(SOPHIE)
        child.expect("Password: ")
        child.sendline(PASSWORD)
        status, said = finish(child)
    assert status == 0
    assert PASSWORD not in said
    assert "Logged in as Sophie Simon" in said
    assert office.run("whoami", "--json").json()["email"] == SOPHIE


def test_a_wrong_password_says_no_more_than_an_unknown_email(office: Workstation) -> None:
    wrong = log_in(office, SOPHIE, "wrong password 123", "--debug")
    unknown = log_in(office, "nobody@epicevents.example", "wrong password 123")
    assert wrong.status == unknown.status == 4
    assert wrong.err.endswith(unknown.err)
    assert "The email or the password is wrong." in unknown.err
    assert "wrong password 123" not in wrong.err
    assert not office.token_file.exists()


def test_too_many_failures_are_told_to_wait(office: Workstation, owner: Connection) -> None:
    owner.cursor().execute(
        "INSERT INTO login_attempts (email, attempted_at, tag, session_hash, transaction_xid)"
        " SELECT %s, timezone('utc', clock_timestamp()), '', '', '3' FROM generate_series(1, 10)",
        (SOPHIE,),
    )
    refused = log_in(office, SOPHIE)
    assert refused.status == 4
    assert "Too many failed logins for sophie@epicevents.example." in refused.err
    assert "Wait 30 seconds" in refused.err
    # A colleague is not held up.
    log_in(office, MARIE).done()


def test_somebody_inactive_is_told_so_only_with_the_right_password(
    office: Workstation, owner: Connection
) -> None:
    owner.cursor().execute("UPDATE users SET is_active = false WHERE id = 3")
    assert "is deactivated" in log_in(office, SOPHIE).err
    assert "wrong" in log_in(office, SOPHIE, "wrong password 123").err
    assert log_in(office, SOPHIE).status == 4


def test_a_login_ends_the_session_before(office: Workstation, owner: Connection) -> None:
    log_in(office, MARIE).done()
    ran = log_in(office, SOPHIE).done()
    assert "Marie Martin has been logged out." in ran.err
    assert live_sessions(owner, 1) == 0
    again = log_in(office, SOPHIE).done()
    assert "has been logged out" not in again.err
    assert live_sessions(owner, 3) == 1


def test_a_failed_login_leaves_the_session_before(office: Workstation) -> None:
    log_in(office, MARIE).done()
    assert log_in(office, SOPHIE, "wrong password 123").status == 4
    assert office.run("whoami", "--json").json()["email"] == MARIE


def test_a_login_replaces_a_damaged_token(office: Workstation) -> None:
    log_in(office, MARIE).done()
    os.truncate(office.token_file, 200)
    log_in(office, SOPHIE).done()
    assert office.run("whoami", "--json").json()["email"] == SOPHIE


def test_nothing_is_asked_without_input(office: Workstation) -> None:
    ran = office.run("login", "--no-input")
    assert (ran.status, ran.out) == (2, "")
    assert "Missing: EMAIL." in ran.err
    assert office.run("login", SOPHIE, "--no-input").status == 2
    ended = office.run("login", SOPHIE, "--password-stdin", "--debug")
    assert ended.status == 2
    assert "input ended" in ended.err


@pytest.mark.parametrize("email", ["a\x00b@x.example", "\x1b[2J@x.example", "x" * 200, "\udcff"])
def test_a_hostile_email_is_refused(office: Workstation, email: str) -> None:
    ran = log_in(office, email)
    assert ran.status == 2
    assert "\x1b" not in ran.err
    assert "unexpected" not in ran.err


# Logging out


def test_logging_out_ends_the_session_everywhere(office: Workstation, owner: Connection) -> None:
    log_in(office, SOPHIE).done()
    kept = office.token_file.read_text()
    assert "Logged out." in office.run("logout").done().err
    assert not office.token_file.exists()
    assert live_sessions(owner, 3) == 0
    office.token_file.write_text(kept)
    office.token_file.chmod(0o600)
    copied = office.run("client", "list", "--json")
    assert (copied.status, copied.error()["code"]) == (4, "session_expired")


def test_logging_out_twice_is_fine(office: Workstation) -> None:
    assert "Nobody was logged in." in office.run("logout").done().err
    log_in(office, SOPHIE).done()
    os.truncate(office.token_file, 200)
    office.run("logout").done()
    assert not office.token_file.exists()


# Who am I


def test_whoami_shows_the_person_as_the_database_sees_them(
    office: Workstation, company: Company, owner: Connection
) -> None:
    office.be(company.support2)
    told = office.run("whoami", "-o", "json").done().json()
    assert {name: told[name] for name in ("id", "first_name", "last_name", "email", "role")} == {
        "id": 6,
        "first_name": "Pauline",
        "last_name": "Perrin",
        "email": "pauline@epicevents.example",
        "role": "SUPPORT",
    }
    assert datetime.fromisoformat(told["session_expires_at"]).tzinfo is not None
    owner.cursor().execute("DELETE FROM events WHERE support_contact_id = 6")
    owner.cursor().execute("UPDATE users SET role = 'SALES' WHERE id = 6")
    assert office.run("whoami", "-o", "json").json()["role"] == "SALES"
    assert re.search(r"Role +Sales\n", office.look("whoami"))


def test_whoami_needs_somebody(office: Workstation) -> None:
    ran = office.run("whoami", "--json")
    assert (ran.status, ran.error()["code"]) == (4, "not_logged_in")


def test_whoami_says_that_a_password_must_first_be_changed(
    office: Workstation, company: Company, owner: Connection
) -> None:
    office.be(company.sales)
    assert office.run("whoami", "--can").done().err.count("epicevents password") == 0
    owner.cursor().execute("UPDATE users SET must_change_password = true WHERE id = 3")
    for words in (["whoami"], ["whoami", "--can"], ["whoami", "--json"]):
        ran = office.run(*words).done()
        assert ran.err.endswith("First choose your own password: epicevents password\n")


# Changing one's password


def test_a_new_password_replaces_the_old_one(office: Workstation, owner: Connection) -> None:
    log_in(office, SOPHIE).done()
    elsewhere = office.database.session_of(3)
    ran = office.run("password", "--password-stdin", stdin=f"{PASSWORD}\n{CHOSEN}\n").done()
    assert PASSWORD not in ran.err
    assert CHOSEN not in ran.err
    assert "Next: epicevents dashboard" in ran.err
    # This workstation goes on, the others do not.
    office.run("client", "list").done()
    cursor = owner.cursor()
    cursor.execute("SELECT state FROM begin_session(%s)", (elsewhere,))
    assert cursor.fetchone() == ("ended",)
    assert log_in(office, SOPHIE).status == 4
    log_in(office, SOPHIE, CHOSEN).done()


def test_a_new_password_can_be_tried(office: Workstation, owner: Connection) -> None:
    log_in(office, SOPHIE).done()
    elsewhere = office.database.session_of(3)
    stdin = f"{PASSWORD}\n{CHOSEN}\n"
    tried = office.run("password", "--password-stdin", "-n", "--json", stdin=stdin).done()
    assert "Dry run, nothing saved: Your password has been changed" in tried.err
    assert tried.json()["email"] == SOPHIE
    # The session that proved the current password has ended; the others go on.
    assert live_sessions(owner, 3) == 2
    office.run("client", "list").done()
    cursor = owner.cursor()
    cursor.execute("SELECT state FROM begin_session(%s)", (elsewhere,))
    assert cursor.fetchone() == ("live",)
    weak = office.run("password", "--password-stdin", "-n", stdin=f"{PASSWORD}\nshort\n")
    assert weak.status == 6
    log_in(office, SOPHIE).done()


def test_the_current_password_must_be_known(office: Workstation, owner: Connection) -> None:
    log_in(office, SOPHIE).done()
    stdin = f"wrong password 123\n{CHOSEN}\n"
    refused = office.run("password", "--password-stdin", stdin=stdin)
    assert refused.status == 4
    assert "The current password is wrong." in refused.err
    assert live_sessions(owner, 3) == 1


@pytest.mark.parametrize("weak", ["short", "epic events sophie simon", PASSWORD, PASSWORD.upper()])
def test_a_weak_password_is_refused_and_leaves_no_session(
    office: Workstation, owner: Connection, weak: str
) -> None:
    log_in(office, SOPHIE).done()
    stdin = f"{PASSWORD}\n{weak}\n"
    refused = office.run("password", "--password-stdin", stdin=stdin)
    assert (refused.status, weak in refused.err) == (6, False)
    assert live_sessions(owner, 3) == 1
    office.run("client", "list").done()


def test_a_forced_first_change_can_be_scripted(office: Workstation, owner: Connection) -> None:
    owner.cursor().execute("UPDATE users SET must_change_password = true WHERE id = 3")
    office.environ["EPICEVENTS_NO_INPUT"] = "1"
    log_in(office, SOPHIE).done()
    both = f"{PASSWORD}\nune-phrase-assez-longue\n"
    office.run("password", "--password-stdin", stdin=both).done()
    assert office.run("whoami").done().status == 0


def test_one_line_is_not_enough(office: Workstation, owner: Connection) -> None:
    log_in(office, SOPHIE).done()
    ended = office.run("password", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert ended.status == 2
    assert live_sessions(owner, 3) == 1


def test_a_terminal_asks_for_both_and_again_for_a_weak_one(office: Workstation) -> None:
    log_in(office, SOPHIE).done()
    with office.terminal("password") as child:
        child.expect("Current password: ")
        child.sendline(PASSWORD)
        child.expect("New password.*: ")
        child.sendline("short")
        child.expect("fewer than 15 characters")
        child.expect("New password.*: ")
        child.sendline(CHOSEN)
        child.expect("Repeat it: ")
        child.sendline(CHOSEN + "x")
        child.expect("two entries differ")
        child.expect("New password.*: ")
        child.sendline(CHOSEN)
        child.expect("Repeat it: ")
        child.sendline(CHOSEN)
        status, said = finish(child)
    assert status == 0
    assert CHOSEN not in said
    log_in(office, SOPHIE, CHOSEN).done()


def test_a_one_time_password_is_changed_at_the_first_login(
    office: Workstation, owner: Connection
) -> None:
    owner.cursor().execute("UPDATE users SET must_change_password = true WHERE id = 3")
    with office.terminal("login", SOPHIE) as child:
        child.expect("Password: ")
        child.sendline(PASSWORD)
        child.expect("a one-time password")
        child.expect("New password.*: ")
        assert interrupt(child)[0] == 130
    assert office.run("client", "list").status == 5
    with office.terminal("login", SOPHIE) as child:
        child.expect("Password: ")
        child.sendline(PASSWORD)
        for _time in range(2):
            child.expect("(New password.*|Repeat it): ")
            child.sendline(CHOSEN)
        status, said = finish(child)
    assert status == 0
    assert "Your password has been changed" in said
    office.run("client", "list").done()


def test_scripts_are_told_to_change_it(office: Workstation, owner: Connection) -> None:
    owner.cursor().execute("UPDATE users SET must_change_password = true WHERE id = 3")
    assert "epicevents password" in log_in(office, SOPHIE).done().err
    assert office.run("dashboard").status == 5
    office.run("whoami", "--can").done()
    office.run("logout").done()


@pytest.mark.parametrize("length", ["7d", "36h", "90m", "24h"])
def test_a_length_of_time_is_shown_as_it_is_typed(length: str) -> None:
    shown = DurationType.format_length(DurationType().convert(length, None, None))
    assert shown == {"24h": "1d"}.get(length, length)
