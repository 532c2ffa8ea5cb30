import re
from datetime import date

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import PASSWORD, Workstation, finish
from support.company import Company
from support.services import last_reason, stored

from crm.domain import i18n


def count(owner: Connection, table: str) -> int:
    cursor = owner.cursor()
    cursor.execute(f"SELECT count(*) FROM {table}")
    row = cursor.fetchone()
    assert row
    return int(row[0])


# Reading


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ("", "5 4 3 2 1"),
        ("--client eleonore", "3 2 1"),
        ("--client kevin@startup.example", "4"),
        ("--sales samuel", "5"),
        ("--signed", "5 4 3 2"),
        ("--unsigned", "1"),
        ("--paid", "4"),
        ("--unpaid", "5 3 2 1"),
        ("--overdue", ""),
        ("--due-from today", "5 4 3 2"),
        ("--due-to +29d", ""),
        ("--due-from +30d --due-to +31d --unpaid", "5 3 2"),
        ("--total-min 3000 --total-max 4000,00", "4 3"),
        ("--created-from today --created-to today", "5 4 3 2 1"),
        ("--created-from tomorrow", ""),
        ("--created-to yesterday", ""),
        ("--mine", "4 3 2 1"),
        ("-S lefe --signed", "3 2"),
        ("--sort=-amount_due -L 2", "5 2"),
        ("--sales me --unpaid", "3 2 1"),
    ],
)
def test_a_listing_is_narrowed(sales: Workstation, filters: str, ids: str) -> None:
    listed = sales.run("contract", "list", *filters.split(), "-o", "ids").done()
    assert listed.out.split() == ids.split()


def test_a_search_says_where_it_leaves_words_out(sales: Workstation) -> None:
    words = " ".join(["lefe", "ele", *("x" * length for length in range(1, 20))])
    assert (
        "Only the first 20 words are used for the search."
        in sales.run("contract", "list", "-S", words).err
    )
    assert "Only the first" not in sales.run("contract", "list", "-S", "lefe " * 30).done().err


def test_nothing_is_managements_own(manager: Workstation) -> None:
    refused = manager.run("contract", "ls", "--mine", "--json")
    assert refused.status == 2
    assert refused.out == ""
    assert refused.error()["code"] == "mine_without_role"


@pytest.mark.parametrize(("name", "status"), [("nobody", 3), ("e", 2), ("", 3), ("99", 3)])
def test_a_client_that_nobody_is_or_several_are(sales: Workstation, name: str, status: int) -> None:
    assert sales.run("contract", "list", "--client", name).status == status


def test_a_sheet_has_events_payments_and_what_comes_next(sales: Workstation) -> None:
    shown = sales.look("contract", "show", "3")
    assert "Contract 3 of Éléonore Lefèvre" in shown
    assert re.search(r"Due +€1,000.00\n", shown)
    assert re.search(r"Payments\n.*\n.*\n +1 +€2,000.00 +Opening", shown)
    assert "Events" not in shown
    assert re.search(r"contract pay 3 1000.00 .*\n +epicevents event create --contract 3", shown)
    assert re.search(r"Events\n.*\n.*\n +2 +General Assembly", sales.look("contract", "show", "4"))


def test_a_sheet_offers_what_its_reader_may_do(workstation: Workstation, company: Company) -> None:
    assert "contract sign 1" in workstation.be(company.sales).look("contract", "show", "1")
    assert "contract sign 1" in workstation.be(company.manager).look("contract", "show", "1")
    for person in (company.sales2, company.support):
        shown = workstation.be(person).look("contract", "show", "1")
        assert shown.endswith("\nNext\n  epicevents history contract 1  see its history\n")


def test_a_sheet_says_how_many_more_there_are(sales: Workstation) -> None:
    for _payment in range(11):
        sales.run("contract", "pay", "2", "1", "--allow-duplicate").done()
    shown = sales.look("contract", "show", "2")
    assert "Payments: 10 of 11\n" in shown


def test_json_is_one_contract_with_the_columns_names(sales: Workstation) -> None:
    shown = sales.run("contract", "show", "3", "-o", "json").json()
    assert (shown["client"], shown["status"]) == ("Éléonore Lefèvre", "PARTLY_PAID")
    assert (shown["total_amount"], shown["signed_status"]) == ("3000.00", True)
    assert re.fullmatch(r"2\d{3}-\d\d-\d\dT.+[+]0[12]:00", shown["created_at"])


