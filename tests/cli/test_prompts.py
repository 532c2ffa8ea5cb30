import pytest
from support.cli import Workstation, answer, finish, interrupt
from support.company import Company


def test_what_is_missing_is_asked_for_with_an_example(sales: Workstation) -> None:
    with sales.terminal("client", "create", "--company-name", "Marsh & Co", width=120) as child:
        answer(child, "Full name (such as Kevin Casey): ", "Bob Marsh")
        answer(child, "Email (such as kevin@startup.example): ", "bob@marsh.example")
        answer(child, "Phone (optional, such as +678 123 456 78): ", "06 12 34 56 78")
        status, said = finish(child)
    assert status == 0
    assert "Company name" not in said
    assert "Client 4 created: Bob Marsh." in said


def test_a_wrong_answer_is_explained_and_asked_for_again(sales: Workstation) -> None:
    given = ("--company-name", "Marsh & Co", "--phone", "0612345678", "--full-name", "Bob Marsh")
    with sales.terminal("client", "create", *given[:-2], width=120) as child:
        answer(child, "Full name (such as Kevin Casey): ", "Bob Marsh")
        for wrong in ("bob", "[red]bob[/red]", "bob@marsh.invalid"):
            answer(child, "Email (optional, such as kevin@startup.example): ", wrong)
            child.expect("Error:")
            child.expect("Hint:")
        answer(child, "Email (optional, such as kevin@startup.example): ", "bob@marsh.example")
        assert finish(child)[0] == 0


def test_the_choices_are_at_hand(workstation: Workstation, company: Company) -> None:
    workstation.be(company.manager)
    given = ("--first-name", "Jo", "--last-name", "Roy", "--email", "jo@epicevents.example")
    with workstation.terminal("user", "create", *given, width=120) as child:
        answer(child, "Phone (optional, such as 06 12 34 56 78): ", "")
        answer(child, "Role (SALES, SUPPORT, MANAGEMENT): ", "boss")
        child.expect("Unknown role boss.")
        answer(child, "Role (SALES, SUPPORT, MANAGEMENT): ", "support")
        assert finish(child)[0] == 0


def test_an_answer_can_be_edited(sales: Workstation) -> None:
    given = (
        "--email",
        "bob@marsh.example",
        "--company-name",
        "Marsh & Co",
        "--phone",
        "0612345678",
    )
    with sales.terminal("client", "create", *given) as child:
        child.expect_exact("Full name (such as Kevin Casey): ")
        # The arrow to the left, and accents that take two bytes.
        child.send("Éléonore Lefvre\x1b[D\x1b[D\x1b[Dè\r")
        assert "Éléonore Lefèvre." in finish(child)[1]


def test_ctrl_c_at_a_question_is_130(sales: Workstation) -> None:
    with sales.terminal("client", "create") as child:
        child.expect_exact("Full name")
        status, said = interrupt(child)
    assert status == 130
    assert "Error" not in said
    assert "Traceback" not in said
    assert sales.run("client", "list", "--count").out == "3\n"


def test_ctrl_c_at_a_hidden_question_is_130_and_shows_typing_again(
    workstation: Workstation,
) -> None:
    with workstation.terminal("login", "jo@x.example") as child:
        child.expect_exact("Password: ")
        child.waitnoecho()
        assert interrupt(child)[0] == 130


def test_ctrl_c_at_a_confirmation_is_130(workstation: Workstation, company: Company) -> None:
    workstation.be(company.manager).run(
        "user", "create", "--first-name", "Jo", "--last-name", "Roy", "--role", "SALES",
        "--email", "jo@epicevents.example",
    ).done()  # fmt: skip
    with workstation.terminal("user", "delete", "jo@epicevents.example") as child:
        child.expect("to confirm: ")
        assert interrupt(child)[0] == 130
    workstation.run("user", "show", "Jo Roy").done()


@pytest.mark.parametrize("command", [["client", "create"], ["login", "jo@x.example"]])
def test_the_end_of_input_is_2(sales: Workstation, command: list[str]) -> None:
    with sales.terminal(*command) as child:
        child.expect(": ")
        child.sendeof()
        status, said = finish(child)
    assert status == 2
    assert "The input ended too early." in said


def test_piped_answers_that_end_too_early_are_2(sales: Workstation) -> None:
    ran = sales.run("client", "create", "--json", stdin="Bob Marsh\n")
    assert (ran.status, ran.error()["code"]) == (2, "input_ended")
    assert ran.error()["message"] == "Missing --email or --phone."


def test_a_wrong_answer_from_a_pipe_ends_it(sales: Workstation) -> None:
    # The next line answers another question.
    answers = "Bob Marsh\nbob\nbob@marsh.example\n0612345678\nMarsh & Co\n"
    ran = sales.run("client", "create", "--json", stdin=answers)
    assert (ran.status, ran.error()["code"]) == (2, "invalid_email")
    assert sales.run("client", "list", "--count").out == "3\n"


def test_what_is_piped_must_be_text(sales: Workstation) -> None:
    nul = sales.run("client", "create", "--json", stdin="Bob\0Marsh\n")
    assert (nul.status, nul.error()["code"]) == (2, "control_character")
    sales.environ["PYTHONIOENCODING"] = "utf-8:strict"
    with sales.shell("printf 'Bob \\xff\\n' | epicevents client create --json") as child:
        status, said = finish(child)
    assert status == 2
    assert '"code": "invalid_text"' in said


def test_questions_are_on_stderr_and_data_alone_on_stdout(sales: Workstation) -> None:
    answers = "Bob Marsh\nbob@marsh.example\n0612345678\nMarsh & Co\n"
    ran = sales.process("client", "create", "-o", "json", stdin=answers).done()
    assert ran.json()["full_name"] == "Bob Marsh"
    assert "Full name" not in ran.out


def test_a_question_whose_answer_goes_to_a_file_is_still_seen(
    sales: Workstation,
) -> None:
    kept = sales.home / "created.json"
    with sales.shell(f'epicevents client create --json > "{kept}"') as child:
        for typed in ("Bob Marsh", "bob@marsh.example", "0612345678", "Marsh & Co"):
            child.expect(r"\): ")
            child.sendline(typed)
        assert finish(child)[0] == 0
    assert kept.read_text().startswith('{"id": 4')


def test_no_input_asks_nothing(sales: Workstation) -> None:
    sales.environ["EPICEVENTS_NO_INPUT"] = "1"
    with sales.terminal("client", "create", "--email", "bob@marsh.example") as child:
        status, said = finish(child)
    assert status == 2
    assert "Missing: --full-name." in said
    with sales.terminal("login", "jo@x.example", "--no-input") as child:
        status, said = finish(child)
    assert status == 2
    assert "--password-stdin" in said


def test_a_dumb_terminal_will_do(sales: Workstation) -> None:
    sales.environ["TERM"] = "dumb"
    given = ("--full-name", "Bob Marsh", "--company-name", "Marsh & Co", "--phone", "0612345678")
    with sales.terminal("client", "create", *given) as child:
        child.expect_exact(": ")
        child.sendline("bob@marsh.example")
        status, said = finish(child)
    assert status == 0
    assert "\x1b[3" not in said
