import json

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import Company
from support.services import refused, stored

from crm.domain.errors import NotFound, PermissionDenied, RuleViolation
from crm.queries import client as clients
from crm.queries.listing import Request
from crm.queries.pages import read_page, read_record
from crm.queries.privacy import read_mentions
from crm.services import client, contract, event, payment, portfolio, privacy, undo

ERASED = {"erased": True}
GONE = [ERASED, ERASED]
REASON = "asked to be forgotten"
# Where a person may have been named: nothing else in the database holds texts of clients.
TABLES = (
    "clients", "contracts", "events", "payments", "audit_transactions", "audit_entries",
    "denied_attempts", "users", "login_attempts",
)  # fmt: skip
NAMES = (
    "Éléonore", "ELEONORE", "Lefèvre", "Lefevre", "Dupré", "eleonore@lefevre.example",
    "+33612345678", "06.12.34.56.78", "+33 6 12 34 56 78", "+33700000000", "07 00 00 00 00",
)  # fmt: skip


@pytest.fixture
def written_about(company: Company, owner: Connection) -> Company:
    """A company in which the first client left traces wherever a person can."""
    with company.database.as_user(company.manager) as tx:
        tx.execute("SELECT set_config('epicevents.command', 'client update', true)")
        client.update(tx, 1, {"full_name": "Éléonore Dupré", "phone": "+33700000000"})
        event.update(
            tx, 1, {"notes": "Call ELEONORE (07 00 00 00 00) or 06.12.34.56.78\nNo peanuts"}
        )
        event.update(tx, 1, {"client_contact": "Éléonore Dupré, eleonore@lefevre.example"})
        payment.pay(tx, 2, amount="10", reference="Lefevre 2030-1", request_key="dupre-1")
        payment.reverse(tx, 2, 3, "Mme Lefèvre paid twice")
        contract.amend(tx, 2, "2100", "éléonore dupré wants more")
        # On another client, naming her.
        contract.amend(tx, 5, "5100", "as for eleonore@lefevre.example, and for Éléonore")
    owner.cursor().execute(
        "INSERT INTO denied_attempts (at, database_role, permission, kind, record_id, message)"
        " VALUES (utc_now(), 'epicevents_cli', 'client:delete', 'client', 1,"
        " 'SALES may not delete eleonore@lefevre.example, +33 6 12 34 56 78')"
    )
    # An event that is gone.
    owner.cursor().execute(
        "INSERT INTO events (name, contract_id, client_id, client_contact, start_date, end_date,"
        " location, attendees) VALUES ('Chez Dupré', 2, 1, 'Mme Lefèvre', '2031-01-01',"
        " '2031-01-02', 'N', 1)"
    )
    owner.cursor().execute("DELETE FROM events WHERE name = 'Chez Dupré'")
    return company


def everything(owner: Connection) -> str:
    """All that the database holds, as text."""
    cursor = owner.cursor()
    found = []
    for table in TABLES:
        cursor.execute(f"SELECT to_jsonb(t) FROM {table} t")
        found += [json.dumps(row, ensure_ascii=False) for (row,) in cursor.fetchall()]
    return "\n".join(found)


def history(owner: Connection, table: str) -> list[tuple[int, str, dict[str, list[object]]]]:
    cursor = owner.cursor()
    cursor.execute(
        "SELECT record_id, action, changes FROM audit_entries WHERE table_name = %s ORDER BY id",
        (table,),
    )
    return cursor.fetchall()


# Erasing


def test_nothing_names_the_person_any_more(written_about: Company, owner: Connection) -> None:
    before = everything(owner)
    assert [name for name in NAMES if name not in before] == []
    with written_about.database.as_user(written_about.manager) as tx:
        mentions = [mention for mention, _content in read_mentions(tx, 1)]
        privacy.erase(tx, 1, REASON, mentions=mentions)
    after = everything(owner)
    # In the reason that is about somebody else, a first name alone may be anybody's.
    assert after.count("Éléonore") == 1
    after = after.replace("and for Éléonore", "")
    assert [name for name in NAMES if name.casefold() in after.casefold()] == []