@pytest.mark.parametrize(
    ("text", "status"), [("99", 3), ("abc", 3), ("-1", 3), ("0", 2), ("1.5", 3), ("", 3)]
)
def test_a_contract_is_named_by_its_id_or_words(sales: Workstation, text: str, status: int) -> None:
    for verb in ("show", "sign", "payments"):
        refused = sales.run("contract", verb, text)
        assert (refused.status, refused.out) == (status, "")


def test_nobody_reads_without_being_logged_in(workstation: Workstation) -> None:
    assert workstation.run("contract", "list").status == 4
    assert workstation.run("contract", "create").status == 4


# Creating


def test_the_amount_due_is_the_total_unless_said(sales: Workstation, owner: Connection) -> None:
    created = sales.run("contract", "create", "--client", "kevin", "--total-amount", "4 000,50")
    assert created.done().err == (
        "✓ Contract 6 created: Kevin Casey, €4,000.50.\nNext: epicevents contract sign 6\n"
    )
    assert created.out == ""
    assert str(stored(owner, "contracts", 6, "amount_due")) == "4000.50"


def test_a_signed_contract_with_a_deposit_prints_itself_as_json(sales: Workstation) -> None:
    options = ("--total-amount", "100", "--amount-due", "40", "--signed", "-o", "json")
    created = sales.run("contract", "new", "--client", "1", *options).done().json()
    assert (created["status"], created["amount_due"]) == ("PARTLY_PAID", "40.00")


def test_a_dry_run_shows_the_contract_and_keeps_nothing(
    sales: Workstation, owner: Connection
) -> None:
    options = ("--client", "1", "--total-amount", "100", "-n", "-o", "json")
    tried = sales.run("contract", "create", *options).done()
    assert tried.json()["total_amount"] == "100.00"
    assert tried.err.startswith("Dry run, nothing saved: Contract 6 created")
    assert count(owner, "contracts") == 5


def test_without_input_everything_missing_is_named_at_once(sales: Workstation) -> None:
    refused = sales.run("contract", "create", "--no-input", "-o", "json")
    assert refused.status == 2
    assert refused.error()["options"] == ["--client", "--total-amount"]
    sales.environ["EPICEVENTS_NO_INPUT"] = "1"
    assert sales.run("contract", "create", "--client", "1").status == 2


def test_what_is_missing_is_asked_for(sales: Workstation, owner: Connection) -> None:
    created = sales.run("contract", "create", stdin="kevin casey\n12,50\n\n\n").done()
    assert created.err.startswith("✓ Contract 6 created: Kevin Casey, €12.50.")
    assert stored(owner, "contracts", 6, "signed_status") is False


def test_what_is_proposed_can_be_answered_otherwise(sales: Workstation, owner: Connection) -> None:
    answers = "kevin casey\n100\n40\nyes\n2030-09-01\n"
    created = sales.run("contract", "create", "-o", "json", stdin=answers).done().json()
    names = ("amount_due", "status", "due_date", "signed_by")
    assert [created[name] for name in names] == [
        "40.00", "PARTLY_PAID", "2030-09-01", "Sophie Simon",
    ]  # fmt: skip


def test_a_draft_keeps_the_due_date_that_is_given(sales: Workstation, owner: Connection) -> None:
    sales.run("contract", "create", "--due-date", "2030-09-01", stdin="kevin\n100\n\n\n").done()
    assert stored(owner, "contracts", 6, "due_date").isoformat() == "2030-09-01"


def test_a_question_that_nobody_answers_is_no_hang(sales: Workstation) -> None:
    for answers, missing in (("", "--client"), ("kevin\n", "--total-amount")):
        refused = sales.run("contract", "create", stdin=answers)
        assert refused.status == 2
        assert refused.err.startswith(f"Error: Missing {missing}.\n")


def test_who_may_not_create_is_told_before_being_asked(
    workstation: Workstation, company: Company
) -> None:
    refused = workstation.be(company.support).run("contract", "create", stdin="kevin\n10\n\n")
    assert (refused.status, refused.err) == (
        5,
        "Error: SUPPORT may not create contracts.\nHint: Ask a colleague in MANAGEMENT.\n",
    )


