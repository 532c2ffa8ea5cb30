"""epicevents client import, contract import, event import: as people run them, on real data."""

import csv
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Ran, Workstation, finish
from support.company import Company
from support.database import Database
from support.files import Sheet, workbook
from support.waiting import until

HEADINGS = "Nom complet;E-mail;Tél.;Société\n"
JEAN = " Jean Dupont ;JEAN@dupont.example;06 12 34 56 78;Dupont & Fils\n"
MARIE = "Marie Curie;marie@curie.example;06.12.34.56.79;Institut\n"
NO_NAME = "#N/A;sans@x.example;0612345678;X\n"
BROKEN = "Bon;bon@x.example;#REF!;X\n"

Bring = Callable[..., Ran]


@pytest.fixture
def bring(tmp_path: Path) -> Bring:
    """Return what imports a text: the workstation, the noun, the content, options."""

    def bring(workstation: Workstation, noun: str, content: str, *options: str) -> Ran:
        file = tmp_path / "file.csv"
        file.write_text(content, "utf-8")
        return workstation.run(noun, "import", str(file), *options)

    return bring


def told(ran: Ran) -> dict[str, int]:
    """Return the numbers other than zero that an import has told as JSON."""
    found = ran.done().json()
    return {name: found[name] for name in list(found)[:5] if found[name]}


def codes(ran: Ran) -> list[str]:
    """Return why rows were refused."""
    assert ran.status in {5, 6}, ran.err
    return [row["code"] for row in ran.error()["rows"]]


def rows(owner: Connection, query: str) -> list[Any]:
    cursor = owner.cursor()
    cursor.execute(query)
    return cursor.fetchall()


CLIENTS = "SELECT full_name, email, phone, company_name, sales_contact_id FROM clients ORDER BY id"
COUNTS = (
    "SELECT (SELECT count(*) FROM clients), (SELECT count(*) FROM contracts),"
    " (SELECT count(*) FROM events), (SELECT count(*) FROM audit_transactions)"
)


# Clients, what is written


def test_a_spreadsheet_becomes_clients(
    sales: Workstation, owner: Connection, company: Company, bring: Bring
) -> None:
    ran = bring(sales, "client", HEADINGS + JEAN + MARIE).done()
    assert "client import: 2 created." in ran.err
    assert "Next: epicevents client list" in ran.err
    assert ran.out == ""
    assert rows(owner, CLIENTS)[3:] == [
        ("Jean Dupont", "jean@dupont.example", "+33612345678", "Dupont & Fils", company.sales),
        ("Marie Curie", "marie@curie.example", "+33612345679", "Institut", company.sales),
    ]


def test_it_is_one_entry_in_the_audit(sales: Workstation, owner: Connection, bring: Bring) -> None:
    before = rows(owner, COUNTS)[0][3]
    bring(sales, "client", HEADINGS + JEAN + MARIE).done()
    assert rows(owner, COUNTS)[0][3] == before + 1
    assert rows(
        owner,
        "SELECT t.command, t.employee_id, e.action, count(*) FROM audit_entries e"
        " JOIN audit_transactions t ON t.id = e.transaction_id"
        " WHERE t.id = (SELECT max(id) FROM audit_transactions) GROUP BY 1, 2, 3",
    ) == [("client import", 3, "INSERT", 2)]


def test_a_dry_run_does_all_of_it_and_keeps_nothing(
    sales: Workstation, owner: Connection, bring: Bring
) -> None:
    before = rows(owner, COUNTS)
    ran = bring(sales, "client", HEADINGS + JEAN, "--dry-run").done()
    assert "Dry run, nothing saved: client import: 1 created." in ran.err
    taken = HEADINGS + JEAN.replace("JEAN@dupont", "kevin@startup")
    assert codes(bring(sales, "client", taken, "--dry-run", "--json")) == ["duplicate_email"]
    assert rows(owner, COUNTS) == before


def test_first_names_in_a_column_of_their_own_come_first(
    sales: Workstation, owner: Connection, bring: Bring
) -> None:
    content = "Nom;Prénom;Email;Mobile;Entreprise\nDupont;Jean;j@x.example;0612345678;X\n"
    bring(sales, "client", content + "Curie;;m@x.example;0612345678;X\n").done()
    assert [row[0] for row in rows(owner, CLIENTS)[3:]] == ["Jean Dupont", "Curie"]


def test_columns_that_are_not_read_are_named(sales: Workstation, bring: Bring) -> None:
    content = "Nom complet;E-mail;Tél.;Société;Code \x1b[31m;Âge\nJ;j@x.example;0612345678;X;1;2\n"
    ran = bring(sales, "client", content).done()
    assert "Columns not imported: Code \\x1b[31m, Âge." in ran.err
    assert "\x1b" not in ran.err


