import pytest
from support.cli import Workstation

DATES = "2026-03-0"


@pytest.fixture
def written(sales: Workstation) -> Workstation:
    """Three entries: two on client 1, one on client 3."""
    for client, text, kind, day in (
        ("1", "Wants 75 covers", "call", "2"),
        ("jean", "Sent the menu", "email", "3"),
        ("1", "Was there", "meeting", "1"),
    ):
        sales.run("client", "log", client, text, "--kind", kind, "--date", DATES + day).done()
    return sales


def test_an_entry_says_what_was_written_and_where_to_read_on(sales: Workstation) -> None:
    said = sales.run("client", "log", "eleonore", "Calls back", "--kind", "call").done().err
    assert said.startswith("✓ Logged on client 1, Éléonore Lefèvre: Call of ")
    assert said.endswith("Next: epicevents client log 1\n")
    dry = sales.run("client", "log", "1", "Not so", "-n").done().err
    assert dry.startswith("Dry run, nothing saved: Logged on client 1")
    made = sales.run("client", "log", "1", "-", "--event", "1", "--json", stdin="a\nb\n").done()
    assert made.json()["text"] == "a\nb"
    assert (made.json()["event_id"], made.json()["created_by"]) == (1, "Sophie Simon")
    listed = sales.run("client", "log", "1", "--json").done().json()
    assert [each["text"] for each in listed] == ["a\nb", "Calls back"]


def test_the_log_is_listed(written: Workstation) -> None:
    shown = {
        "": "2 1 3",
        "--client 1": "1 3",
        "--kind CALL": "1",
        "--by me --from 2026-03-02": "2 1",
        "--to 2026-03-02": "1 3",
        "--mine": "1 3",
        "-S menu": "2",
        "--sort said_on -L 1": "3",
        "--contract 2": "",
        "--event 1": "",
    }
    for filters, ids in shown.items():
        listed = written.run("log", "list", *filters.split(), "-o", "ids").done()
        assert listed.out.split() == ids.split(), filters
    table = written.look("client", "log", "1")
    assert "Wants 75 covers" in table
    assert "Éléonore" not in table  # who has been named
    assert "Éléonore" in written.look("log", "list")


def test_what_cannot_be_logged_says_why(sales: Workstation) -> None:
    assert sales.run("client", "log", "2").done().err == (
        'Nothing logged yet. Add an entry: epicevents client log 2 "TEXT"\n'
    )
    assert sales.run("client", "log", "1", "--kind", "call", "--json").error()["code"] == (
        "missing_option"
    )
    assert sales.run("client", "log", "1", "x", "--edit").status == 2
    assert sales.run("client", "log", "1", "--edit", "--json").error()["code"] == "no_terminal"
    assert sales.run("client", "log", "1", "-", stdin="").status == 2
    assert sales.run("client", "log", "99", "x").status == 3


def test_an_entry_is_written_in_an_editor_and_undone(sales: Workstation) -> None:
    sales.environ["VISUAL"] = 'sh -c \'printf "first\\nsecond\\n" > "$0"\''
    with sales.terminal("client", "log", "1", "--edit") as child:
        child.expect_exact("Logged on client 1")
        child.expect_exact("Next:")
    listed = sales.run("client", "log", "1", "--json").done().json()
    assert [each["text"] for each in listed] == ["first\nsecond"]
    sales.environ["VISUAL"] = "false"
    with sales.terminal("client", "log", "1", "--edit") as child:
        child.expect_exact("The editor failed: false: Editing failed")
        child.expect_exact("Set EDITOR to the editor's command.")
    assert "1 log entry deleted" in sales.run("undo", "--yes").done().err
    assert sales.run("log", "list", "--count").done().out == "0\n"
    shown = sales.look("history", "log", "1")
    assert "Log entry 1 deleted" in shown