def test_a_client_of_somebody_else_is_refused_where_it_is_typed(sales: Workstation) -> None:
    with sales.terminal("contract", "create", width=120) as child:
        child.expect_exact("Client (2 Kevin Casey, 1 Éléonore Lefèvre): ")
        child.sendline("jean")
        child.expect_exact("Ask Samuel Sanchez, or a colleague in MANAGEMENT.")
        child.expect_exact("Client (")
        child.sendline("kevin")
        child.expect_exact("Total amount (")
        child.sendline("10.005")
        child.expect(r"amounts\s+are\s+never\s+rounded")
        child.expect_exact("Total amount (")
        child.sendline("10")
        for proposed in ("Amount due (Enter: 10.00)", "Signed (Enter: no)"):
            child.expect_exact(proposed)
            child.sendline("")
        status, said = finish(child)
    assert (status, "Due date" in said) == (0, False)
    assert "Contract 6 created: Kevin Casey, €10.00." in said


# Changing


def test_a_change_says_what_was_and_what_is(sales: Workstation) -> None:
    changed = sales.run("contract", "update", "1", "--total-amount", "900", "--signed").done()
    first, *changes, following = changed.err.splitlines()
    assert first == "✓ Contract 1 updated: Éléonore Lefèvre."
    assert [line for line in changes if " on: " not in line][:3] == [
        "  Total: €1,000.00 → €900.00",
        "  Due: €1,000.00 → €900.00",
        "  Status: Draft → Signed",
    ]
    assert following == "Next: epicevents event create --contract 1"


def test_a_contract_moves_to_another_client(manager: Workstation) -> None:
    moved = manager.run("contract", "update", "1", "--client", "jean").done()
    assert "  Client: Éléonore Lefèvre → Jean O'Brien\n" in moved.err
    assert "  Sales: Sophie Simon → Samuel Sanchez\n" in moved.err


def test_nothing_to_change_is_no_error_and_nothing_given_is(sales: Workstation) -> None:
    same = sales.run("contract", "update", "1", "--total-amount", "1000", "-o", "json").done()
    assert (same.err, same.json()["version"]) == ("Nothing to change.\n", 1)
    assert sales.run("contract", "update", "1").status == 2


def test_a_script_says_which_version_it_has_read(sales: Workstation) -> None:
    update = ("contract", "update", "1", "--if-version", "1", "-o", "json", "--total-amount")
    assert sales.run(*update, "900").done().json()["version"] == 2
    refused = sales.run(*update, "800")
    assert (refused.status, refused.error()["code"]) == (6, "conflict")


def test_the_amount_due_by_hand_takes_management_and_a_reason(
    workstation: Workstation, company: Company, owner: Connection
) -> None:
    update = ("contract", "update", "2", "--amount-due", "1500")
    assert workstation.be(company.sales).run(*update, "--reason", "x").status == 5
    manager = workstation.be(company.manager)
    refused = manager.run(*update)
    assert (refused.status, "--reason" in refused.err) == (2, True)
    assert "  Due: €2,000.00 → €1,500.00\n" in manager.run(*update, "--reason", "gift").done().err
    assert last_reason(owner) == "gift"


# Signing


def test_signing_twice_says_since_when(sales: Workstation) -> None:
    signed = sales.run("contract", "sign", "1").done()
    assert "  Status: Draft → Signed\n" in signed.err
    again = sales.run("contract", "sign", "1", "-o", "json").done()
    assert re.fullmatch(
        "Contract 1 was already signed on \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d; nothing changed.\\n",
        again.err,
    )
    assert again.json()["status"] == "SIGNED"


def test_a_paper_is_signed_before_it_is_typed_in(sales: Workstation) -> None:
    signed = sales.run("contract", "sign", "1", "--date", "2026-05-03").done()
    assert "  Signed on: - → 2026-05-03 00:00\n" in signed.err
    assert "  Signed by: - → Sophie Simon\n" in signed.err
    assert "  Due on: - → 2026-06-02\n" in signed.err
    assert signed.err.endswith("Next: epicevents contract pay 1 1000.00\n")
    shown = sales.look("contract", "show", "1")
    assert re.search(r"Signed on +2026-05-03 00:00", shown)
    assert re.search(r"Signed by +Sophie Simon", shown)
    assert sales.run("contract", "list", "--overdue", "-o", "ids").done().out == "1\n"
    late = sales.run("contract", "show", "1", "-o", "json").done().json()
    assert late["days_overdue"] > 0
    assert re.search(r"[0-9]+ d\b", sales.look("contract", "list"))


