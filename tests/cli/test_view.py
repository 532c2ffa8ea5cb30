"""Listings kept under a name."""

import shlex
import stat
import tomllib

import pytest
from support.cli import Workstation, finish

LATE = ("contract", "list", "--unpaid", "--fields", "id")


def kept(workstation: Workstation) -> dict[str, object]:
    """Return what the file holds."""
    return tomllib.loads((workstation.home / "views.toml").read_text("utf-8"))


def test_a_listing_is_kept_and_run(sales: Workstation) -> None:
    ran = sales.run("view", "save", "late", "--", *LATE).done()
    assert ran.out == ""
    assert "View late saved." in ran.err
    assert "epicevents view run late" in ran.err
    assert sales.run("view", "run", "late").done().out == sales.run(*LATE).done().out


def test_it_is_kept_in_a_file_that_people_read(sales: Workstation) -> None:
    sales.run("view", "save", "late", "--", *LATE).done()
    words = ["client", "list", "-S", 'l\'été "x" \\', "--sales", "Sophie Simon"]
    sales.run("view", "save", "summer_2", "--", "epicevents", *words).done()
    path = sales.home / "views.toml"
    assert path.read_text("utf-8").splitlines()[1] == 'late = "contract list --unpaid --fields id"'
    assert shlex.split(str(kept(sales)["summer_2"])) == words
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sales.run("view", "run", "summer_2", "--count").done().out == "0\n"


@pytest.mark.parametrize("text", ["\x7f\x01", "a\nb", "\u202e\xa0", '""" \\u0041', "''' #"])
def test_any_text_is_kept_as_it_was_typed(text: str, sales: Workstation) -> None:
    words = ["client", "list", "-S", text]
    sales.run("view", "save", "odd", "--", *words).done()
    assert shlex.split(str(kept(sales)["odd"])) == words
    sales.run("view", "run", "odd").done()


def test_the_two_dashes_may_be_left_out(sales: Workstation) -> None:
    sales.run("view", "save", "late", *LATE).done()
    assert kept(sales) == {"late": shlex.join(LATE)}


def test_what_is_added_goes_before_what_is_kept(sales: Workstation) -> None:
    sales.run("view", "save", "late", "--", *LATE).done()
    ran = sales.run("view", "run", "late", "--limit", "1", "--fields", "client", "-o", "csv").done()
    assert ran.out == "client\nJean O'Brien\n"


def test_days_are_kept_as_they_are_typed(sales: Workstation) -> None:
    sales.run("view", "save", "soon", "--", "event", "list", "--to", "+30d").done()
    assert kept(sales) == {"soon": "event list --to +30d"}


@pytest.mark.parametrize(
    "line",
    [
        "client delete 3 --yes",
        "client show 1",
        "client create",
        "logout",
        "client",
        "view run late",
        "shell",
        "search x",
    ],
)
def test_only_a_listing_is_kept(line: str, sales: Workstation) -> None:
    ran = sales.run("view", "save", "x", "--", *line.split())
    assert ran.status == 2
    assert "Only a listing can be saved as a view." in ran.err
    assert not (sales.home / "views.toml").exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("contract lst", "Did you mean epicevents contract list?"),
        ("contract list --nonsense", "has no option --nonsense"),
        ("contract list --created-from someday", "is not a date"),
        ("contract list --limit 0", "--limit does not accept"),
    ],
)
def test_what_cannot_be_parsed_is_not_kept(line: str, said: str, sales: Workstation) -> None:
    ran = sales.run("view", "save", "x", "--", *line.split())
    assert ran.status == 2
    assert said in ran.err
    assert not (sales.home / "views.toml").exists()


@pytest.mark.parametrize(
    "name", ["", "a b", "-x", "é", "a.b", "a\nb", "../x", "x" * 41, "1", "[red]"]
)
def test_a_name_is_a_plain_word(name: str, sales: Workstation) -> None:
    ran = sales.run("view", "save", "--", name, *LATE)
    assert ran.status == 2
    assert "is not a name for a view" in ran.err


def test_replacing_one_takes_yes(sales: Workstation) -> None:
    sales.run("view", "save", "late", "--", *LATE).done()
    ran = sales.run("view", "save", "late", "--", "contract", "list")
    assert ran.status == 2
    assert "Add --yes." in ran.err
    assert kept(sales) == {"late": shlex.join(LATE)}
    sales.run("view", "save", "late", "--yes", "--", "contract", "list").done()
    assert kept(sales) == {"late": "contract list"}


def test_the_same_again_changes_nothing(sales: Workstation) -> None:
    sales.run("view", "save", "late", "--", *LATE).done()
    before = (sales.home / "views.toml").stat()
    assert "already saved like that" in sales.run("view", "save", "late", "--", *LATE).done().err
    assert (sales.home / "views.toml").stat() == before


