"""Several records at once: all or none, in one transaction, confirmed once."""

from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Workstation, finish
from support.services import stored


def ids(workstation: Workstation, noun: str) -> list[str]:
    """Return the ids that there are."""
    return workstation.run(noun, "list", "-o", "ids", "--all").done().out.split()


def transactions(workstation: Workstation) -> int:
    """Return how many transactions the audit knows."""
    listed = workstation.run("audit", "list", "--json", "--all").done().json()
    return len({each["transaction_id"] for each in listed})


def test_several_contracts_are_signed_in_one_transaction(manager: Workstation) -> None:
    drafts = manager.run("contract", "list", "--unsigned", "-o", "ids").done().out.split()
    drafts.append(manager.run("contract", "create", "--client", "2", "--total-amount", "10",
                              "--json").done().json()["id"])  # fmt: skip
    before = transactions(manager)
    ran = manager.run("contract", "sign", *map(str, drafts)).done()
    assert ran.err.count(" signed: ") == len(drafts) > 1
    assert transactions(manager) == before + 1
    assert manager.run("contract", "list", "--unsigned", "--count").out == "0\n"


def test_json_is_a_list_of_several_and_an_object_of_one(manager: Workstation) -> None:
    several = manager.run("event", "unassign", "1", "2", "1", "-n", "--json").done().json()
    assert [each["id"] for each in several] == [1, 2]
    assert manager.run("event", "unassign", "1", "-n", "--json").done().json()["id"] == 1


def test_one_that_fails_is_named_and_nothing_is_changed(manager: Workstation) -> None:
    before = transactions(manager)
    manager.run("event", "unassign", "1").done()
    ran = manager.run("event", "assign", "1", "99", "2", "petit", "--json")
    assert (ran.status, ran.out) == (3, "")
    assert ran.error()["message"] == "99: Event 99 does not exist. No record was changed."
    assert ran.error()["failed"] == "99"
    assert transactions(manager) == before + 1
    assert manager.run("event", "show", "1", "--json").json()["support_contact_id"] is None


def test_a_rule_that_refuses_one_refuses_all(manager: Workstation) -> None:
    created = manager.run(
        "client", "create", "--full-name", "Bob Marsh", "--email", "bob@marsh.example",
        "--phone", "0612345678", "--company-name", "Marsh", "--sales-contact", "sophie", "--json",
    ).done().json()["id"]  # fmt: skip
    ran = manager.run("client", "delete", str(created), "kevin", "--yes", "--json")
    assert (ran.status, ran.error()["failed"]) == (6, "kevin")
    assert str(created) in ids(manager, "client")


def test_several_are_confirmed_once(manager: Workstation) -> None:
    with manager.terminal("event", "delete", "1", "2") as child:
        child.expect_exact("Event 1: Mariage d'Éléonore")
        child.expect_exact("Event 2: General Assembly")
        child.expect_exact("Delete these 2? [y/N]: ")
        child.sendline("n")
        child.expect_exact("Cancelled; nothing changed.")
    assert {"1", "2"} <= set(ids(manager, "event"))
    assert manager.run("event", "delete", "1", "2").status == 2
    ran = manager.run("event", "delete", "1", "2", "--yes", "--json").done()
    assert [each["id"] for each in ran.json()] == [1, 2]
    assert not {"1", "2"} & set(ids(manager, "event"))


def test_what_is_deleted_comes_back_by_the_command_that_is_named(manager: Workstation) -> None:
    ran = manager.run("event", "delete", "1", "2", "--yes").done()
    assert ran.err.splitlines()[-1] == "To restore: epicevents undo"
    manager.run("undo", "--yes").done()
    assert {"1", "2"} <= set(ids(manager, "event"))
    assert "To restore" not in manager.run("event", "delete", "1", "--yes", "-n").done().err


def test_clients_are_handed_over_together(manager: Workstation) -> None:
    ran = manager.run("client", "transfer", "kevin", "1", "samuel").done()
    assert "Client 2 transferred: Kevin Casey." in ran.err
    assert "Client 1 transferred: Éléonore Lefèvre." in ran.err
    assert ran.err.count("Sales: Sophie Simon → Samuel Sanchez") == 2
    assert "Next:" not in ran.err


def test_the_version_of_one_is_not_that_of_several(manager: Workstation) -> None:
    ran = manager.run("event", "unassign", "1", "2", "--if-version", "1")
    assert (ran.status, ran.err.startswith("Error: --if-version applies to one")) == (
        2,
        True,
    )


def test_a_team_leaves_together_and_hands_over(manager: Workstation) -> None:
    before = transactions(manager)
    ran = manager.run("user", "deactivate", "sophie", "3", "--transfer-to", "samuel").done()
    assert "Transferred from Sophie Simon to Samuel Sanchez: 2 clients" in ran.err
    assert ran.err.count("can no longer log in") == 1
    left = manager.run("user", "deactivate", "petit", "pauline", "--json", "-n").done()
    assert [(each["id"], each["upcoming_events"]) for each in left.json()] == [(5, 1), (6, 0)]
    assert left.err.count("Dry run, nothing saved: ") == 2
    manager.run("user", "deactivate", "petit", "pauline", "sophie").done()
    assert transactions(manager) == before + 2
    assert manager.run("user", "list", "--inactive", "--count").out == "3\n"


def test_who_leaves_takes_nothing_over(manager: Workstation) -> None:
    """Nor does anybody of another role; then nobody leaves, and all go on."""
    for taker in ("samuel", "petit"):
        ran = manager.run("user", "deactivate", "3", "4", "--transfer-to", taker, "--json")
        assert ran.status == 6
        assert ran.error()["message"].endswith("No record was changed.")
    assert manager.run("user", "deactivate", "3", "me").status == 5
    assert manager.run("user", "deactivate", "3", "99").status == 3
    assert manager.run("user", "list", "--inactive", "--count").out == "0\n"
    assert manager.run("user", "show", "3", "--json").done().json()["is_active"] is True


def test_each_of_several_is_asked_about(manager: Workstation, owner: Connection) -> None:
    with manager.terminal("user", "deactivate", "sophie", "petit", width=140) as child:
        child.expect_exact("Sophie Simon is the contact of 2 clients")
        child.expect_exact("Transfer to")
        child.sendline("samuel")
        child.expect_exact("Paul Petit is the contact of 1 coming event")
        child.expect_exact("Transfer to")
        child.sendline("")
        child.expect_exact(", SALES), Paul Petit (paul@epicevents.example, SUPPORT)? [y/N]")
        child.sendline("y")
        status, said = finish(child)
    assert (status, "Paul Petit is still the contact of 1 coming event" in said) == (0, True)
    assert stored(owner, "clients", 1, "sales_contact_id") == 4


def test_accounts_are_opened_again_together(manager: Workstation) -> None:
    manager.run("user", "deactivate", "sophie", "petit").done()
    manager.run("user", "reactivate", "sophie", "petit", "pauline").done()
    assert manager.run("user", "list", "--inactive", "--count").out == "0\n"


def test_a_single_word_is_a_record_and_not_whom_it_is_for(manager: Workstation) -> None:
    ran = manager.run("event", "assign", "2", "--no-input", "--json")
    assert (ran.status, ran.error()["options"]) == (2, ["USER"])
    ran = manager.run("client", "transfer", "2", "--no-input", "--json")
    assert (ran.status, ran.error()["arguments"]) == (2, ["USER"])


def test_a_refusal_of_one_record_is_said_as_ever(manager: Workstation) -> None:
    assert manager.run("event", "delete", "99", "--yes").err.startswith(
        "Error: Event 99 does not exist"
    )
