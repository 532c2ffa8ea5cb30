"""A small company: two of each role, clients of both sales people, contracts in every state."""

from dataclasses import dataclass

from psycopg2.extensions import connection as Connection  # noqa: N812
from support.database import Database

# A valid hash that no password matches: these people act through Database.as_user.
UNUSABLE = "$argon2id$v=19$m=65536,t=3,p=4$" + "A" * 22 + "$" + "A" * 43

PEOPLE = (
    ("Marie", "Martin", "MANAGEMENT"),
    ("Marc", "Moreau", "MANAGEMENT"),
    ("Sophie", "Simon", "SALES"),
    ("Samuel", "Sanchez", "SALES"),
    ("Paul", "Petit", "SUPPORT"),
    ("Pauline", "Perrin", "SUPPORT"),
)


def fill(connection: Connection) -> None:
    """Write the company as the owner; ids are 1, 2, 3 … in the order below."""
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("SET ROLE epicevents_owner")
    for first, last, role in PEOPLE:
        cursor.execute(
            "INSERT INTO users (first_name, last_name, email, hashed_password, role)"
            " VALUES (%s, %s, %s, %s, %s)",
            (first, last, f"{first.lower()}@epicevents.example", UNUSABLE, role),
        )
    cursor.execute(
        """
        INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id) VALUES
            ('Éléonore Lefèvre', 'eleonore@lefevre.example', '+33612345678', 'Lefèvre & Fils', 3),
            ('Kevin Casey', 'kevin@startup.example', '+67812345678', 'Cool Startup LLC', 3),
            ('Jean O''Brien', 'jean@obrien.example', '+33698765432', '100% Fête', 4);
        -- 1 draft, 2 signed, 3 partly paid, 4 paid: of Sophie's client; 5 signed: of Samuel's.
        INSERT INTO contracts
            (client_id, sales_contact_id, total_amount, amount_due, signed_status)
        VALUES (1, 3, 1000, 1000, false), (1, 3, 2000, 2000, true), (1, 3, 3000, 1000, true),
            (2, 3, 4000, 0, true), (3, 4, 5000, 5000, true);
        INSERT INTO events (name, contract_id, client_id, client_contact, start_date, end_date,
            support_contact_id, location, attendees, notes)
        VALUES
            ('Mariage d''Éléonore', 2, 1, 'Éléonore', '2030-06-04 11:00', '2030-06-05 00:00',
                5, 'Château de Candé', 75, 'Champagne'),
            ('General Assembly', 4, 2, 'Kevin', '2030-07-01 08:00', '2030-07-01 16:00',
                NULL, 'Salle des fêtes de Mufflins', 200, NULL),
            ('Gala', 5, 3, 'Jean', '2020-01-10 18:00', '2020-01-11 02:00',
                6, 'Paris', 30, NULL);
        """
    )


@dataclass(frozen=True)
class Company:
    """The ids of :func:`fill`, by who somebody is."""

    database: Database
    manager: int = 1
    manager2: int = 2
    sales: int = 3
    sales2: int = 4
    support: int = 5
    support2: int = 6
    client: int = 1  # of sales
    client_of_sales2: int = 3
    draft: int = 1
    signed: int = 2
    partly_paid: int = 3
    paid: int = 4
    signed_of_sales2: int = 5
    event: int = 1  # of support
    event_unassigned: int = 2
    event_of_support2: int = 3