@pytest.mark.parametrize(("answer", "listing"), [("y", "client list"), ("", shlex.join(LATE))])
def test_at_a_terminal_it_asks(answer: str, listing: str, sales: Workstation) -> None:
    sales.run("view", "save", "late", "--", *LATE).done()
    with sales.terminal("view", "save", "late", "--", "client", "list") as child:
        child.expect_exact("Replace the view late (contract list --unpaid --fields id)? [y/N]: ")
        child.sendline(answer)
        finish(child)
    assert kept(sales) == {"late": listing}


def test_views_are_listed(sales: Workstation) -> None:
    assert "No views yet." in sales.run("view", "list").done().err
    sales.run("view", "save", "late", "--", *LATE).done()
    sales.run("view", "save", "all", "--", "client", "list", "--all").done()
    assert sales.run("view", "list").done().out == (
        "Name  Listing\nlate  contract list --unpaid --fields id\nall   client list --all\n"
    )
    assert sales.run("view", "list", "-o", "json").done().json() == [
        {"name": "late", "listing": "contract list --unpaid --fields id"},
        {"name": "all", "listing": "client list --all"},
    ]


def test_one_is_forgotten(sales: Workstation) -> None:
    sales.run("view", "save", "late", "--", *LATE).done()
    assert sales.run("view", "delete", "late").status == 2
    assert "View late deleted." in sales.run("view", "delete", "late", "--yes").done().err
    assert kept(sales) == {}


@pytest.mark.parametrize("verb", ["run", "delete"])
def test_one_that_there_is_not_names_the_nearest(verb: str, sales: Workstation) -> None:
    sales.run("view", "save", "late", "--", *LATE).done()
    ran = sales.run("view", verb, "lat")
    assert (ran.status, ran.out) == (3, "")
    assert "Did you mean late?" in ran.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"late = contract list", "Invalid value (at line 1, column 8)"),
        (b"late = 3", "late is not text"),
        (b"late = '\xff'", "it is not UTF-8 text"),
        (b"[late]\nx = 'client list'", "late is not text"),
        (b"late = " + b"[" * 100_000, "its values are nested too deeply"),
    ],
)
@pytest.mark.parametrize("command", [("list",), ("run", "late"), ("save", "x", *LATE)])
def test_a_damaged_file_is_explained(
    content: bytes, said: str, command: tuple[str, ...], sales: Workstation
) -> None:
    (sales.home / "views.toml").write_bytes(content)
    ran = sales.run("view", *command)
    assert (ran.status, ran.out) == (2, "")
    assert f"views.toml cannot be read: {said}" in ran.err
    assert (sales.home / "views.toml").read_bytes() == content


@pytest.mark.parametrize("line", ["client delete 3 --yes", "", "'", "epicevents"])
def test_what_somebody_wrote_into_the_file_is_only_run_if_it_lists(
    line: str, sales: Workstation
) -> None:
    (sales.home / "views.toml").write_text(f'late = "{line}"\n')
    ran = sales.run("view", "run", "late")
    assert (ran.status, ran.out) == (2, "")
    assert sales.run("client", "list", "--count").done().out == "3\n"


def test_a_file_that_cannot_be_read_is_explained(sales: Workstation) -> None:
    (sales.home / "views.toml").mkdir()
    ran = sales.run("view", "list")
    assert ran.status == 2
    assert "cannot be read: Is a directory" in ran.err


def test_errors_are_json_where_the_view_is(sales: Workstation) -> None:
    sales.run("view", "save", "late", "--", *LATE, "-o", "json").done()
    ran = sales.run("view", "run", "late", "--after", "99")
    assert (ran.status, ran.error()["code"]) == (3, "not_found")


def test_names_are_completed_with_what_they_list(sales: Workstation) -> None:
    sales.run("view", "save", "late", "--", *LATE).done()
    ran = sales.process(
        environ={"_EPICEVENTS_COMPLETE": "fish_complete", "COMP_WORDS": "epicevents view run la"}
    )
    assert ran.done().out == "plain\tlate\tcontract list --unpaid --fields id\n"


def test_an_option_that_is_gone_is_named_with_the_view(sales: Workstation) -> None:
    (sales.home / "views.toml").write_text('late = "contract list --unpayed"\n')
    ran = sales.run("view", "run", "late", "-o", "json")
    assert (ran.status, ran.out, ran.error()["code"]) == (2, "", "outdated_view")
    assert ran.error()["message"].startswith("The view late no longer works: ")
    assert ran.error()["hint"].endswith("epicevents view save late -- contract list --unpayed")
