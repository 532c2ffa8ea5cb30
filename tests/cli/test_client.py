import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Workstation, finish
from support.company import Company
from support.services import stored

BOB = (
    "--full-name", "Bob Marsh", "--email", "bob@marsh.example", "--phone", "+678 123 456 78",
    "--company-name", "Marsh & Co",
)  # fmt: skip


# Reading


def test_everybody_lists_clients(workstation: Workstation, company: Company) -> None:
    for person in (company.manager, company.sales, company.support):
        listed = workstation.be(person).run("client", "list", "-o", "ids").done()
        assert listed.out.split() == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--mine"], "2 1"),
        (["--sales", "samuel"], "3"),
        (["--company", "fete"], "3"),
        (["--company", "%"], ""),
        (["-S", "o'br"], "3"),
        (["-S", "LEFE"], "1"),
        (["--created-from", "today"], "3 2 1"),
        (["--created-to", "yesterday"], ""),
        (["--without-contract"], ""),
        (["-L", "1"], "3"),
        (["-L", "1", "--after", "2"], "1"),
        (["--sort", "full_name"], "1 3 2"),
    ],
)
def test_a_listing_is_narrowed_and_sorted(sales: Workstation, options: list[str], ids: str) -> None:
    assert sales.run("client", "list", *options, "-o", "ids").done().out.split() == ids.split()


def test_what_is_cut_is_said(sales: Workstation) -> None:
    assert "1 of 3 shown" in sales.run("client", "list", "-L", "1").done().err
    assert sales.run("client", "list", "--count").out == "3\n"


def test_a_sheet_shows_contracts_and_what_comes_next(sales: Workstation) -> None:
    shown = sales.look("client", "show", "eleonore@lefevre.example", width=100)
    assert "Éléonore Lefèvre" in shown
    assert "06 12 34 56 78" in shown
    assert "Mariage d'Éléonore" in shown
    assert "epicevents contract create --client 1" in shown
    assert sales.run("client", "show", "Lefèvre", "--json").json()["phone"] == "+33612345678"


# Creating


def test_a_sales_person_becomes_the_contact(sales: Workstation) -> None:
    created = sales.run("client", "create", *BOB).done()
    assert (created.out, "Client 4 created: Bob Marsh." in created.err) == ("", True)
    assert "Next: epicevents contract create --client 4" in created.err
    shown = sales.run("client", "show", "4", "--json").json()
    assert (shown["sales_contact"], shown["phone"]) == ("Sophie Simon", "+67812345678")


def test_management_names_the_contact(manager: Workstation) -> None:
    refused = manager.run("client", "create", *BOB, "--no-input", "--json")
    assert (refused.status, refused.error()["options"]) == (2, ["--sales-contact"])
    for wrong, status, code in (
        ("paul@epicevents.example", 6, "sales_contact_role"),
        ("nobody at all", 3, "not_found"),
    ):
        refused = manager.run("client", "create", *BOB, "--sales-contact", wrong, "--json")
        assert (refused.status, refused.error()["code"]) == (status, code)
    created = manager.run("client", "create", *BOB, "--sales-contact", "samuel", "--json").done()
    assert created.json()["sales_contact"] == "Samuel Sanchez"


def test_management_is_offered_whom_it_may_name(manager: Workstation) -> None:
    with manager.terminal("client", "create", *BOB, width=120) as child:
        child.expect(r"Sales contact \(4 Samuel Sanchez, 3 Sophie Simon\): ")
        child.sendline("nobody at all")
        child.expect("No colleague matches")
        child.expect(": ")
        child.sendline("sophie")
        status, said = finish(child)
    assert status == 0
    assert "Client 4 created" in said


def test_a_colleagues_client_is_not_created(sales: Workstation) -> None:
    refused = sales.run("client", "create", *BOB, "--sales-contact", "samuel", "--json")
    assert (refused.status, refused.error()["permission"]) == (5, "client:create")
    assert "MANAGEMENT may transfer it" in refused.error()["hint"]


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("--email", "bob", "invalid_email"),
        ("--email", "KEVIN@startup.example", "duplicate_email"),
        ("--phone", "123", "invalid_phone"),
        ("--full-name", "\u200b ", "blank"),
        ("--full-name", "x" * 103, "too_long"),
        ("--company-name", "\x1b[2J", "control_character"),
    ],
)
def test_a_wrong_value_is_refused(sales: Workstation, option: str, value: str, code: str) -> None:
    refused = sales.run("client", "create", *BOB, option, value, "--json")
    assert (refused.status in {2, 6}, refused.error()["code"]) == (True, code)
    assert "\x1b" not in refused.err
    assert sales.run("client", "list", "--count").out == "3\n"