def test_an_empty_file_changes_nothing(sales: Workstation, bring: Bring) -> None:
    ran = bring(sales, "client", HEADINGS + ";;;\n#N/A;#N/A;#N/A;#N/A\n").done()
    assert "the file has no rows" in ran.err


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_file_beyond_the_bounds_is_read_by_force(
    sales: Workstation, tmp_path: Path, ending: str
) -> None:
    rows = [["full_name", "email", "phone", "company_name", *map(str, range(1100))]]
    rows.append(["Jean", "jean@x.example", "0612345678", "X", *["1"] * 1100])
    file = tmp_path / f"wide.{ending}"
    if ending == "xlsx":
        workbook(tmp_path, Sheet("A", rows)).rename(file)
    else:
        file.write_text("".join(";".join(row) + "\n" for row in rows), "utf-8")
    ran = sales.run("client", "import", str(file), "--json")
    assert (ran.status, ran.error()["code"]) == (2, "file_too_large")
    assert "--force" in ran.error()["hint"]
    assert "1104 columns" in ran.error()["message"]
    assert told(sales.run("client", "import", str(file), "--force", "--json")) == {"created": 1}


# Clients, all or nothing


def test_one_wrong_row_stops_all_of_them(
    sales: Workstation, owner: Connection, bring: Bring
) -> None:
    before = rows(owner, COUNTS)
    ran = bring(sales, "client", HEADINGS + JEAN + NO_NAME + BROKEN)
    assert ran.status == 6
    assert "2 rows are refused, and nothing was imported:" in ran.err
    assert "row 3: Missing: full_name." in ran.err
    assert "row 4: Phone: the cell holds a formula error, #REF!." in ran.err
    assert "--partial" in ran.err
    assert rows(owner, COUNTS) == before


def test_every_mistake_of_a_row_is_told_at_once(sales: Workstation, bring: Bring) -> None:
    ran = bring(sales, "client", HEADINGS + f"{'x' * 101};no;06;X\n", "--json")
    (row,) = ran.error()["rows"]
    for words in ("101/100", "the @ is missing", "too short"):
        assert words in row["reason"]


def test_refused_rows_are_mended_and_imported_again(
    sales: Workstation, owner: Connection, bring: Bring, tmp_path: Path
) -> None:
    content = "Liste;;;;\n" + HEADINGS.replace("\n", ";Âge\n") + JEAN + NO_NAME + BROKEN
    for ending in ("csv", "xlsx", "jsonl", "tsv", "json"):
        errors = tmp_path / f"refused.{ending}"
        options = ("--partial", "--on-duplicate", "skip", "--errors", str(errors), "--json")
        assert told(bring(sales, "client", content, *options))["refused"] == 2
        assert told(sales.run("client", "import", str(errors), "--partial", "--json")) == {
            "refused": 2
        }
        again = sales.run("client", "import", str(errors), "--json")
        assert codes(again) == ["missing", "broken_cell"]

    errors = tmp_path / "refused.csv"
    bring(sales, "client", content, "--on-duplicate", "skip", "--partial", "--errors", str(errors))
    written = list(csv.reader(errors.read_text("utf-8").splitlines()))
    assert written[0] == ["Nom complet", "E-mail", "Tél.", "Société", "Âge", "reason"]
    assert written[1] == ["#N/A", "sans@x.example", "0612345678", "X", "", "Missing: full_name."]
    mended = errors.read_text("utf-8").replace("#N/A", "Sans Nom").replace("#REF!", "0698765432")
    assert told(bring(sales, "client", mended, "--json")) == {"created": 2}
    assert [row[0] for row in rows(owner, CLIENTS)[3:]] == ["Jean Dupont", "Sans Nom", "Bon"]


def test_the_reasons_are_written_also_where_nothing_is_imported(
    sales: Workstation, bring: Bring, tmp_path: Path
) -> None:
    errors = tmp_path / "refused.csv"
    ran = bring(sales, "client", HEADINGS + JEAN + BROKEN, "--errors", str(errors))
    assert (ran.status, str(errors) in ran.err) == (6, True)
    assert len(errors.read_text("utf-8").splitlines()) == 2


def test_refused_rows_never_replace_the_file_itself(
    sales: Workstation, bring: Bring, tmp_path: Path
) -> None:
    ran = bring(sales, "client", HEADINGS + BROKEN, "--errors", str(tmp_path / "file.csv"))
    assert (ran.status, "Give --errors another file" in ran.err) == (2, True)


