"""What a word may become: in the program, and in the shells that people use."""

import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import click
import pytest
from support.cli import Workstation
from support.commands import every_command
from support.company import Company
from support.shells import SHELLS, open_shell
from support.timing import fastest, holds_once

from crm.cli.app import App
from crm.cli.completion import PROGRAM, VARIABLE
from crm.cli.completion.candidates import COMPLETERS
from crm.cli.completion.shells import Completion, split_before_cursor
from crm.cli.main import root
from crm.cli.reading.request import ListingOptions
from crm.cli.types import TextType

Offered = Callable[[str], dict[str, str]]


def offered_to(workstation: Workstation, line: str) -> dict[str, str]:
    """Return what the last word of ``line`` may become, with descriptions."""
    app = App(environ=workstation.environ, directory=workstation.home)
    try:
        _program, *words, last = split_before_cursor(f"{PROGRAM} {line}")
        items = Completion(root, {"obj": app}, PROGRAM, "").get_completions(words, last)
        return {item.value: item.help or "" for item in items}
    finally:
        app.close()


def asked(
    workstation: Workstation, line: str, shell: str = "fish", word: str = ""
) -> tuple[int, str, str]:
    """Ask as a shell's script does; return the exit status, what is printed and what is said."""
    environ = {VARIABLE: f"{shell}_complete", "COMP_WORDS": f"{PROGRAM} {line}", "COMP_CWORD": word}
    ran = workstation.process(environ=environ)
    return ran.status, ran.out.strip("\n"), ran.err


@pytest.fixture
def offered(workstation: Workstation, company: Company) -> Offered:
    """Return what is offered to somebody in SALES."""
    workstation.be(company.sales)
    return lambda line: offered_to(workstation, line)


def test_a_command_is_completed_with_its_sentence(offered: Offered) -> None:
    assert offered("cl") == {"client": "Clients and who looks after them"}
    assert set(offered("contract rev")) == {"reverse-payment"}


def test_an_option_is_completed_with_its_help(offered: Offered) -> None:
    assert offered("client list --wi") == {
        "--without-contract": ("Only clients without a contract.")
    }
    assert "--mine" not in offered("client list --mine --")


@pytest.mark.parametrize(
    ("line", "choices"),
    [
        ("client list -o j", {"json", "jsonl"}),
        ("client list --output=j", {"--output=json", "--output=jsonl"}),
        ("user create --role s", {"SALES", "SUPPORT"}),
        ("completion ", set(SHELLS)),
        ("client list --created-from to", {"today", "tomorrow"}),
        ("help da", {"dashboard", "dates"}),
        ("help contract pa", {"pay", "payments"}),
        ("view save late -- contract list --unp", {"--unpaid"}),
    ],
)
def test_choices_are_completed(offered: Offered, line: str, choices: set[str]) -> None:
    assert set(offered(line)) == choices


def test_a_colleague_is_found_by_the_beginning_of_any_word(offered: Offered) -> None:
    samuel = {"samuel@epicevents.example": "Samuel Sanchez, Sales"}
    for typed in ("sam", "SANC", "'samuel san'", "samuel@epic", "'sanchez sam"):
        assert offered(f"user show {typed}") == samuel


def test_a_client_is_found_without_accents_and_by_company(offered: Offered) -> None:
    kevin = {"kevin@startup.example": "Kevin Casey, Cool Startup LLC"}
    eleonore = {"eleonore@lefevre.example": "Éléonore Lefèvre, Lefèvre & Fils"}
    assert offered("client show cool") == kevin
    assert offered("client show lefe") == eleonore
    assert offered("contract list --client=leFÈ") == {
        f"--client={email}": name for email, name in eleonore.items()
    }
    assert offered("client show nobody") == {}


def test_who_is_forgotten_is_offered_no_more_but_listed(
    offered: Offered, workstation: Workstation, company: Company
) -> None:
    workstation.be(company.manager)
    before = offered("client show ").keys()
    workstation.run("client", "erase", "2", "--reason", "asked", "--yes").done()
    assert before - offered("client show ").keys() == {"kevin@startup.example"}
    for typed in ("2", "erased", "'erased client'"):
        assert offered(f"contract list --client {typed}") == {}
    assert "erased-2@erased.invalid" in workstation.run("client", "list", "--json").done().out
    # Its contracts are still there to be paid.
    assert "5" in offered("contract show ")


