import pytest
from support.cli import Workstation
from support.company import Company


@pytest.fixture
def given(sales: Workstation) -> Workstation:
    """Three tasks: two of Sophie's, one of them late, and one of Paul's that she made."""
    for words in (
        ("Send the offer", "--due", "2030-06-03", "--client", "1"),
        ("Check the lights", "--due", "2030-06-01", "--for", "paul petit", "--event", "1"),
        ("Call", "--due", "2026-01-02"),
    ):
        sales.run("task", "create", *words).done()
    return sales


def test_a_task_says_whose_it_is_and_what_comes_next(sales: Workstation) -> None:
    made = sales.run("task", "create", "Call", "--due", "2030-06-03", "--for", "5").done()
    assert made.err == (
        "✓ Task 1 created for Paul Petit, due 2030-06-03: Call\nNext: epicevents task done 1\n"
    )
    dry = sales.run("task", "create", "N", "--due", "2030-06-03", "-n").done()
    assert dry.err.startswith("Dry run, nothing saved: Task ")
    refused = sales.run("task", "create", "--no-input", "--json")
    assert refused.error()["options"] == ["TEXT", "--due"]
    sales.run("task", "create", stdin="Send it\n2030-06-04\n").done()
    assert sales.run("task", "list", "--json").json()[0]["text"] == "Send it"
    with sales.terminal("task", "create", "--client", "1") as child:
        child.expect_exact("Text (such as send the offer): ")
        child.sendline("Ask again")
        child.expect_exact("Due date (such as friday): ")
        child.sendline("monday")
        child.expect_exact("created for Sophie Simon")


def test_tasks_are_listed_ones_own_unless_more_is_asked(given: Workstation) -> None:
    for options, ids in {
        "": "3 1",
        "--everybody": "3 2 1",
        "--for 5": "2",
        "--event 1": "2",
        "--client 1": "2 1",
        "--overdue": "3",
        "--due-to 2030-06-02 --everybody": "3 2",
        "--done": "",
        "-S offer": "1",
    }.items():
        listed = given.run("task", "list", *options.split(), "-o", "ids").done()
        assert listed.out.split() == ids.split(), options
    assert given.run("task", "list", "--everybody", "--for", "5").status == 2
    table = given.look("task", "list")
    assert "Sophie" not in table  # whose they all are
    assert "Sophie" in given.look("task", "list", "--everybody")
    assert given.look("dashboard").split("\n\n")[1].startswith("Your tasks  1\n  Call")


def test_tasks_are_done_and_moved(given: Workstation, company: Company) -> None:
    done = given.run("task", "done", "1", "3", "--next", "2030-07-01", "Ask again").done()
    assert "✓ Task 1 is done: Send the offer" in done.err
    assert "Task 4 is due on 2030-07-01: Ask again" in done.err
    entry = given.run("client", "log", "1", "--json").done().json()[0]
    assert (entry["kind"], entry["text"]) == ("TASK", "Send the offer")
    assert "was already done" in given.run("task", "done", "1").done().err
    moved = given.run("task", "move", "4", "2", "2030-08-01").done()
    assert moved.err.count("moved to 2030-08-01") == 2
    assert given.run("task", "move", "1", "monday", "--json").error()["code"] == "task_done"
    assert given.run("task", "undo").status == 2
    given.run("undo", "--yes").done()
    assert given.run("task", "list", "--for", "5", "--json").json()[0]["due_date"] == "2030-06-01"


def test_a_task_is_changed_and_deleted(given: Workstation) -> None:
    changed = given.run("task", "update", "1", "--for", "samuel", "--text", "Send both").done()
    assert "Sophie Simon → Samuel Sanchez" in changed.err
    assert given.run("task", "update", "1", "--if-version", "1", "--text", "x").status == 6
    assert given.run("task", "update", "1").status == 2
    assert given.run("task", "delete", "1").status == 2
    given.run("task", "delete", "1", "2", "--yes").done()
    given.run("undo", "--yes").done()
    assert given.run("task", "list", "--everybody", "--count").done().out == "3\n"
    assert "Task 1 deleted" in given.look("history", "task", "1")


def test_a_call_is_logged_with_what_comes_next(sales: Workstation) -> None:
    said = sales.run("client", "log", "1", "Nobody there", "--next", "2030-06-03", "Call again")
    assert "Task 1 is due on 2030-06-03." in said.done().err
    made = sales.run("task", "list", "--json").done().json()[0]
    assert (made["text"], made["client_id"], made["assignee"]) == ("Call again", 1, "Sophie Simon")


def test_who_leaves_is_asked_who_takes_the_tasks_too(
    given: Workstation, workstation: Workstation, company: Company
) -> None:
    manager = workstation.be(company.manager)
    moved = manager.run("user", "transfer", "3", "4", "--yes", "--json").done().json()
    assert (moved["clients"], moved["tasks"]) == (2, 2)
    left = manager.run("user", "deactivate", "5", "--transfer-to", "6", "--yes").done()
    assert "1 task" in left.err