def test_nothing_is_signed_tomorrow(sales: Workstation) -> None:
    refused = sales.run("contract", "sign", "1", "--date", "tomorrow", "-o", "json")
    assert (refused.status, refused.error()["code"]) == (6, "signed_in_future")


def test_the_day_moves_also_after_the_signature(sales: Workstation) -> None:
    moved = sales.run("contract", "update", "2", "--due-date", "2031-01-31").done()
    assert re.search(r"  Due on: \d{4}-\d\d-\d\d → 2031-01-31\n", moved.err)
    kept = sales.run("contract", "update", "2", "--due-date", "", "-o", "json")
    assert (kept.status, kept.error()["code"]) == (6, "due_date_required")


@pytest.mark.parametrize(
    ("option", "value", "hint"),
    [
        ("--total-amount", "9000", "epicevents contract amend 2 9000.00"),
        ("--client", "2", "epicevents contract unsign 2"),
    ],
)
def test_what_is_frozen_says_what_would_change_it(
    manager: Workstation, option: str, value: str, hint: str
) -> None:
    refused = manager.run("contract", "update", "2", option, value, "-o", "json")
    assert refused.error()["code"] == "contract_signed"
    assert hint in refused.error()["hint"]


def test_somebody_elses_contract_is_not_signed(
    workstation: Workstation, company: Company, owner: Connection
) -> None:
    refused = workstation.be(company.sales2).run("contract", "sign", "1")
    assert refused.status == 5
    assert refused.err.endswith("Hint: Ask Sophie Simon, or a colleague in MANAGEMENT.\n")
    cursor = owner.cursor()
    cursor.execute("SELECT employee_id, permission, kind, record_id FROM denied_attempts")
    assert cursor.fetchall() == [(company.sales2, "contract:sign", "contract", 1)]


def test_a_signature_is_taken_back_with_a_reason_that_is_asked_for(
    manager: Workstation, owner: Connection
) -> None:
    manager.run("contract", "sign", "1").done()
    assert manager.run("contract", "unsign", "1", "--no-input").status == 2
    taken = manager.run("contract", "unsign", "1", stdin="the wrong client\n").done()
    assert "  Status: Signed → Draft\n" in taken.err
    assert last_reason(owner) == "the wrong client"
    assert manager.run("contract", "unsign", "1", "--reason", "x").done().err == (
        "Contract 1 is not signed.\n"
    )


def test_who_may_not_unsign_is_not_asked_why(sales: Workstation) -> None:
    assert sales.run("contract", "unsign", "2", stdin="because\n").status == 5


def test_amending_changes_total_and_due(manager: Workstation) -> None:
    amended = manager.run("contract", "amend", "3", "2 500", "--reason", "fewer guests").done()
    assert amended.err == (
        "✓ Contract 3 amended: Éléonore Lefèvre.\n"
        "  Total: €3,000.00 → €2,500.00\n"
        "  Due: €1,000.00 → €500.00\n"
        "Next: epicevents contract pay 3 500.00\n"
    )
    refused = manager.run("contract", "amend", "3", "1999", "--reason", "x")
    assert (refused.status, "€2,000.00 is already paid" in refused.err) == (6, True)


# Paying


def test_a_payment_says_what_was_due_and_what_is(sales: Workstation) -> None:
    paid = sales.run("contract", "pay", "2", "400").done()
    assert paid.err == (
        "✓ Payment 3 recorded on contract 2: €400.00 from Éléonore Lefèvre; "
        "€1,600.00 of €2,000.00 is still due.\n"
        "  Due: €2,000.00 → €1,600.00\n"
        "  Status: Signed → Partly paid\n"
        "Next: epicevents contract pay 2 1600.00\n"
    )


