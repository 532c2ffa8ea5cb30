import re

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Workstation, finish
from support.company import Company
from support.services import stored

ROY = ("--first-name", "Jo", "--last-name", "Roy", "--email", "jo@epicevents.example")
ONE_TIME = r"[0-9a-z]{4}(-[0-9a-z]{4}){4}"


# Reading


def test_everybody_lists_colleagues(workstation: Workstation, company: Company) -> None:
    for person in (company.manager, company.sales, company.support):
        listed = workstation.be(person).run("user", "list", "-o", "ids").done()
        assert listed.out.split() == ["6", "5", "4", "3", "2", "1"]


def test_a_listing_is_narrowed_by_role_and_state(manager: Workstation) -> None:
    manager.run("user", "deactivate", "5").done()
    assert manager.run("user", "list", "--role", "support", "-o", "ids").out.split() == ["6", "5"]
    assert manager.run("user", "ls", "--role", "SUPPORT", "--active", "-o", "ids").out == "6\n"
    assert manager.run("user", "list", "--inactive", "-o", "ids").out == "5\n"
    assert manager.run("user", "list", "-S", "perr", "-o", "ids").out == "6\n"


def test_a_sheet_says_how_much_somebody_looks_after(sales: Workstation) -> None:
    shown = sales.look("user", "show", "me")
    assert re.search(r"Clients +2\n", shown)
    assert re.search(r"Open contracts +3\n", shown)
    assert "Coming events" not in shown
    assert "epicevents client list --sales 3" in shown
    assert "epicevents event list --support 5" in sales.look("user", "show", "Paul Petit")


def test_a_sheet_names_only_commands_that_one_may_run(
    workstation: Workstation, company: Company
) -> None:
    assert "user update" not in workstation.be(company.sales).look("user", "show", "5")
    assert "user update me --phone" in workstation.look("user", "show", "me")
    workstation.be(company.manager).run("user", "deactivate", "5").done()
    shown = workstation.look("user", "show", "5")
    assert "epicevents user reactivate 5" in shown
    assert "epicevents user update 5" in shown


def test_json_always_says_how_much_somebody_looks_after(sales: Workstation) -> None:
    shown = sales.run("user", "show", "marie@epicevents.example", "-o", "json").json()
    assert shown["role"] == "MANAGEMENT"
    assert shown["is_active"] is True
    assert {name: shown[name] for name in ("clients", "open_contracts", "upcoming_events")} == {
        "clients": 0,
        "open_contracts": 0,
        "upcoming_events": 0,
    }


def test_nobody_of_that_name_is_not_found(sales: Workstation) -> None:
    assert sales.run("user", "show", "99").status == 3
    missing = sales.run("user", "show", "Sofie Simon", "--json")
    assert (missing.status, missing.out) == (3, "")
    assert "Sophie Simon" in missing.error()["hint"]


def test_a_name_that_several_have_is_ambiguous(sales: Workstation) -> None:
    assert sales.run("user", "show", "s", "--json").error()["code"] == "ambiguous_reference"


# Creating


def test_a_new_account_has_a_one_time_password(manager: Workstation) -> None:
    created = manager.run("user", "create", *ROY, "--role", "sales").done()
    assert re.fullmatch(ONE_TIME + "\n", created.out)
    assert "Account 7 created: Jo Roy, SALES." in created.err
    assert "must choose their own password" in created.err
    assert created.out.strip() not in created.err


def test_the_one_time_password_is_in_the_json(manager: Workstation) -> None:
    created = manager.run("user", "new", *ROY, "--role", "SUPPORT", "--json").done().json()
    assert re.fullmatch(ONE_TIME, created.pop("one_time_password"))
    assert (created["id"], created["role"], created["phone"]) == (7, "SUPPORT", None)


def test_the_one_time_password_opens_nothing_but_the_choice_of_another(
    manager: Workstation, company: Company
) -> None:
    one_time = manager.run("user", "create", *ROY, "--role", "SALES").out
    joined = manager
    joined.run("login", ROY[-1], "--password-stdin", stdin=one_time).done()
    for refused in (["client", "list"], ["dashboard"], ["search", "x"], ["user", "show", "me"]):
        ran = joined.run(*refused, "-o", "json")
        assert (ran.status, ran.error()["code"]) == (5, "password_change_required")
    assert joined.run("whoami", "--json").json()["email"] == ROY[-1]
    chosen = "four words nobody guesses"
    joined.run("password", "--password-stdin", stdin=f"{one_time}{chosen}\n").done()
    assert joined.run("client", "list", "--count").out == "3\n"
    joined.run("logout").done()
    assert joined.run("login", ROY[-1], "--password-stdin", stdin=one_time).status == 4
    joined.run("login", ROY[-1], "--password-stdin", stdin=chosen).done()