def test_of_many_refused_rows_the_first_are_told(sales: Workstation, bring: Bring) -> None:
    ran = bring(sales, "client", HEADINGS + BROKEN * 15)
    assert ran.err.count("#REF!") == 10
    assert "… and 5 more" in ran.err


# Clients, twice


@pytest.mark.parametrize("choice", ["skip", "update"])
def test_the_same_file_again_changes_nothing(
    sales: Workstation, owner: Connection, bring: Bring, choice: str
) -> None:
    content = HEADINGS + JEAN + MARIE + JEAN.replace("JEAN@", "Jean@")
    bring(sales, "client", content, "--on-duplicate", choice).done()
    every = "SELECT * FROM clients ORDER BY id"
    before = rows(owner, every), rows(owner, COUNTS)
    assert len(before[0]) == 5
    ran = bring(sales, "client", content, "--on-duplicate", choice).done()
    assert "Nothing changed." in ran.err
    assert (rows(owner, every), rows(owner, COUNTS)) == before


def test_the_same_file_again_is_refused_unless_told_otherwise(
    sales: Workstation, bring: Bring
) -> None:
    bring(sales, "client", HEADINGS + JEAN).done()
    again = bring(sales, "client", HEADINGS + JEAN)
    assert again.status == 6
    assert "This email already belongs to client 4, Jean Dupont." in again.err


@pytest.mark.parametrize(
    ("choice", "kept"), [("fail", None), ("skip", "First"), ("update", "Last")]
)
def test_an_email_twice_in_one_file(
    sales: Workstation, owner: Connection, bring: Bring, choice: str, kept: str | None
) -> None:
    content = HEADINGS + "".join(
        f"{name};{email};0612345678;X\n"
        for name, email in (("First", "a@x.example"), ("Last", "A@X.example "))
    )
    ran = bring(sales, "client", content, "--on-duplicate", choice, "--json")
    if kept is None:
        assert codes(ran) == ["duplicate_in_file"]
        assert "Row 2 has the same email." in ran.err
    else:
        assert told(ran) == {"created": 1, "skipped": 1}
        assert [row[0] for row in rows(owner, CLIENTS)[3:]] == [kept]


def test_the_first_row_counts_only_if_it_is_imported(
    sales: Workstation, owner: Connection, bring: Bring
) -> None:
    content = HEADINGS + ";a@x.example;0612345678;X\nSecond;a@x.example;0612345678;X\n"
    ran = bring(sales, "client", content, "--on-duplicate", "skip", "--partial", "--json")
    assert told(ran) == {"created": 1, "refused": 1}


def test_an_update_writes_what_differs_and_keeps_what_is_left_empty(
    sales: Workstation, owner: Connection, bring: Bring
) -> None:
    content = HEADINGS + ";kevin@startup.example;;New Startup\n"
    content += "Éléonore Lefèvre;eleonore@lefevre.example;;\n" + MARIE
    ran = bring(sales, "client", content, "--on-duplicate", "update", "--json")
    assert told(ran) == {"created": 1, "updated": 1, "unchanged": 1}
    assert rows(owner, CLIENTS)[1][:4] == (
        "Kevin Casey", "kevin@startup.example", "+67812345678", "New Startup",
    )  # fmt: skip
    assert rows(owner, "SELECT version FROM clients ORDER BY id") == [(1,), (2,), (1,), (1,)]
    (changes,) = rows(
        owner, "SELECT changes FROM audit_entries WHERE action = 'UPDATE' ORDER BY id DESC LIMIT 1"
    )[0]
    assert changes == {"company_name": ["Cool Startup LLC", "New Startup"]}


def test_an_update_may_bring_some_columns_only(
    sales: Workstation, owner: Connection, bring: Bring
) -> None:
    content = "email,company\nkevin@startup.example,New\nnew@x.example,X\n"
    options = ("--on-duplicate", "update", "--partial", "--json")
    ran = bring(sales, "client", content, *options)
    assert told(ran) == {"updated": 1, "refused": 1}
    assert ran.json()["rows"][0]["reason"] == "Missing: full_name."


# Clients, whose


def test_sales_import_their_own_only(sales: Workstation, owner: Connection, bring: Bring) -> None:
    content = "full_name,email,phone,company_name,Commercial\n"
    mine = "A,a@x.example,0612345678,X,Sophie SIMON\n"
    assert told(bring(sales, "client", content + mine, "--json")) == {"created": 1}
    theirs = "B,b@x.example,0612345678,X,samuel@epicevents.example\n"
    ran = bring(sales, "client", content + mine.replace("a@", "c@") + theirs, "--json")
    assert (ran.status, codes(ran)) == (5, ["not_own_import"])
    denied = rows(owner, "SELECT permission, kind FROM denied_attempts ORDER BY id DESC LIMIT 1")
    assert denied == [("client:import", "client")]


