import re

from markdown_it import MarkdownIt
from psycopg2.extensions import connection as Connection  # noqa: N812
from support.cli import Workstation

PAGE = """\
Mariage d'Éléonore

  When     Tuesday 2030-06-04 13:00 – Wednesday 2030-06-05 02:00
  Where    Château de Candé
  Guests   75
  Client   Éléonore Lefèvre, Lefèvre & Fils
  On site  Éléonore
  Support  Paul Petit

Contacts
  Client   Éléonore Lefèvre, 06 12 34 56 78, eleonore@lefevre.example
  Sales    Sophie Simon, 01 42 68 00 03, sophie@epicevents.example
  Support  Paul Petit, no phone, paul@epicevents.example

Notes
  Champagne

Event 1, revision 1, last changed NOW. Printed NOW.
"""
MARKDOWN = """\
# Mariage d'Éléonore

- **When:** Tuesday 2030-06-04 13:00 – Wednesday 2030-06-05 02:00
- **Where:** Château de Candé
- **Guests:** 75
- **Client:** Éléonore Lefèvre, Lefèvre \\& Fils
- **On site:** Éléonore
- **Support:** Paul Petit

## Contacts

- **Client:** Éléonore Lefèvre, 06 12 34 56 78, eleonore@lefevre.example
- **Sales:** Sophie Simon, 01 42 68 00 03, sophie@epicevents.example
- **Support:** Paul Petit, no phone, paul@epicevents.example

## Notes

Champagne

---

Event 1, revision 1, last changed NOW. Printed NOW.
"""


def undated(text: str) -> str:
    """Return a sheet with the moments that every run changes made the same."""
    return re.sub(r"(changed|Printed) [0-9-]{10} [0-9:]{5}", r"\1 NOW", text)


def test_a_page_for_the_day(sales: Workstation, owner: Connection) -> None:
    owner.cursor().execute("UPDATE users SET phone = '+33142680003' WHERE id = 3")
    assert undated(sales.run("event", "sheet", "1").done().out) == PAGE
    assert undated(sales.look("event", "sheet", "1")) == PAGE
    assert undated(sales.look("event", "sheet", "1", width=140)) == PAGE
    assert undated(sales.run("event", "sheet", "1", "-o", "markdown").done().out) == MARKDOWN
    assert "[1mContacts[0m" in sales.look("event", "sheet", "1", color=True)


def test_an_event_that_nobody_runs(sales: Workstation) -> None:
    page = sales.run("event", "sheet", "2").done().out
    assert "  When     Monday 2030-07-01 10:00 – 18:00\n" in page
    assert page.count("  Support  nobody\n") == 2
    assert "Notes" not in page


def test_machines_read_whom_to_call(sales: Workstation) -> None:
    record = sales.run("event", "sheet", "1", "--json").done().json()
    assert record["client_phone"] == "+33612345678"
    assert record["sales_email"] == "sophie@epicevents.example"
    assert (record["support_contact_id"], record["support_phone"]) == (5, None)
    assert record["version"] == 1
    assert sales.run("event", "sheet", "99").status == 3


def test_hostile_text_stays_text_and_fits_the_page(sales: Workstation, owner: Connection) -> None:
    owner.cursor().execute(
        "UPDATE events SET name = %s, location = %s, notes = %s WHERE id = 1",
        (
            "# [x](http://evil.example) <b>" + "y" * 60,
            "1. a\n\n\n\n- b | c\n    d",
            "<script>alert(1)</script>\n\n# evil\n| a |\n| - |\n" + "z" * 200 + chr(8238),
        ),
    )
    text = sales.run("event", "sheet", "1").done().out
    assert max(map(len, text.splitlines())) <= 80
    assert "\\u202e" in text
    parser = MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(sales.run("event", "sheet", "1", "-o", "markdown").done().out)
    kinds = [token.type for token in tokens]
    assert (kinds.count("heading_open"), kinds.count("hr")) == (3, 1)
    assert not {"table_open", "html_block", "code_block", "ordered_list_open"} & set(kinds)
    inside = {each.type for token in tokens for each in token.children or []}
    assert inside == {"text", "strong_open", "strong_close", "hardbreak"}
