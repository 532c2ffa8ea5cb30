"""A realistic company to try the program with; its words are in ``company.toml``."""

import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from crm.domain.enums import Role

if TYPE_CHECKING:
    from crm.database.transaction import Transaction

DOMAIN = "epicevents.example"
PASSWORD = "sous-le-pont-mirabeau"  # noqa: S105  the README says it


class Size(NamedTuple):
    """How many records the demo has."""

    clients: int = 60
    contracts: int = 90
    events: int = 70
    entries: int = 40
    tasks: int = 20


# What stands before the @ of an account, followed by a number from the second on.
ACCOUNTS = {Role.MANAGEMENT: "manager", Role.SALES: "sales", Role.SUPPORT: "support"}


def email_of(role: Role, number: int) -> str:
    """Return the email of the ``number``-th person of a role, counted from 1."""
    return f"{ACCOUNTS[role]}{number if number > 1 else ''}@{DOMAIN}"


def fill_demo(tx: "Transaction", size: Size, zone: str) -> None:
    """Fill an empty, migrated database as its owner; the dates lie around today in ``zone``."""
    from crm.security.passwords import hash_password

    words = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    password = hash_password(PASSWORD)
    seen: Counter[Role] = Counter()
    for number, person in enumerate(words.pop("people")):
        role = Role(person["role"])
        seen[role] += 1
        tx.execute(
            "INSERT INTO users (first_name, last_name, email, phone, role, hashed_password,"
            " created_at) VALUES (%(first_name)s, %(last_name)s, %(email)s, %(phone)s, %(role)s,"
            " %(password)s, timezone('utc', now()) - interval '400 days')",
            {
                **person,
                "email": email_of(role, seen[role]),
                "phone": f"+3314268{number:04}",
                "password": password,
            },
        )
    tx.execute(
        Path(__file__).with_suffix(".sql").read_text("utf-8"),
        {**size._asdict(), **words, "zone": zone},
    )