def test_an_id_is_completed_as_one(offered: Offered) -> None:
    assert offered("client show 2") == {"2": "Kevin Casey, Cool Startup LLC"}
    # No id, but the beginning of a company's name.
    assert offered("client show 100") == {"jean@obrien.example": "Jean O'Brien, 100% Fête"}


def test_a_contract_is_known_by_its_client_and_amount(offered: Offered) -> None:
    assert offered("contract show 3") == {"3": "Éléonore Lefèvre, €3,000.00, Partly paid"}
    assert list(offered("contract show lefe")) == ["3", "2", "1"]


def test_an_event_is_known_by_its_name_and_date(offered: Offered) -> None:
    assert offered("event show 2") == {"2": "General Assembly, 2030-07-01 10:00, Kevin Casey"}
    assert offered("event show assembly").keys() == {"2"}


def test_ids_that_begin_alike_are_offered_in_their_order(
    offered: Offered, workstation: Workstation
) -> None:
    owner = workstation.database.owner()
    owner.cursor().execute(
        "INSERT INTO clients (id, full_name, email, phone, company_name, sales_contact_id)"
        " OVERRIDING SYSTEM VALUE"
        " SELECT n, 'Client ' || n, n || '@x.example', '+33612345678', 'X', 3"
        " FROM unnest(ARRAY[20, 29, 200, 2147483647, 12, 30]) n"
    )
    owner.close()
    assert list(offered("client show 2")) == ["2", "20", "29", "200", "2147483647"]
    assert list(offered("client show 21")) == ["2147483647"]
    assert offered("client show 99999999999999999999") == {}


def test_of_thousands_that_begin_alike_some_are_offered_and_one_is_found(
    offered: Offered, workstation: Workstation
) -> None:
    owner = workstation.database.owner()
    owner.cursor().execute(
        "RESET ROLE; SET session_replication_role = replica;"
        "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id)"
        " SELECT 'Anna ' || CASE WHEN n % 2 = 0 THEN 'Dupont' ELSE 'Roux' END, n || '@x.example',"
        "  '+33612345678', CASE WHEN n % 2 = 1 AND n <> 777 THEN 'Zed' ELSE 'Other' END, 3"
        " FROM generate_series(1, 8000) n;"
        "SELECT gin_clean_pending_list('ix_clients_search_words')"
    )
    owner.close()
    assert len(offered("client show ann")) == 30
    # Each of the words is one of thousands.
    assert offered("client show 'roux other'") == {"777@x.example": "Anna Roux, Other"}


def test_nothing_typed_offers_what_is_ones_own(offered: Offered) -> None:
    assert offered("client show ").keys() == {"kevin@startup.example", "eleonore@lefevre.example"}
    assert list(offered("contract show ")) == ["4", "3", "2", "1"]


def test_only_those_are_offered_who_can_be_meant(offered: Offered) -> None:
    sales = {"sophie@epicevents.example", "samuel@epicevents.example"}
    assert offered("client list --sales ").keys() == sales
    # More records may follow too, but first those who take them.
    assert set(list(offered("client transfer 1 "))[:2]) == sales
    assert set(list(offered("event assign 1 2 "))[:2]) == {
        "paul@epicevents.example",
        "pauline@epicevents.example",
    }
    assert "paul@epicevents.example" not in offered("event assign ")


def test_an_inactive_colleague_gets_no_more_work(
    offered: Offered, workstation: Workstation
) -> None:
    owner = workstation.database.owner()
    owner.cursor().execute("UPDATE users SET is_active = false WHERE id = 4")
    owner.close()
    assert offered("client list --sales ").keys() == {"sophie@epicevents.example"}
    assert "samuel@epicevents.example" in offered("user reactivate ")


def test_undo_completes_one_s_own_commands_the_newest_first(
    offered: Offered, workstation: Workstation
) -> None:
    assert offered("undo ") == {}
    for phone in ("0611111111", "0622222222"):
        workstation.run("client", "update", "1", "--phone", phone).done()
    found = offered("undo ")
    first, second = found
    assert int(first) > int(second)
    assert found[first].startswith("client update, ")
    assert offered(f"undo {second}").keys() == {second}
    assert offered("undo x") == {}