def test_what_is_no_personal_value_stays(written_about: Company, owner: Connection) -> None:
    kept = "id, contract_id, client_id, start_date, end_date, support_contact_id, attendees"
    tables = {
        "contracts": "*",
        "payments": "id, contract_id, amount, kind, paid_on, created_by_id, created_at",
        "events": kept,
        "audit_entries": "id, transaction_id, table_name, record_id, action",
        "audit_transactions": "id, xid::text, at, employee_id, session_id, database_role",
        "denied_attempts": "id, at, employee_id, permission, kind, record_id",
    }
    cursor = owner.cursor()

    def read() -> dict[str, set[tuple[object, ...]]]:
        found = {}
        for table, columns in tables.items():
            cursor.execute(f"SELECT {columns} FROM {table}")
            found[table] = set(cursor.fetchall())
        return found

    before = read()
    with written_about.database.as_user(written_about.manager) as tx:
        privacy.erase(tx, 1, REASON)
    after = read()
    for table in ("contracts", "payments", "events", "denied_attempts"):
        assert after[table] == before[table]
    assert before["audit_entries"] < after["audit_entries"]
    assert len(after["audit_transactions"] - before["audit_transactions"]) == 1


def test_placeholders_obey_the_rules_of_a_record(written_about: Company, owner: Connection) -> None:
    with written_about.database.as_user(written_about.manager) as tx:
        privacy.erase(tx, 1, REASON)
        shown = read_record(tx, clients.LISTING, 1)
        assert shown
        assert read_page(tx, clients.LISTING, Request(search="lefevre")).rows == []
        assert len(read_page(tx, clients.LISTING, Request(search="erased")).rows) == 1
    assert shown[1:5] == (
        "Erased client 1", "erased-1@erased.invalid", "+999000000", "Erased client 1"
    )  # fmt: skip
    assert stored(owner, "clients", 1, "erased_at") is not None
    assert stored(owner, "events", 1, "name") == "Mariage d'(erased)"
    assert stored(owner, "events", 1, "client_contact") == "Erased client 1"
    assert stored(owner, "events", 1, "notes").endswith("\nNo peanuts")
    assert stored(owner, "payments", 3, "request_key") == "erased-3"


def test_the_audit_keeps_that_a_value_was_there(written_about: Company, owner: Connection) -> None:
    with written_about.database.as_user(written_about.manager) as tx:
        privacy.erase(tx, 1, "Mme Dupré asked")
    created, changed, erased = (entry for entry in history(owner, "clients") if entry[0] == 1)
    assert created[2]["email"] == [None, ERASED]
    assert created[2]["sales_contact_id"] == [None, 3]
    assert changed[2] == dict.fromkeys(("full_name", "phone"), GONE)
    assert erased[2].pop("erased_at")[0] is None
    assert erased[2] == dict.fromkeys(("full_name", "email", "phone", "company_name"), GONE)
    cursor = owner.cursor()
    cursor.execute(
        "SELECT employee_id, reason FROM audit_entries e"
        " JOIN audit_transactions t ON t.id = e.transaction_id ORDER BY e.id DESC LIMIT 1"
    )
    assert cursor.fetchone() == (written_about.manager, "Mme (erased) asked")


def test_others_are_left_alone(written_about: Company, owner: Connection) -> None:
    def of_others() -> list[object]:
        return [entry for entry in history(owner, "clients") if entry[0] != 1]

    before = of_others()
    with written_about.database.as_user(written_about.manager) as tx:
        privacy.erase(tx, 1, REASON)
    assert of_others() == before
    assert stored(owner, "clients", 2, "full_name") == "Kevin Casey"
    assert stored(owner, "events", 2, "client_contact") == "Kevin"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ÉLÉONORE  LEFEVRE!", "(erased)!"),
        ("l'Éléonore et Lefèvre-Noël", "l'(erased) et (erased)-Noël"),
        ("Lefèvrette, ELEONORES", "Lefèvrette, ELEONORES"),
        ("Eleonore@Lefevre.example.", "(erased)."),
        ("tel +33 6.12-34 56/78", "tel (erased)"),
        ("0033612345678 / 0612345678", "(erased) / (erased)"),
        ("0612345679, 1061234567812", "0612345679, 1061234567812"),
        ("lefèvre & fils", "(erased)"),
    ],
)
def test_a_person_is_found_however_it_is_written(
    company: Company, owner: Connection, text: str, left: str
) -> None:
    owner.cursor().execute("UPDATE events SET notes = %s WHERE id = 1", (text,))
    with company.database.as_user(company.manager) as tx:
        privacy.erase(tx, 1, REASON)
    assert stored(owner, "events", 1, "notes") == left