def test_a_password_that_was_sent_is_not_printed(manager: Workstation) -> None:
    chosen = "four words nobody guesses\n"
    create = ["user", "create", *ROY, "--role", "SALES", "--password-stdin"]
    created = manager.run(*create, stdin=chosen).done()
    assert created.out == ""
    assert chosen.strip() not in created.err
    assert "must choose their own password" in created.err
    manager.run("login", ROY[-1], "--password-stdin", stdin=chosen).done()
    assert manager.run("client", "list").status == 5


def test_a_weak_password_is_refused(manager: Workstation) -> None:
    create = ["user", "create", *ROY, "--role", "SALES", "--password-stdin", "--json"]
    refused = manager.run(*create, stdin="jo roy epic events\n")
    assert (refused.status, refused.error()["code"]) == (6, "weak_password")


def test_a_dry_run_keeps_no_account_and_shows_no_password(manager: Workstation) -> None:
    tried = manager.run("user", "create", *ROY, "--role", "SALES", "--dry-run").done()
    assert tried.out == ""
    assert "nothing saved" in tried.err
    assert manager.run("user", "show", "Roy").status == 3
    as_json = manager.run("user", "create", *ROY, "--role", "SALES", "-n", "--json").json()
    assert as_json["one_time_password"] is None


def test_an_email_in_use_is_refused(manager: Workstation) -> None:
    create = ["user", "create", *ROY[:4], "--email", "SOPHIE@epicevents.example"]
    refused = manager.run(*create, "--role", "SALES", "--json")
    assert (refused.status, refused.error()["code"]) == (6, "duplicate_email")
    assert "Sophie Simon" in refused.error()["message"]


def test_a_wrong_role_names_the_right_ones(manager: Workstation) -> None:
    refused = manager.run("user", "create", *ROY, "--role", "boss", "--json")
    assert (refused.status, refused.error()["code"]) == (2, "invalid_role")
    assert "SALES, SUPPORT, MANAGEMENT" in refused.error()["hint"]


def test_what_is_missing_is_named_at_once(manager: Workstation) -> None:
    refused = manager.run("user", "create", "--no-input", "--last-name", "Roy", "--json")
    assert refused.status == 2
    # The phone may be left out.
    assert refused.error()["options"] == ["--first-name", "--email", "--role"]


def test_answers_may_be_piped(manager: Workstation) -> None:
    answers = "Jo\nRoy\njo@epicevents.example\n\nsupport\n"
    created = manager.run("user", "create", "--json", stdin=answers).done().json()
    assert (created["last_name"], created["phone"], created["role"]) == ("Roy", None, "SUPPORT")


def test_only_management_creates_accounts(sales: Workstation, company: Company) -> None:
    refused = sales.run("user", "create", *ROY, "--role", "SALES", "--json")
    assert (refused.status, refused.out) == (5, "")
    assert refused.error()["permission"] == "user:create"
    with sales.terminal("user", "create") as child:
        # Nobody types five answers in vain.
        status, said = finish(child)
    assert status == 5
    assert "SALES may not create accounts" in said


# Changing


def test_everybody_changes_their_own_phone(workstation: Workstation, company: Company) -> None:
    for person in (company.sales, company.support, company.manager):
        workstation.be(person)
        changed = workstation.run("user", "update", "me", "--phone", "06 12 34 56 78").done()
        assert "Phone: - → 06 12 34 56 78" in changed.err
        emptied = workstation.run("user", "update", "me", "--phone", "", "--json").done()
        assert emptied.json()["phone"] is None


def test_of_the_own_account_nothing_else_changes(sales: Workstation) -> None:
    refused = sales.run("user", "update", "me", "--last-name", "Smith", "--json")
    assert (refused.status, refused.error()["permission"]) == (5, "user:update")
    assert "phone" in refused.error()["hint"]
    refused = sales.run("user", "update", "me", "--role", "MANAGEMENT", "--json")
    assert (refused.status, refused.error()["permission"]) == (5, "user:change-role")


def test_nobody_changes_a_colleagues_phone(sales: Workstation) -> None:
    assert sales.run("user", "update", "4", "--phone", "0612345678").status == 5