def test_sales_update_their_own_only(sales: Workstation, bring: Bring) -> None:
    content = HEADINGS + "Jean O'Brien;jean@obrien.example;0612345678;New\n"
    ran = bring(sales, "client", content, "--on-duplicate", "update", "--json")
    assert (ran.status, codes(ran)) == (5, ["not_own_client"])
    assert "Samuel Sanchez" in ran.err
    assert told(bring(sales, "client", content, "--on-duplicate", "skip", "--json")) == {
        "skipped": 1
    }


def test_sales_import_for_nobody_else(sales: Workstation, bring: Bring) -> None:
    ran = bring(sales, "client", HEADINGS + JEAN, "--sales-contact", "samuel", "--json")
    assert (ran.status, ran.error()["permission"]) == (5, "client:import")


def test_management_says_whose_they_become(
    manager: Workstation, owner: Connection, company: Company, bring: Bring
) -> None:
    ran = bring(manager, "client", HEADINGS + JEAN, "--json")
    assert (ran.status, ran.error()["code"]) == (2, "missing_option")
    content = HEADINGS.replace("\n", ";Commercial\n")
    people = ("samuel@epicevents.example", "Simon Sophie", "")
    for number, person in enumerate(people):
        content += f"C{number};c{number}@x.example;0612345678;X;{person}\n"
    assert codes(bring(manager, "client", content, "--json")) == ["missing"]
    bring(manager, "client", content, "--sales-contact", "samuel").done()
    assert [row[4] for row in rows(owner, CLIENTS)[3:]] == [
        company.sales2, company.sales, company.sales2,
    ]  # fmt: skip


def test_who_cannot_be_a_sales_contact_is_refused(
    manager: Workstation, owner: Connection, bring: Bring
) -> None:
    owner.cursor().execute(
        "UPDATE users SET is_active = false WHERE id = 4;"
        "INSERT INTO users (first_name, last_name, email, hashed_password, role)"
        " SELECT first_name, last_name, 'other@epicevents.example', hashed_password, role"
        " FROM users WHERE id = 3"
    )
    content = HEADINGS.replace("\n", ";Commercial\n")
    people = ("nobody", "paul@epicevents.example", "Samuel Sanchez", "Sophie Simon")
    for number, person in enumerate(people):
        content += f"C{number};c{number}@x.example;0612345678;X;{person}\n"
    assert codes(bring(manager, "client", content, "--json")) == [
        "unknown_colleague", "sales_contact_role", "inactive_contact", "ambiguous_colleague",
    ]  # fmt: skip


def test_an_import_hands_no_client_over(manager: Workstation, bring: Bring) -> None:
    content = HEADINGS.replace("\n", ";Commercial\n")
    content += "Kevin Casey;kevin@startup.example;;;{}\n"
    same, other = content.format("Sophie Simon"), content.format("Samuel Sanchez")
    assert told(bring(manager, "client", same, "--on-duplicate", "update", "--json")) == {
        "unchanged": 1
    }
    ran = bring(manager, "client", other, "--on-duplicate", "update", "--json")
    assert codes(ran) == ["not_transferred"]
    assert "epicevents client transfer 2" in ran.err


@pytest.mark.parametrize("noun", ["client", "contract", "event"])
def test_support_imports_nothing(
    workstation: Workstation, owner: Connection, company: Company, bring: Bring, noun: str
) -> None:
    ran = bring(workstation.be(company.support), noun, "email\n", "--json")
    assert (ran.status, ran.error()["code"]) == (5, "permission_denied")
    assert rows(owner, "SELECT kind FROM denied_attempts") == [(noun,)]


# Files


def test_a_workbook_is_imported(sales: Workstation, owner: Connection, tmp_path: Path) -> None:
    file = workbook(
        tmp_path,
        Sheet("Accueil", [["Bonjour"]]),
        Sheet(
            "Clients",
            [
                ["Clients 2026", None, None, None],
                ["Nom complet", "E-mail", "Téléphone", "Société"],
                ["Jean", "j@x.example", 612345678, 3],
            ],
        ),
    )
    ran = sales.run("client", "import", str(file)).done()
    assert "Sheet: Clients." in ran.err
    assert rows(owner, CLIENTS)[3][:4] == ("Jean", "j@x.example", "+33612345678", "3")