def test_markup_in_a_name_is_a_name(sales: Workstation) -> None:
    name = ("--full-name", "[red]Acme[/red] %s", "--company-name", "[/] O'Brien")
    sales.run("client", "create", *BOB, *name).done()
    assert "[red]Acme[/red] %s" in sales.look("client", "list", width=140)
    assert "[/] O'Brien" in sales.look("client", "show", "4")


def test_a_dry_run_keeps_nothing(sales: Workstation) -> None:
    tried = sales.run("client", "create", *BOB, "--dry-run", "--json").done()
    assert tried.json()["full_name"] == "Bob Marsh"
    assert "nothing saved" in tried.err
    assert sales.run("client", "list", "--count").out == "3\n"


# Changing


def test_an_update_says_what_changed(sales: Workstation) -> None:
    extended = sales.run("client", "update", "1", "--phone", "01 23 45 67 89 poste 12").done()
    assert "01 23 45 67 89 ext. 12" in extended.err
    assert sales.run("search", "0123456789").done().out.startswith("Clients  1\n")
    changed = sales.run("client", "update", "1", "--phone", "0698765432").done()
    assert "Phone: 01 23 45 67 89 ext. 12 → 06 98 76 54 32" in changed.err
    assert sales.run("client", "update", "1", "--phone", "0698765432").err == "Nothing to change.\n"


def test_a_colleagues_client_is_theirs(sales: Workstation, owner: Connection) -> None:
    refused = sales.run("client", "update", "3", "--full-name", "Mine Now", "--json")
    assert refused.status == 5
    assert "Samuel Sanchez" in refused.error()["hint"]
    cursor = owner.cursor()
    cursor.execute("SELECT employee_id, permission, kind, record_id FROM denied_attempts")
    assert cursor.fetchall() == [(3, "client:update", "client", 3)]


def test_a_transfer_takes_open_contracts_along(manager: Workstation, owner: Connection) -> None:
    moved = manager.run("client", "transfer", "1", "samuel").done()
    assert "Sales: Sophie Simon → Samuel Sanchez" in moved.err
    assert stored(owner, "contracts", 1, "sales_contact_id") == 4
    again = manager.run("client", "transfer", "1", "samuel", "--json").done()
    assert again.json()["sales_contact_id"] == 4
    assert "Already" in again.err


# Deleting


def test_deleting_shows_the_client_and_asks(
    sales: Workstation, manager: Workstation, owner: Connection
) -> None:
    manager.run("client", "create", *BOB, "--sales-contact", "samuel").done()
    for answer, status in (("", 2), ("n", 2), ("y", 0)):
        with manager.terminal("client", "delete", "4") as child:
            child.expect(r"Delete it\? \[y/N\]: ")
            assert "Marsh & Co" in (child.before or "")
            child.sendline(answer)
            assert finish(child)[0] == status
    assert stored(owner, "clients", 4, "id") is None


def test_a_client_with_contracts_stays_and_nobody_is_asked(manager: Workstation) -> None:
    with manager.terminal("client", "delete", "2") as child:
        status, said = finish(child)
    assert status == 6
    assert "Kevin Casey has 1 contract and cannot be deleted." in said
    assert "epicevents contract list --client 2" in said


def test_sales_do_not_delete(sales: Workstation) -> None:
    assert sales.run("client", "delete", "1", "--yes").status == 5


def test_the_audit_knows_the_command_and_not_its_values(
    sales: Workstation, owner: Connection
) -> None:
    sales.run("client", "update", "1", "--phone", "0698765432").done()
    cursor = owner.cursor()
    cursor.execute("SELECT command, employee_id FROM audit_transactions ORDER BY id DESC LIMIT 1")
    assert cursor.fetchone() == ("client update", 3)