def test_a_receipt_says_which_day_and_when_nothing_is_due_any_more(sales: Workstation) -> None:
    paid = sales.run("contract", "pay", "2", "400", "--date", "2026-01-31").done()
    assert paid.err.startswith(
        "✓ Payment 3 of 2026-01-31 recorded on contract 2: €400.00 from Éléonore Lefèvre, "
        "€1,600.00 of €2,000.00 is still due.\n"
    )
    paid = sales.run("contract", "pay", "2", "1600").done()
    assert paid.err.startswith(
        "✓ Payment 4 recorded on contract 2: €1,600.00 from Éléonore Lefèvre; "
        "nothing of €2,000.00 is due any more.\n"
    )


def test_what_is_due_is_proposed_and_too_much_is_refused_where_it_is_typed(
    sales: Workstation, owner: Connection
) -> None:
    keyboard = sales.keyboard("contract", "pay", "2")
    keyboard.sees("Amount (Enter: 2000.00):")
    keyboard.type("2000.01\r")
    keyboard.sees("At most €2,000.00 can be paid.")
    keyboard.at("Amount (Enter: 2000.00): 2000.01")
    keyboard.type("\x15\r")  # what was refused stands there again
    keyboard.sees("Method")
    keyboard.type("card\r")
    keyboard.sees("Due: €2,000.00 → €0.00")
    assert str(stored(owner, "contracts", 2, "amount_due")) == "0.00"
    refused = sales.run("contract", "pay", "2", "--no-input")
    assert (refused.status, "AMOUNT" in refused.err) == (2, True)


def test_an_equal_payment_of_the_same_day_is_asked_about(
    sales: Workstation, owner: Connection
) -> None:
    sales.run("contract", "pay", "2", "400").done()
    refused = sales.run("contract", "pay", "2", "400", "--json")
    assert (refused.status, refused.error()["code"]) == (6, "duplicate_payment")
    for allowed in ("--allow-duplicate", "--key=k", "--date=yesterday"):
        sales.run("contract", "pay", "2", "400", allowed).done()
    keyboard = sales.keyboard("contract", "pay", "2", "400")
    keyboard.sees("Record another?")
    keyboard.type("y\r")
    keyboard.sees("recorded on contract 2")
    assert str(stored(owner, "contracts", 2, "amount_due")) == "0.00"


def test_a_payment_sent_again_with_its_key_is_recorded_once(
    sales: Workstation, owner: Connection
) -> None:
    pay = ("contract", "pay", "2", "400", "--key", "k", "-o", "json")
    first, second = sales.run(*pay).done(), sales.run(*pay).done()
    assert first.json() == second.json()
    assert (first.json()["payment_id"], first.json()["amount_due"]) == (3, "1600.00")
    assert second.err == "Payment 3 of €400.00 was already recorded; nothing changed.\n"
    assert count(owner, "payments") == 3
    refused = sales.run("contract", "pay", "2", "401", "--key", "k", "-o", "json")
    assert (refused.status, refused.error()["code"]) == (6, "key_reused")


def test_a_payment_keeps_when_and_how_it_was_made(sales: Workstation) -> None:
    options = ("--date", "2026-01-31", "--method", "transfer", "--reference", "INV-1")
    sales.run("contract", "pay", "2", "400", *options).done()
    (entry,) = sales.run("contract", "payments", "2", "-o", "json").json()
    assert [entry[name] for name in ("paid_on", "method", "reference", "created_by")] == [
        "2026-01-31",
        "transfer",
        "INV-1",
        "Sophie Simon",
    ]


def test_a_weekday_is_the_last_one_of_a_payment_and_the_next_one_of_a_due_date(
    sales: Workstation,
) -> None:
    sales.run("contract", "pay", "2", "400", "--date", "monday").done()
    (entry,) = sales.run("contract", "payments", "2", "-o", "json").json()
    paid_on, today = date.fromisoformat(entry["paid_on"]), date.today()  # noqa: DTZ011
    assert paid_on.weekday() == 0
    assert -7 <= (paid_on - today).days <= 1  # the company's day may differ from the machine's
    sales.run("contract", "update", "2", "--due-date", "monday").done()
    due = sales.run("contract", "show", "2", "-o", "json").json()["due_date"]
    assert -1 <= (date.fromisoformat(due) - today).days <= 7