def test_management_changes_accounts(manager: Workstation) -> None:
    changed = manager.run("user", "update", "sophie", "--last-name", "Smith").done()
    assert "Last name: Simon → Smith" in changed.err
    same = manager.run("user", "update", "sophie", "--last-name", "Smith").done()
    assert same.err == "Nothing to change.\n"


def test_an_update_changes_something(manager: Workstation) -> None:
    assert manager.run("user", "update", "3", "--json").error()["code"] == "no_change"


def test_a_version_that_has_passed_is_a_conflict(manager: Workstation) -> None:
    version = manager.run("user", "show", "3", "--json").json()["version"]
    update = ["user", "update", "3", "--if-version", str(version), "--json"]
    manager.run(*update, "--last-name", "Smith").done()
    late = manager.run(*update, "--last-name", "Smythe")
    assert (late.status, late.error()["code"]) == (6, "conflict")


def test_a_role_in_use_stays(manager: Workstation) -> None:
    refused = manager.run("user", "update", "3", "--role", "SUPPORT", "--json")
    assert (refused.status, refused.error()["code"]) == (6, "role_in_use")
    assert "2 clients, 4 contracts" in refused.error()["message"]


def test_a_manager_keeps_role_and_access(manager: Workstation) -> None:
    for command in (
        ["update", "me", "--role", "SALES"],
        ["deactivate", "me"],
        ["delete", "me", "--yes"],
    ):
        refused = manager.run("user", *command, "--json")
        assert (refused.status, refused.error()["code"]) == (5, "permission_denied")


# Deactivating


def test_somebody_inactive_is_shut_out_at_once(
    workstation: Workstation, manager: Workstation, company: Company
) -> None:
    manager.run("user", "deactivate", "sophie").done()
    refused = workstation.be(company.sales).run("whoami", "--json")
    assert (refused.status, refused.error()["code"]) == (4, "account_inactive")


def test_deactivating_says_whose_contact_somebody_is(manager: Workstation) -> None:
    left = manager.run("user", "deactivate", "3").done()
    assert "Active: yes → no" in left.err
    assert "still the contact of 2 clients, 3 open contracts" in left.err
    assert "1 coming event." in manager.run("user", "deactivate", "5").err
    # The only event of Pauline's is over.
    alone = manager.run("user", "deactivate", "6").done().err
    assert ("still the contact" in alone, "Next: epicevents user show 6" in alone) == (False, True)
    as_json = manager.run("user", "deactivate", "3", "--json").json()
    assert (as_json["clients"], as_json["open_contracts"]) == (2, 3)


def test_deactivating_twice_changes_nothing(manager: Workstation) -> None:
    manager.run("user", "deactivate", "6").done()
    assert "already inactive" in manager.run("user", "deactivate", "6").done().err
    assert "can log in again" in manager.run("user", "reactivate", "6").done().err
    assert "already active" in manager.run("user", "reactivate", "6").done().err


def test_rights_come_back_where_a_change_is_refused(manager: Workstation, company: Company) -> None:
    assert manager.run("user", "update", "3", "--role", "SUPPORT").status == 6
    assert manager.run("user", "delete", "3", "--yes").status == 6
    manager.run("user", "deactivate", "3", "--dry-run").done()
    manager.be(company.sales).run("client", "list").done()


def test_the_last_manager_stays(workstation: Workstation, company: Company) -> None:
    workstation.be(company.manager).run("user", "deactivate", "2").done()
    workstation.be(company.manager2)
    refused = workstation.run("user", "update", "1", "--role", "SALES", "--json")
    assert refused.status == 4  # the second manager is inactive
    workstation.be(company.manager).run("user", "reactivate", "2").done()
    workstation.be(company.manager2).run("user", "update", "1", "--role", "SALES").done()
    assert workstation.run("user", "show", "1", "--json").json()["role"] == "SALES"


# Deleting


@pytest.fixture
def newcomer(manager: Workstation) -> str:
    manager.run("user", "create", *ROY, "--role", "SALES").done()
    return "jo@epicevents.example"


def test_deleting_takes_the_email(manager: Workstation, newcomer: str, owner: Connection) -> None:
    with manager.terminal("user", "delete", newcomer) as child:
        child.expect(f"Type {newcomer} to confirm: ")
        child.sendline("yes")
        assert finish(child)[0] == 2
    assert stored(owner, "users", 7, "email") == newcomer
    with manager.terminal("user", "delete", newcomer) as child:
        child.expect(" to confirm: ")
        assert "Jo" in (child.before or "")
        child.sendline(newcomer)
        status, said = finish(child)
    assert status == 0
    assert "Account 7 deleted: Jo Roy." in said
    assert stored(owner, "users", 7, "email") is None