def test_the_history_completes_the_kind_and_its_records(offered: Offered) -> None:
    assert set(offered("history c")) == {"client", "contract"}
    assert offered("history contract 3").keys() == {"3"}
    assert offered("history client kev").keys() == {"kevin@startup.example"}


def test_fields_are_completed_one_after_the_other(offered: Offered) -> None:
    assert offered("client list --fields id,comp") == {"id,company_name": "Company"}
    assert offered("client list --fields=full") == {"--fields=full_name": "Name"}
    assert "id,id" not in offered("client list --fields id,i")


def test_sort_keys_go_down_with_a_minus_sign(offered: Offered) -> None:
    assert offered("client list --sort=-cr").keys() == {"--sort=-created_at"}
    assert offered("client list --sort -cr").keys() == {"-created_at"}
    assert offered("client list --sort full_name,-cr").keys() == {"full_name,-created_at"}
    assert offered("user list --sort first") == {}  # not a field to sort by


def test_every_listing_completes_its_own_fields(offered: Offered) -> None:
    listings = {
        path: {param.name for param in command.params}
        for path, command in every_command()
        if {*ListingOptions._fields} <= {param.name for param in command.params}
    }
    assert len(listings) > 6
    # What stands before the options need not be a record that there is.
    words = {"history": "history client 1", "contract payments": "contract payments 1"}
    silent = [
        path for path in listings if "id" not in offered(f"{words.get(path, path)} --fields i")
    ]
    assert silent == []


def test_every_parameter_that_names_a_record_is_completed() -> None:
    nouns = {"USER": "user", "CLIENT": "client", "CONTRACT": "contract", "EVENT": "event"}
    records = [
        (f"{path} {param.name}", nouns[noun], param.type)
        for path, command in every_command()
        for param in command.params
        for noun in {(param.metavar or "").strip("[]."), (param.name or "").upper()}
        if noun in nouns
    ]
    assert len(records) > 20
    wrong = [
        name
        for name, noun, kind in records
        if not (isinstance(kind, TextType) and f"{noun}s" in (kind.completed_by or ""))
    ]
    assert wrong == []


def test_a_type_is_completed_by_something_that_there_is() -> None:
    named = {
        param.type.completed_by
        for _path, command in every_command()
        for param in command.params
        if isinstance(param.type, TextType) and param.type.completed_by
    }
    assert named <= COMPLETERS.keys()
    assert {"users", "clients", "contracts", "events", "fields", "sort_keys"} <= named


# Silence


@pytest.mark.parametrize("shell", SHELLS)
def test_nobody_logged_in_is_no_answer(shell: str, workstation: Workstation) -> None:
    assert asked(workstation, "client show ", shell) == (0, "", "")
    assert asked(workstation, "client show lefe", shell) == (0, "", "")


def test_an_ended_session_is_no_answer(workstation: Workstation, company: Company) -> None:
    workstation.be(company.sales)
    owner = workstation.database.owner()
    owner.cursor().execute("DELETE FROM session_uses; DELETE FROM sessions")
    owner.close()
    assert asked(workstation, "client show ") == (0, "", "")


@pytest.mark.parametrize("shell", ["", "powershell", "csh"])
def test_a_shell_that_is_not_known_is_no_answer(shell: str, workstation: Workstation) -> None:
    status, out, err = asked(workstation, "cl", shell)
    assert (status, err) == (0, "")
    assert "Error" not in out


@pytest.mark.parametrize(
    "line", ["", "\udce9", "client show \udce9", "'", "nonsense ", "client x "]
)
def test_a_line_that_makes_no_sense_is_no_answer(line: str, workstation: Workstation) -> None:
    status, _out, err = asked(workstation, line)
    assert (status, err) == (0, "")


def test_a_damaged_configuration_is_no_answer(workstation: Workstation, company: Company) -> None:
    workstation.be(company.sales)
    (workstation.home / "config.env").write_bytes(b"\xff=\xff\n")
    assert asked(workstation, "client show ") == (0, "", "")