def test_a_payment_is_of_the_companys_day(sales: Workstation) -> None:
    # Fourteen hours before UTC it is another day for fourteen hours of the day, ten after for ten.
    days = set()
    for zone in ("Pacific/Kiritimati", "Pacific/Honolulu"):
        sales.environ["EPICEVENTS_TIMEZONE"] = zone
        sales.run("contract", "pay", "2", "1").done()
        days |= {
            sales.run("contract", "payments", "2", "-L1", "--fields", "paid_on", "-o", "csv").out
        }
    assert len(days) == 2


@pytest.mark.parametrize(
    ("amount", "status", "said"),
    [
        ("-5", 2, "cannot be negative"),
        ("0", 2, "more than zero"),
        ("10.005", 2, "never rounded"),
        ("1,234", 2, "can mean 1234.00 or 1.234"),
        ("ten", 2, "is not an amount"),
        ("2000.01", 6, "At most €2,000.00 can be paid."),
        ("99999999999999", 2, "too large"),
    ],
)
def test_a_wrong_amount_says_what_is_wrong(
    sales: Workstation, amount: str, status: int, said: str
) -> None:
    refused = sales.run("contract", "pay", "2", amount)
    assert refused.status == status
    assert said in refused.err


@pytest.mark.parametrize(
    ("currency", "language", "said"),
    [("EUR", "en", "€2,000.00"), ("CHF", "en", "2,000.00 CHF"), ("EUR", "fr", "2\xa0000,00\xa0€")],
)
def test_a_refusal_says_amounts_as_everything_else(
    sales: Workstation, monkeypatch: pytest.MonkeyPatch, currency: str, language: str, said: str
) -> None:
    for name in ("_chosen", "_currency"):  # put back for the tests that follow
        monkeypatch.setattr(i18n, name, getattr(i18n, name))
    sales.environ |= {"EPICEVENTS_CURRENCY": currency, "EPICEVENTS_LANG": language}
    assert said in sales.run("contract", "pay", "2", "2000.01").err
    refused = sales.run("contract", "pay", "2", "2000.01", "--json").error()
    assert (said in refused["hint"], refused["maximum"]) == (True, "2000.00")
    paid = sales.run("contract", "update", "2", "--total-amount", "1").err
    assert "contract amend 2 1.00" in paid  # a command to be typed
    sales.environ["EPICEVENTS_CURRENCY"] = "?"
    assert sales.run("contract", "pay", "2", "10.005").status == 2


def test_a_dry_run_of_a_payment_keeps_nothing(sales: Workstation, owner: Connection) -> None:
    tried = sales.run("contract", "pay", "2", "400", "--dry-run").done()
    assert "  Due: €2,000.00 → €1,600.00\n" in tried.err
    assert "Next" not in tried.err
    assert count(owner, "payments") == 2


def test_payments_are_listed_in_every_format(sales: Workstation) -> None:
    for amount in ("1", "2", "3"):
        sales.run("contract", "pay", "2", amount).done()
    listed = sales.run("contract", "payments", "2", "-L", "2", "--fields", "id,amount", "-o", "csv")
    assert listed.done().out == "id,amount\n5,3.00\n4,2.00\n"
    assert "2 of 3 shown" in listed.err
    assert sales.run("contract", "payments", "2", "--count").out == "3\n"
    assert (
        sales.run("contract", "payments", "2", "--sort", "amount", "-o", "ids").out == "3\n4\n5\n"
    )
    assert sales.run("contract", "payments", "1", "--json").done().out == "[]\n"
    assert "epicevents contract pay 1 AMOUNT" in sales.run("contract", "payments", "1").done().err
    assert sales.run("contract", "payments", "2", "--mine", "--count").out == "3\n"


# Reversing


def test_a_payment_is_reversed(manager: Workstation, owner: Connection) -> None:
    manager.run("contract", "pay", "2", "400").done()
    reverse = ("contract", "reverse-payment", "2", "3", "--reason", "wrong client", "-y")
    assert manager.run(*reverse).done().err == (
        "✓ Payment 3 reversed by entry 5 on contract 2.\n"
        "  Due: €1,600.00 → €2,000.00\n"
        "  Status: Partly paid → Signed\n"
        "Next: epicevents event create --contract 2\n"
    )
    refused = manager.run(*reverse)
    assert (refused.status, "already reversed" in refused.err) == (6, True)