@pytest.mark.parametrize(
    "name",
    [
        "[a-z]+ (.*) \\m\\M", "100% _Fête_", "O'Brien ’ “x”", "Œuvrard-Næss ßtrauß",
        "Σωκράτης Παππά", "Владимир Ильин", "李小龍", "x", "a.b+c?d*e|f^g$h{1}i", "😀 Emoji",
        "Łukasz Đorđe Åsa Ñu",
    ],
)  # fmt: skip
def test_whatever_somebody_is_called(company: Company, owner: Connection, name: str) -> None:
    cursor = owner.cursor()
    cursor.execute("UPDATE clients SET full_name = %s WHERE id = 1", (name,))
    cursor.execute("UPDATE events SET notes = %s WHERE id = 1", (f"for {name}, at noon",))
    with company.database.as_user(company.manager) as tx:
        privacy.erase(tx, 1, REASON)
    assert stored(owner, "events", 1, "notes") == "for (erased), at noon"
    assert stored(owner, "events", 1, "location") == "Château de Candé"


def test_only_management_erases_and_says_why(company: Company) -> None:
    for who in (company.sales, company.sales2, company.support):
        with (
            refused(PermissionDenied, "permission_denied"),
            company.database.as_user(who) as tx,
        ):
            privacy.erase(tx, 1, REASON)
    with company.database.as_user(company.manager) as tx, refused(NotFound, "not_found"):
        privacy.erase(tx, 99, REASON)