@pytest.mark.parametrize("ending", ["csv", "tsv", "json", "jsonl", "xlsx"])
def test_what_was_exported_comes_back_unchanged(
    manager: Workstation, owner: Connection, tmp_path: Path, ending: str
) -> None:
    names = [
        "=1+1", "'=1+1", "''=x", "+SUM(A1)", "-x", "@x", "'t Hooft", "a,b;c", 'say "x"', "\\n \\t",
        "＝1", "[red]", "#1", "-12", "true", "2026-01-01", "é" * 100,
    ]  # fmt: skip
    records = [
        {"full_name": name, "company_name": name, "email": f"={n}@x.example", "phone": "0612345678"}
        for n, name in enumerate(names)
    ]
    file = tmp_path / "made.json"
    file.write_text(json.dumps(records), "utf-8")
    manager.run("client", "import", str(file), "--sales-contact", "sophie").done()
    before = rows(owner, CLIENTS)
    assert len(before) == 3 + len(names)

    exported = tmp_path / f"clients.{ending}"
    manager.run("client", "list", "--all", "--output-file", str(exported)).done()
    again = manager.run("client", "import", str(exported), "--on-duplicate", "update", "--json")
    assert told(again) == {"unchanged": len(before)}
    owner.cursor().execute("DELETE FROM clients WHERE id > 3")
    again = manager.run("client", "import", str(exported), "--on-duplicate", "skip").done()
    assert sorted(rows(owner, CLIENTS)) == sorted(before)