def test_a_stopped_database_stays_stopped(workstation: Workstation, company: Company) -> None:
    workstation.be(company.sales)
    del workstation.environ["EPICEVENTS_DATABASE_URL"]
    data = workstation.home / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("18\n")
    assert asked(workstation, "client show ") == (0, "", "")
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_a_database_that_does_not_answer_is_waited_for_no_second(
    workstation: Workstation, company: Company
) -> None:
    workstation.be(company.sales)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        workstation.move(f"postgresql://x@127.0.0.1:{port}/x")
        assert asked(workstation, "client show ") == (0, "", "")

        def compare() -> bool:
            waited, start = fastest(
                lambda: asked(workstation, "client show "),
                lambda: asked(workstation, "cl"),
                times=2,
            )
            return waited < start + 0.9

        assert holds_once(compare)


def test_a_database_that_is_away_is_no_answer(workstation: Workstation, company: Company) -> None:
    workstation.be(company.sales)
    nowhere = quote(str(workstation.home), safe="")
    workstation.move(f"postgresql://x@/x?host={nowhere}")
    assert asked(workstation, "client show ") == (0, "", "")


def test_a_table_that_is_locked_is_no_answer(workstation: Workstation, company: Company) -> None:
    workstation.be(company.sales)
    owner = workstation.database.owner()
    owner.cursor().execute("BEGIN; LOCK TABLE clients IN ACCESS EXCLUSIVE MODE")
    assert asked(workstation, "client show ") == (0, "", "")
    owner.close()


def test_completion_leaves_nothing_behind(workstation: Workstation, company: Company) -> None:
    workstation.be(company.sales)
    owner = workstation.database.owner()
    cursor = owner.cursor()
    cursor.execute("UPDATE session_uses SET last_used_at = last_used_at - interval '10 minutes'")
    written = (
        "SELECT (SELECT max(last_used_at) FROM session_uses), (SELECT count(*) FROM audit_entries)"
    )
    cursor.execute(written)
    before = cursor.fetchone()
    assert "kevin" in asked(workstation, "client show kev")[1]
    cursor.execute(written)
    assert cursor.fetchone() == before
    owner.close()


def test_what_is_offered_cannot_be_interpreted(
    offered: Offered, workstation: Workstation, company: Company
) -> None:
    owner = workstation.database.owner()
    owner.cursor().execute(
        "ALTER TABLE clients DROP CONSTRAINT ck_clients_company_name;"
        "UPDATE clients SET company_name = E'a\\tb\\x1b[31m' || chr(8238) || 'c',"
        " email = 'o''b`id`$x@x.example' WHERE id = 2"
    )
    owner.close()
    assert asked(workstation, "client show 2") == (
        0, "plain\t2\tKevin Casey, a\\tb\\x1b[31m\\u202ec", "",
    )  # fmt: skip
    status, out, _err = asked(workstation, "client show kev", "bash", "kev")
    assert (status, out.split("\t")[1]) == (0, r"o\'b\`id\`\$x@x.example")
    # Inside quotes an escape would be another letter.
    assert asked(workstation, "client show 'kev", "bash", "kev") == (0, "", "")


# The shells


@pytest.fixture
def logged_in(workstation: Workstation, company: Company) -> Workstation:
    """A workstation where somebody in SALES is logged in."""
    return workstation.be(company.sales)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes(shell: str, logged_in: Workstation, tmp_path: Path) -> None:
    with open_shell(shell, tmp_path, logged_in.environ) as keyboard:
        for typed, completed in {
            "epicevents cl\t": "epicevents client",
            "epicevents client list --wi\t": "epicevents client list --without-contract",
            "epicevents client show lefe\t": "epicevents client show eleonore@lefevre.example",
            "epicevents client show 2\t": "epicevents client show 2",
            "epicevents client list --sales sam\t":
                "epicevents client list --sales samuel@epicevents.example",
            "epicevents client list --sales=sam\t":
                "epicevents client list --sales=samuel@epicevents.example",
            "epicevents client list --sales samuel@e\t":
                "epicevents client list --sales samuel@epicevents.example",
            "true | epicevents client list --sort=-cre\t":
                "true | epicevents client list --sort=-created_at",
            "epicevents client list --fields id,ema\t": "epicevents client list --fields id,email",
            "epicevents contract show 3\t": "epicevents contract show 3",
        }.items():  # fmt: skip
            keyboard.type(typed.removesuffix("\t"))
            keyboard.press("\t", f"$ {completed}")
            keyboard.type("\x15")  # Ctrl-U
            keyboard.at("$")


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_from_a_cold_start(
    shell: str, workstation: Workstation, tmp_path: Path
) -> None:
    with open_shell(shell, tmp_path, workstation.environ, cold=True) as keyboard:
        keyboard.type("epicevents cl")
        keyboard.press("\t", "$ epicevents client")