def test_erased_is_for_good(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        privacy.erase(tx, 1, REASON)
    for act, said in (
        (lambda tx: privacy.erase(tx, 1, REASON), "Client 1 has been"),
        (lambda tx: client.update(tx, 1, {"full_name": "Éléonore"}), "Client 1 has been"),
        (lambda tx: contract.create(tx, client_id=1, total_amount="10"), "Client 1 has been"),
        (lambda tx: contract.update(tx, 6, {"client_id": 1}), "This client has been"),
    ):
        owner.cursor().execute(
            "INSERT INTO contracts (id, client_id, sales_contact_id, total_amount, amount_due)"
            " VALUES (6, 3, 4, 10, 10) ON CONFLICT DO NOTHING"
        )
        with (
            refused(RuleViolation, "client_erased") as raised,
            company.database.as_user(company.manager) as tx,
        ):
            act(tx)
        assert raised.value.message.startswith(said)


def test_business_with_what_was_sold_goes_on(company: Company, owner: Connection) -> None:
    with company.database.as_user(company.manager) as tx:
        privacy.erase(tx, 1, REASON)
        payment.pay(tx, company.signed, amount="100")
        assert portfolio.transfer_all(tx, company.sales, company.sales2).counts["clients"] == 2
    assert stored(owner, "clients", 1, "sales_contact_id") == company.sales2


@pytest.mark.parametrize("name", ["contract pay", "pocketed by"])
def test_what_a_client_is_called_is_nobody_elses_word(
    company: Company, owner: Connection, name: str
) -> None:
    """SALES choose what a client is called: it takes no word from anybody's history."""
    with company.database.as_user(company.manager) as tx:
        tx.execute("SELECT set_config('epicevents.command', 'contract pay', true)")
        contract.amend(tx, 5, "5100", "pocketed by Bill, told jo@bill.example")
    with company.database.as_user(company.sales) as tx:
        client.update(tx, 1, {"full_name": name, "email": "jo@bill.example"})
    with company.database.as_user(company.manager) as tx:
        assert [content for _mention, content in read_mentions(tx, 1)] == [
            "pocketed by Bill, told jo@bill.example"
        ]
        privacy.erase(tx, 1, REASON)
    cursor = owner.cursor()
    cursor.execute(
        "SELECT command, reason FROM audit_entries e JOIN audit_transactions t"
        " ON t.id = transaction_id WHERE table_name = 'contracts' AND record_id = 5"
        " AND reason IS NOT NULL"
    )
    assert cursor.fetchall() == [("contract pay", "pocketed by Bill, told jo@bill.example")]


def test_a_text_that_reads_erased_was_typed(company: Company, owner: Connection) -> None:
    """What only looks erased is taken back like any other change."""
    with company.database.as_user(company.manager) as tx:
        client.update(tx, 2, {"full_name": "(erased)"})
    cursor = owner.cursor()
    cursor.execute("SELECT max(id) FROM audit_transactions")
    ((number,),) = cursor.fetchall()
    with company.database.as_user(company.manager) as tx:
        undo.undo(tx, number, reason=REASON)
    assert stored(owner, "clients", 2, "full_name") == "Kevin Casey"


# What is held


def test_of_whom_there_never_was_nothing_is_held(company: Company) -> None:
    with refused(NotFound, "not_found"), company.database.as_user(company.manager) as tx:
        privacy.find_held(tx, 99)


def test_all_that_is_held_is_returned(written_about: Company) -> None:
    with written_about.database.as_user(written_about.manager) as tx:
        held = privacy.find_held(tx, 1)
    ids = {kind: [row[0] for row in found.rows] for kind, found in held.items()}
    assert ids["client"] == [1]
    assert ids["contracts"] == [1, 2, 3]
    assert ids["payments"] == [1, 3, 4]
    assert ids["events"] == [1]
    assert len(ids["denied_attempts"]) == 1
    at = [field.name for field in held["history"].fields]
    records = {
        (row[at.index("table_name")], row[at.index("record_id")]) for row in held["history"].rows
    }
    assert records == {
        ("clients", 1), ("contracts", 1), ("contracts", 2), ("contracts", 3), ("events", 1),
        ("events", 4), ("payments", 1), ("payments", 3), ("payments", 4),
    }  # fmt: skip


def test_of_an_erased_client_nothing_personal_is_held(written_about: Company) -> None:
    with written_about.database.as_user(written_about.manager) as tx:
        privacy.erase(tx, 1, REASON)
        held = str(privacy.find_held(tx, 1))
    assert [name for name in NAMES if name.casefold() in held.casefold()] == []


def test_sales_read_what_is_held_on_their_own(written_about: Company) -> None:
    with written_about.database.as_user(written_about.sales) as tx:
        held = privacy.find_held(tx, 1)
        assert held["history"].rows
        assert held["denied_attempts"].rows == []
    for who in (written_about.sales2, written_about.support):
        with (
            refused(PermissionDenied, "permission_denied"),
            written_about.database.as_user(who) as tx,
        ):
            privacy.find_held(tx, 1)


def test_nothing_is_taken_back_to_what_is_erased(written_about: Company, owner: Connection) -> None:
    with written_about.database.as_user(written_about.manager) as tx:
        privacy.erase(tx, 1, REASON)
    cursor = owner.cursor()
    cursor.execute(
        "SELECT DISTINCT transaction_id FROM audit_entries WHERE changes @? '$.*[*].erased'"
        " ORDER BY 1"
    )
    numbers = [number for (number,) in cursor.fetchall()]
    assert len(numbers) >= 3
    for number in numbers:
        with (
            refused(RuleViolation, "cannot_undo"),
            written_about.database.as_user(written_about.manager) as tx,
        ):
            undo.undo(tx, number, reason=REASON)
    assert stored(owner, "clients", 1, "full_name") == "Erased client 1"
