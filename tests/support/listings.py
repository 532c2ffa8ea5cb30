"""Records as the queries give them, some of them hostile."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from crm.domain.fields import Field, Kind

Row = tuple[Any, ...]

CLIENT_FIELDS = (
    Field("id", Kind.ID),
    Field("full_name"),
    Field("email", Kind.EMAIL),
    Field("phone", Kind.PHONE),
    Field("company_name"),
    Field("sales_contact"),
)
CLIENTS: tuple[Row, ...] = (
    (12, "Éléonore Lefèvre", "eleonore.lefevre@societe-generale.example", "+33612345678",
     "Société Générale d’Événements", "Yann O'Brien"),
    (11, "[red]Acme[/red]", "acme@example.org", "+67812345678", "[/] :smile:", "Bill Boquet"),
    (10, "\x1b[2JEvil\u202e", "evil@example.org", "+33145678901", "東京イベント株式会社",
     "Dawn\nDwyer"),
    (9, "e\u0301mile 😀", "emile@example.org", "+33145678902", "x" * 10_000, "Zoë\tKravitz"),
    (8, "Jo", "jo@example.org", None, "A", "Dawn Dwyer"),
)  # fmt: skip

CONTRACT_FIELDS = (
    Field("id", Kind.ID),
    Field("client"),
    Field("company_name"),
    Field("total_amount", Kind.MONEY),
    Field("amount_due", Kind.MONEY),
    Field("signed_status", Kind.BOOLEAN),
    Field("status", Kind.CODE),
    Field("sales_contact"),
    Field("due_date", Kind.DATE),
    Field("created_at", Kind.TIMESTAMP),
)
CONTRACTS: tuple[Row, ...] = (
    (904, "Éléonore Lefèvre", "Société Générale", Decimal("12400.00"), Decimal("0.00"), True,
     "PAID", "Yann O'Brien", date(2026, 7, 1), datetime.fromisoformat("2026-06-04 11:00")),
    (903, "Bob Marsh", "Wiśniewski & Fils", Decimal("1204567.50"), Decimal("204567.50"), True,
     "PARTLY_PAID", "Bill Boquet", None, datetime.fromisoformat("2026-06-02 08:30")),
    (87, "Kevin Casey", "Cool Startup LLC", Decimal("980.00"), Decimal("980.00"), True,
     "SIGNED", "Dawn Dwyer", date(2026, 6, 30), datetime.fromisoformat("2026-01-15 09:00")),
    (3, "李小龍", "龍門", Decimal("5000.00"), Decimal("5000.00"), False,
     "DRAFT", "Yann O'Brien", None, datetime.fromisoformat("2025-10-26 00:30")),
)  # fmt: skip

USER_FIELDS = (
    Field("id", Kind.ID),
    Field("first_name"),
    Field("last_name"),
    Field("email", Kind.EMAIL),
    Field("role", Kind.CODE),
    Field("is_active", Kind.BOOLEAN),
)
USERS: tuple[Row, ...] = (
    (1, "Alice", "Martin", "manager@epicevents.example", "MANAGEMENT", True),
    (2, "Yann", "O'Brien", "sales@epicevents.example", "SALES", False),
)

SHEET_FIELDS = (
    Field("client"),
    Field("amount_due", Kind.MONEY),
    Field("status", Kind.CODE),
    Field("due_date", Kind.DATE),
    Field("notes", Kind.LONG_TEXT),
)
SHEET: Row = (
    "[red]Bob[/red]\x1b[2J Marsh",
    Decimal("204567.50"),
    "PARTLY_PAID",
    None,
    "The deposit came late.\nSend the invoice before every Friday, since nobody at the company "
    "answers the telephone in the afternoon.\n東京" + "x" * 150,
)
PAYMENT_FIELDS = (
    Field("id", Kind.ID),
    Field("paid_on", Kind.DATE),
    Field("amount", Kind.MONEY),
    Field("kind", Kind.CODE),
    Field("method"),
)
PAYMENTS: tuple[Row, ...] = (
    (31, date(2026, 6, 3), Decimal("1000000.00"), "PAYMENT", "transfer"),
    (30, date(2026, 6, 1), Decimal("-12.00"), "REVERSAL", None),
)