TABS = {"bash": "\t\t", "zsh": "\t", "fish": "\t"}  # that list what may follow
LISTED = {
    "bash": """\
$ epicevents client list --sales s
samuel@epicevents.example  (Samuel Sanchez, Sales)
sophie@epicevents.example  (Sophie Simon, Sales)
$ epicevents client list --sales s""",
    "zsh": """\
$ epicevents client list --sales s
samuel@epicevents.example  -- Samuel Sanchez, Sales
sophie@epicevents.example  -- Sophie Simon, Sales""",
    "fish": """\
$ epicevents client list --sales s
samuel@epicevents.example  (Samuel Sanchez, Sales)
sophie@epicevents.example    (Sophie Simon, Sales)""",
}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_lists_records_with_what_they_are(
    shell: str, logged_in: Workstation, tmp_path: Path
) -> None:
    with open_shell(shell, tmp_path, logged_in.environ) as keyboard:
        keyboard.type("epicevents client list --sales s")
        keyboard.press(TABS[shell], "Sophie Simon")
        assert keyboard.becomes(LISTED[shell]) == LISTED[shell]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_what_was_typed_stays_where_several_are_meant(
    shell: str, logged_in: Workstation, tmp_path: Path
) -> None:
    owner = logged_in.database.owner()
    owner.cursor().execute(
        "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id) VALUES"
        " ('Lea Roy', 'sea1@x.example', '+33612345678', 'Ahoy', 3),"
        " ('Lea Sol', 'sea2@x.example', '+33612345678', 'Ahoy', 3)"
    )
    owner.close()
    with open_shell(shell, tmp_path, logged_in.environ) as keyboard:
        # Both addresses begin with the same letters, which are others than what was typed.
        keyboard.type("epicevents client show lea")
        keyboard.press(TABS[shell], "Lea Sol, Ahoy")
        keyboard.calm()
        assert keyboard.line == "$ epicevents client show lea"


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_completes_inside_quotes(
    shell: str, logged_in: Workstation, tmp_path: Path
) -> None:
    with open_shell(shell, tmp_path, logged_in.environ) as keyboard:
        keyboard.type('epicevents client show "jean o')
        keyboard.press("\t", '$ epicevents client show "jean@obrien.example"')


def test_fish_is_given_a_name_that_has_what_was_typed(
    logged_in: Workstation, tmp_path: Path
) -> None:
    with open_shell("fish", tmp_path, logged_in.environ) as keyboard:
        keyboard.type("epicevents client show cool")
        keyboard.press("\t", r"client show Kevin\ Casey\ Cool\ Startup\ LLC")
        keyboard.type(" -o json\r")
        keyboard.sees('"full_name": "Kevin Casey"')


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_says_nothing_when_nobody_is_logged_in(
    shell: str, workstation: Workstation, tmp_path: Path
) -> None:
    with open_shell(shell, tmp_path, workstation.environ) as keyboard:
        keyboard.type("epicevents client show lefe\t\t")
        assert keyboard.calm(seconds=2) == "$ epicevents client show lefe"


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_what_a_shell_inserts_is_never_run(
    shell: str, logged_in: Workstation, tmp_path: Path
) -> None:
    owner = logged_in.database.owner()
    owner.cursor().execute(
        "ALTER TABLE clients DROP CONSTRAINT ck_clients_email;"
        "UPDATE clients SET email = 'b`touch harm`@x.example' WHERE id = 2"
    )
    owner.close()
    with open_shell(shell, tmp_path, logged_in.environ) as keyboard:
        keyboard.type("epicevents client show kev")
        keyboard.press("\t", r"b\`touch\ harm\`@x.example")
        keyboard.type(" -o json\r")
        keyboard.sees('"full_name": "Kevin Casey"')
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_printed(shell: str, workstation: Workstation) -> None:
    ran = workstation.run("completion", shell).done()
    assert f"_EPICEVENTS_COMPLETE={shell}_complete" in ran.out
    assert click.unstyle(ran.out) == ran.out


def test_another_shell_is_told_which_there_are(workstation: Workstation) -> None:
    ran = workstation.run("completion", "zsch")
    assert ran.status == 2
    assert "Did you mean zsh?" in ran.err