def test_without_a_terminal_a_reversal_takes_yes(manager: Workstation, owner: Connection) -> None:
    manager.run("contract", "pay", "2", "400").done()
    reverse = ("contract", "reverse-payment", "2", "3", "--reason", "wrong client")
    assert manager.run(*reverse).status == 2
    assert "nothing saved" in manager.run(*reverse, "-n").done().err
    assert count(owner, "payments") == 3


def test_a_reversal_shows_the_payment_and_asks(manager: Workstation, owner: Connection) -> None:
    manager.run("contract", "pay", "2", "400", "--reference", "INV-1").done()
    with manager.terminal("contract", "reverse-payment", "2", "3") as child:
        child.expect_exact("Reason: ")
        child.sendline("wrong client")
        child.expect_exact("INV-1")
        child.expect_exact("Reverse it? [y/N]: ")
        child.sendline("")
        status, said = finish(child)
    assert (status, "nothing changed." in said) == (2, True)
    assert count(owner, "payments") == 3


def test_sales_do_not_reverse(sales: Workstation) -> None:
    refused = sales.run("contract", "reverse-payment", "3", "1", "--reason", "x", "-y")
    assert refused.status == 5


# Deleting


def test_a_draft_is_deleted(manager: Workstation, owner: Connection) -> None:
    assert manager.run("contract", "delete", "1").status == 2
    assert "nothing saved" in manager.run("contract", "delete", "1", "-n").done().err
    deleted = manager.run("contract", "delete", "1", "-y", "-o", "json").done()
    assert (deleted.json()["id"], deleted.err) == (1, "✓ Contract 1 deleted: Éléonore Lefèvre.\n")
    assert stored(owner, "contracts", 1, "id") is None


def test_a_deletion_shows_the_contract_and_asks(manager: Workstation, owner: Connection) -> None:
    for answer, kept in (("n", 1), ("y", None)):
        with manager.terminal("contract", "delete", "1") as child:
            child.expect_exact("Contract 1 of Éléonore Lefèvre")
            child.expect_exact("Delete it? [y/N]: ")
            child.sendline(answer)
            finish(child)
        assert stored(owner, "contracts", 1, "id") == kept


def test_nobody_confirms_a_deletion_that_is_refused(
    workstation: Workstation, company: Company
) -> None:
    for person, status in ((company.manager, 6), (company.sales, 5)):
        with workstation.be(person).terminal("contract", "delete", "2") as child:
            ended, said = finish(child)
        assert ended == status
        assert "Delete it?" not in said


# As people run it


def test_a_sale_from_the_first_login_to_the_last_payment(
    workstation: Workstation, company: Company
) -> None:
    workstation.give_password(company.sales)
    login = workstation.process("login", "sophie@epicevents.example", stdin=f"{PASSWORD}\n")
    assert login.status == 0, login.err
    create = ("contract", "create", "--client", "kevin@startup.example", "--total-amount", "90")
    assert "Next: epicevents contract sign 6" in workstation.process(*create).err
    assert "Next: epicevents event create" in workstation.process("contract", "sign", "6").err
    assert (
        "Next: epicevents contract pay 6 50.00"
        in workstation.process("contract", "pay", "6", "40").err
    )
    assert "Partly paid → Paid" in workstation.process("contract", "pay", "6", "50").err
    listed = workstation.process("contract", "list", "--paid", "-o", "ids")
    assert (listed.status, listed.out) == (0, "6\n4\n")


@pytest.mark.parametrize("width", [80, 140])
def test_no_line_is_wider_than_the_terminal(sales: Workstation, width: int) -> None:
    sales.run("contract", "pay", "2", "1999.99", "--reference", "R" * 60).done()
    for command in (("list",), ("show", "2"), ("payments", "2"), ("pay", "2", "0.01")):
        lines = sales.look("contract", *command, width=width).splitlines()
        assert max(map(len, lines)) <= width


def test_what_others_typed_is_shown_harmlessly(sales: Workstation, owner: Connection) -> None:
    owner.cursor().execute("UPDATE clients SET full_name = '[red]{id}% [/]' WHERE id = 1")
    assert "of [red]{id}% [/]" in sales.look("contract", "show", "1", color=True)
    assert "[red]{id}% [/]" in sales.run("contract", "sign", "1").done().err
    with sales.terminal("contract", "create") as child:
        child.expect_exact("1 [red]{id}% [/]): ")