def test_there_must_be_a_file(sales: Workstation, tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        assert sales.run("client", "import", str(path)).status == 2


def test_a_mapping_is_a_heading_and_a_field(sales: Workstation, bring: Bring) -> None:
    content = "Qui=Quoi;E-mail;Tél.;Société\nJean;j@x.example;0612345678;X\n"
    assert bring(sales, "client", content, "--map", "Qui").status == 2
    bring(sales, "client", content, "--map", "Qui=Quoi=full_name").done()


# While it lasts


def many(directory: Path, number: int) -> Path:
    file = directory / "many.csv"
    lines = [f"Jean Dupont {n},jean.{n}@x.example,06{n:08},Société {n}\n" for n in range(number)]
    file.write_text("full_name,email,phone,company_name\n" + "".join(lines), "utf-8")
    return file


def test_a_long_import_says_so_and_ctrl_c_leaves_nothing(
    sales: Workstation, owner: Connection, tmp_path: Path
) -> None:
    before = rows(owner, COUNTS)
    with sales.terminal("client", "import", str(many(tmp_path, 60_000)), term="xterm") as child:
        child.expect("Checking and writing")
        child.sendintr()
        status, said = finish(child)
    assert (status, "Traceback" in said, "created" in said) == (130, False, False)
    assert rows(owner, COUNTS) == before
    left = "SELECT 1 FROM pg_stat_activity WHERE usename = 'epicevents_cli' AND state = 'active'"
    assert rows(owner, left) == []


def test_somebody_elses_client_in_between_is_told(
    sales: Workstation, owner: Connection, company: Company, bring: Bring, database: Database
) -> None:
    before = rows(owner, COUNTS)
    other = database.owner()
    other.cursor().execute(
        "BEGIN; INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
        " VALUES ('Other', 'jean@dupont.example', '+33612345678', 'X', 4)"
    )
    with ThreadPoolExecutor() as pool:
        running = pool.submit(bring, sales, "client", HEADINGS + MARIE + JEAN, "--json")
        waits = "SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted"
        until(lambda: rows(owner, waits))
        other.cursor().execute("COMMIT")
        ran = running.result()
    other.close()
    assert (ran.status, ran.error()["code"]) == (6, "duplicate_email")
    assert rows(owner, COUNTS)[0][0] == before[0][0] + 1


# Contracts

CONTRACTS = (
    "SELECT client_id, sales_contact_id, total_amount::text, amount_due::text, signed_status"
    " FROM contracts ORDER BY id"
)


def test_a_spreadsheet_becomes_contracts(
    sales: Workstation, owner: Connection, company: Company, bring: Bring
) -> None:
    content = "Email client;Montant TTC;Reste à payer;Signé\n"
    content += "KEVIN@startup.example;1 234,56 €;;\n"
    content += "eleonore LEFEVRE;1;;\n"
    content += "kevin@startup.example;2000;500,5;Oui\n"
    assert told(bring(sales, "contract", content, "--json")) == {"created": 3}
    assert rows(owner, CONTRACTS)[5:] == [
        (2, 3, "1234.56", "1234.56", False),
        (1, 3, "1.00", "1.00", False),
        (2, 3, "2000.00", "500.50", True),
    ]
    assert rows(owner, "SELECT amount::text, kind FROM payments ORDER BY id DESC LIMIT 1") == [
        ("1499.50", "OPENING")
    ]


def test_a_spreadsheet_says_when_contracts_are_to_be_paid(
    sales: Workstation, owner: Connection, bring: Bring
) -> None:
    content = "Email client;Montant TTC;Signé;Échéance\n"
    content += "kevin@startup.example;10;oui;31/01/2026\n"
    content += "kevin@startup.example;20;oui;2026-02-28 00:00\n"
    content += "kevin@startup.example;30;non;\n"
    assert told(bring(sales, "contract", content, "--json")) == {"created": 3}
    dates = "SELECT due_date::text, signed_by_id FROM contracts WHERE id > 5 ORDER BY id"
    assert rows(owner, dates) == [("2026-01-31", 3), ("2026-02-28", 3), (None, None)]
    wrong = "client,total,due date\nkevin@startup.example,40,31/02/2026\n"
    assert codes(bring(sales, "contract", wrong, "--json")) == ["invalid_date"]


def test_contracts_are_refused_as_one_by_one(
    sales: Workstation, owner: Connection, bring: Bring
) -> None:
    owner.cursor().execute(
        "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
        " VALUES ('KEVIN CASEY', 'k@x.example', '+33612345678', 'X', 3)"
    )
    content = "client,total_amount,amount_due\n"
    cases = {
        "nobody@x.example,10,": "unknown_client",
        "Nobody,10,": "unknown_client",
        "Kevin Casey,10,": "ambiguous_client",
        "jean@obrien.example,10,": "not_own_client",
        "kevin@startup.example,,": "missing",
        ",10,": "missing",
        "kevin@startup.example,0,": "invalid_total_amount",
        "kevin@startup.example,10,11": "amount_due_out_of_range",
        'kevin@startup.example,"1,234",': "ambiguous_amount",
        "kevin@startup.example,10.005,": "too_many_decimals",
    }
    ran = bring(sales, "contract", content + "\n".join(cases), "--json")
    assert codes(ran) == list(cases.values())


def test_a_contract_needs_an_active_contact(
    manager: Workstation, owner: Connection, bring: Bring
) -> None:
    owner.cursor().execute("UPDATE users SET is_active = false WHERE id = 4")
    ran = bring(manager, "contract", "client,total\njean@obrien.example,7\n", "--json")
    assert codes(ran) == ["inactive_contact"]


@pytest.mark.parametrize("noun", ["client", "contract", "event"])
def test_what_exists_stays_with_whom_it_is_though_they_have_left(
    manager: Workstation, owner: Connection, tmp_path: Path, noun: str
) -> None:
    owner.cursor().execute("UPDATE users SET is_active = false WHERE role <> 'MANAGEMENT'")
    exported = tmp_path / "all.csv"
    manager.run(noun, "list", "--all", "--output-file", str(exported)).done()
    again = manager.run(noun, "import", str(exported), "--on-duplicate", "skip", "--json")
    found = told(again)
    assert list(found) == ["skipped"]


def test_the_nth_contract_over_an_amount_is_the_nth_that_exists(
    sales: Workstation, owner: Connection, bring: Bring
) -> None:
    content = "client,total\n" + "kevin@startup.example,50\n" * 2
    assert told(bring(sales, "contract", content, "--json")) == {"created": 2}
    assert codes(bring(sales, "contract", content, "--json")) == ["duplicate_contract"] * 2
    before = rows(owner, COUNTS)
    assert told(bring(sales, "contract", content, "--on-duplicate", "skip", "--json")) == {
        "skipped": 2
    }
    assert rows(owner, COUNTS) == before
    third = content + "kevin@startup.example,50\n"
    assert told(bring(sales, "contract", third, "--on-duplicate", "skip", "--json")) == {
        "created": 1, "skipped": 2,
    }  # fmt: skip
    assert told(bring(sales, "contract", content, "--on-duplicate", "create", "--json")) == {
        "created": 2
    }


def test_management_imports_contracts_of_any_client(
    manager: Workstation, owner: Connection, bring: Bring
) -> None:
    ran = bring(manager, "contract", "client,total\njean@obrien.example,7\n", "--json")
    assert told(ran) == {"created": 1}
    assert rows(owner, CONTRACTS)[5][1] == 4  # its client's contact


# Events

EVENT_HEADINGS = (
    "name,client,contract,total_amount,client_contact,start_date,end_date,support_contact,location,"
    "attendees,notes\n"
)


def event(**given: str) -> str:
    values = {
        "name": "Gala", "client": "kevin@startup.example", "client_contact": "Kevin",
        "start_date": "04/06/2030 13h", "end_date": "04/06/2030 23:30", "location": "Paris",
        "attendees": "75",
    } | given  # fmt: skip
    return ",".join(values.get(name, "") for name in EVENT_HEADINGS.strip().split(",")) + "\n"


EVENTS = (
    "SELECT name, contract_id, client_id, start_date::text, end_date::text, support_contact_id,"
    " attendees, notes FROM events ORDER BY id"
)


def test_a_spreadsheet_becomes_events(
    sales: Workstation, owner: Connection, company: Company, bring: Bring
) -> None:
    content = EVENT_HEADINGS + event(notes="Champagne")
    # Of two signed contracts, the one over that amount, or with that id.
    content += event(client="eleonore@lefevre.example", total_amount="3000", name="B")
    content += event(client="", contract="2", name="C")
    content += event(client="Éléonore Lefèvre", contract="3", name="D")
    assert told(bring(sales, "event", content, "--json")) == {"created": 4}
    times = ("2030-06-04 11:00:00", "2030-06-04 21:30:00")
    assert rows(owner, EVENTS)[3:] == [
        ("Gala", company.paid, 2, *times, None, 75, "Champagne"),
        ("B", company.partly_paid, 1, *times, None, 75, None),
        ("C", company.signed, 1, *times, None, 75, None),
        ("D", company.partly_paid, 1, *times, None, 75, None),
    ]


def test_days_and_hours_may_stand_in_columns_of_their_own(
    sales: Workstation, owner: Connection, bring: Bring
) -> None:
    content = "Événement,Email,Contact,Date,Heure de début,Date de fin,Heure de fin,Lieu,Invités\n"
    content += "Gala,kevin@startup.example,K,04/06/2030,13:00,05/06/2030,2h,Paris,10\n"
    bring(sales, "event", content).done()
    assert rows(owner, EVENTS)[3][3:5] == ("2030-06-04 11:00:00", "2030-06-05 00:00:00")


def test_events_are_refused_as_one_by_one(
    sales: Workstation, owner: Connection, bring: Bring
) -> None:
    cases = [
        (event(name=""), "missing"),
        (event(client=""), "missing"),
        (event(client="nobody"), "unknown_client"),
        (event(client="eleonore@lefevre.example"), "several_contracts"),
        (event(client="eleonore@lefevre.example", total_amount="7"), "no_signed_contract"),
        (event(contract="999"), "unknown_contract"),
        (event(contract="2"), "other_client"),
        (event(client="", contract="1"), "contract_not_signed"),
        (event(client="", contract="5"), "not_own_client"),
        (event(end_date="04/06/2030 13:00"), "end_before_start"),
        (event(start_date="04/06/2020 13:00", end_date="04/06/2020 14:00"), "event_in_the_past"),
        (event(support_contact="Paul Petit"), "not_assigned"),
        (event(attendees="0"), "number_too_small"),
        (event(start_date="04/06/2030"), "time_missing"),
        (event(start_date="31/03/2030 02:30"), "nonexistent_time"),
    ]
    ran = bring(sales, "event", EVENT_HEADINGS + "".join(row for row, _code in cases), "--json")
    assert codes(ran) == [code for _row, code in cases]


def test_past_events_are_kept_on_request(sales: Workstation, bring: Bring) -> None:
    past = event(start_date="04/06/2020 13:00", end_date="04/06/2020 14:00")
    assert told(bring(sales, "event", EVENT_HEADINGS + past, "--allow-past", "--json")) == {
        "created": 1
    }


def test_what_is_there_already_may_be_past_and_assigned(
    sales: Workstation, owner: Connection, bring: Bring
) -> None:
    held = {"start_date": "04/06/2020 13:00", "end_date": "04/06/2020 14:00"}
    bring(sales, "event", EVENT_HEADINGS + event(**held), "--allow-past").done()
    held["support_contact"] = "Paul Petit"
    skip = ("--on-duplicate", "skip", "--json")
    assert told(bring(sales, "event", EVENT_HEADINGS + event(**held), *skip)) == {"skipped": 1}
    # What is not there yet is judged as ever.
    new = EVENT_HEADINGS + event(name="New", **held)
    assert codes(bring(sales, "event", new, *skip)) == ["event_in_the_past"]
    assert codes(bring(sales, "event", EVENT_HEADINGS + event(**held), "--json")) == [
        "duplicate_event"
    ]


def test_management_assigns_while_it_imports(
    manager: Workstation, owner: Connection, company: Company, bring: Bring
) -> None:
    later = {"start_date": "04/09/2030 13:00", "end_date": "04/09/2030 23:00"}
    content = EVENT_HEADINGS + event(support_contact="paul@epicevents.example", **later)
    content += event(name="B", support_contact="Perrin Pauline")
    content += event(name="C", support_contact="Sophie Simon")
    content += event(name="D", support_contact="nobody")
    ran = bring(manager, "event", content, "--partial", "--json")
    assert told(ran) == {"created": 2, "refused": 2}
    assert [row["code"] for row in ran.json()["rows"]] == [
        "support_contact_role", "unknown_colleague",
    ]  # fmt: skip
    assert [row[5] for row in rows(owner, EVENTS)[3:]] == [company.support, company.support2]


@pytest.mark.parametrize(
    ("times", "refused"),
    [
        # Paul runs an event from 13:00 on 2030-06-04 to 02:00 on the next day.
        (["04/06/2030 12:00-04/06/2030 13:00"], []),
        (["04/06/2030 12:00-04/06/2030 13:01"], [2]),
        (["05/06/2030 02:00-05/06/2030 03:00"], []),
        (["05/06/2030 01:59-05/06/2030 03:00"], [2]),
        (["01/06/2030 00:00-30/06/2030 00:00"], [2]),
        (["04/06/2030 13:00-05/06/2030 02:00"], [2]),
        (["01/07/2030 08:00-01/07/2030 12:00", "01/07/2030 11:00-01/07/2030 13:00"], [3]),
        (["01/07/2030 11:00-01/07/2030 13:00", "01/07/2030 08:00-01/07/2030 12:00"], [2]),
        (["01/07/2030 08:00-01/07/2030 12:00", "01/07/2030 08:00-01/07/2030 12:00"], [3]),
        (["01/07/2030 08:00-01/07/2030 12:00", "01/07/2030 12:00-01/07/2030 13:00"], []),
        (
            ["01/07/2030 08:00-01/07/2030 20:00", "01/07/2030 09:00-01/07/2030 10:00",
             "01/07/2030 11:00-01/07/2030 12:00"],
            [3, 4],
        ),
    ],
)  # fmt: skip
def test_nobody_is_at_two_events_at_once(
    manager: Workstation, bring: Bring, times: list[str], refused: list[int]
) -> None:
    content = EVENT_HEADINGS
    for number, (start, end) in enumerate(pair.split("-") for pair in times):
        content += event(
            name=f"E{number}", start_date=start, end_date=end, support_contact="paul petit"
        )
    found = bring(manager, "event", content, "--partial", "--json").done().json()["rows"]
    assert [(row["row"], row["code"]) for row in found] == [
        (number, "support_overlap") for number in refused
    ]


def test_an_event_again_is_known_by_contract_name_and_start(
    sales: Workstation, owner: Connection, bring: Bring
) -> None:
    content = EVENT_HEADINGS + event() + event(attendees="80") + event(name="Other")
    ran = bring(sales, "event", content, "--json")
    assert codes(ran) == ["event_twice_in_file"]
    skip = ("--on-duplicate", "skip", "--json")
    assert told(bring(sales, "event", content, *skip)) == {"created": 2, "skipped": 1}
    before = rows(owner, COUNTS)
    assert told(bring(sales, "event", content, *skip)) == {"skipped": 3}
    assert rows(owner, COUNTS) == before
    assert codes(bring(sales, "event", EVENT_HEADINGS + event(), "--json")) == ["duplicate_event"]


def test_days_that_could_be_months_are_refused_where_others_contradict(
    sales: Workstation, owner: Connection, bring: Bring
) -> None:
    content = EVENT_HEADINGS
    for name, start in (("A", "04/06/2030"), ("B", "06/25/2030"), ("C", "05/05/2030")):
        times = {"start_date": f"{start} 13:00", "end_date": f"{start} 14:00"}
        content += event(name=name, **times)
    ran = bring(sales, "event", content, "--json")
    assert codes(ran) == ["doubtful_date", "invalid_date"]
    assert "--date-order" in ran.err
    assert codes(bring(sales, "event", content, "--date-order", "day", "--json")) == [
        "invalid_date"
    ]
    bring(sales, "event", content, "--date-order", "month").done()
    assert [row[3] for row in rows(owner, EVENTS)[3:]] == [
        "2030-04-06 11:00:00", "2030-06-25 11:00:00", "2030-05-05 11:00:00",
    ]  # fmt: skip


@pytest.mark.parametrize("noun", ["contract", "event"])
def test_exported_contracts_and_events_are_known_again(
    manager: Workstation, owner: Connection, tmp_path: Path, noun: str
) -> None:
    before = rows(owner, COUNTS)
    for ending in ("csv", "xlsx", "jsonl"):
        file = tmp_path / f"exported.{ending}"
        manager.run(noun, "list", "--all", "--output-file", str(file)).done()
        ran = manager.run(noun, "import", str(file), "--on-duplicate", "skip", "--json")
        assert set(told(ran)) == {"skipped"}
    assert rows(owner, COUNTS) == before