def test_nobody_to_ask_deletes_nothing(
    manager: Workstation, newcomer: str, owner: Connection
) -> None:
    refused = manager.run("user", "delete", newcomer, "--json")
    assert (refused.status, refused.error()["code"]) == (2, "confirmation_required")
    assert "--yes" in refused.error()["hint"]
    manager.run("user", "delete", newcomer, "--dry-run").done()
    assert stored(owner, "users", 7, "email") == newcomer
    assert manager.run("user", "delete", newcomer, "-y", "--json").json()["id"] == 7
    assert stored(owner, "users", 7, "email") is None


def test_whom_records_name_is_not_deleted_nor_asked_about(manager: Workstation) -> None:
    with manager.terminal("user", "delete", "sophie", "--json", "--no-input") as child:
        status, said = finish(child)
    assert status == 6
    assert "user_in_use" in said
    assert "user deactivate 3" in said


# Passwords


def test_a_reset_gives_a_one_time_password_and_ends_sessions(
    workstation: Workstation, company: Company
) -> None:
    workstation.give_password(company.sales)
    theirs = workstation.database.session_of(company.sales)
    reset = workstation.be(company.manager).run("user", "reset-password", "sophie").done()
    assert re.fullmatch(ONE_TIME + "\n", reset.out)
    with workstation.database.owner().cursor() as cursor:
        cursor.execute("SELECT state FROM begin_session(%s)", (theirs,))
        assert cursor.fetchone() == ("ended",)
    email = "sophie@epicevents.example"
    workstation.run("login", email, "--password-stdin", stdin=reset.out).done()
    assert workstation.run("dashboard").status == 5


def test_a_reset_prints_json_for_scripts(manager: Workstation) -> None:
    reset = manager.run("user", "reset-password", "3", "--json").done().json()
    assert (reset["id"], bool(re.fullmatch(ONE_TIME, reset["one_time_password"]))) == (3, True)
    tried = manager.run("user", "reset-password", "4", "--json", "--dry-run").done().json()
    assert tried["one_time_password"] is None


def test_nobody_resets_their_own_password(workstation: Workstation, company: Company) -> None:
    workstation.be(company.manager)
    for words in (("--dry-run",), ()):
        refused = workstation.run("user", "reset-password", "me", "--json", *words)
        assert (refused.status, refused.error()["code"]) == (5, "permission_denied")
        assert refused.error()["message"] == "Nobody may reset their own password."
        assert "epicevents password" in refused.error()["hint"]
    workstation.run("dashboard").done()


# What a manager's command is, once it has to wait for a lock of the person whom it is about.
ENDS = (
    ("deactivate", "{id}"),
    ("update", "{id}", "--role", "SUPPORT"),
    ("reset-password", "{id}"),
    ("delete", "{id}", "--yes"),
)


@pytest.mark.parametrize("command", ENDS, ids=[command[0] for command in ENDS])
def test_who_holds_their_own_account_loses_their_rights_before_it_changes(
    workstation: Workstation,
    company: Company,
    owner: Connection,
    command: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cursor = owner.cursor()
    cursor.execute(
        "INSERT INTO users (first_name, last_name, email, hashed_password, role) SELECT"
        " 'Simone', 'Sauvage', 'simone@epicevents.example', hashed_password, 'SALES'"
        " FROM users WHERE id = 3 RETURNING id"
    )
    ((newcomer,),) = cursor.fetchall()
    workstation.be(company.manager)
    monkeypatch.setenv("PGOPTIONS", "-c lock_timeout=50ms")
    with company.database.as_user(newcomer) as tx:
        tx.execute("SELECT FROM users WHERE id = %s FOR UPDATE", (newcomer,))
        waited = workstation.run("user", *(word.format(id=newcomer) for word in command))
        assert (waited.status, "Somebody else" in waited.err) == (6, True)
        assert tx.row("SELECT employee_id(), employee_role()") == (None, None)
        assert tx.rows("SELECT id FROM client_list") == []


def test_only_management_resets_passwords(sales: Workstation) -> None:
    assert sales.run("user", "reset-password", "4").status == 5


def test_no_command_takes_a_password_as_an_option(manager: Workstation) -> None:
    assert manager.run("user", "create", *ROY, "--password", "x").status == 2
