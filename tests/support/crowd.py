"""A larger company to list: ties, gaps, accents, capitals and signs that mean something to SQL."""

from datetime import datetime, timedelta

from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import UNUSABLE

NOW = datetime.fromisoformat("2030-06-04 12:00")  # while the company's first event goes on

MANAGER, SALES, SALES2, SUPPORT, SUPPORT2 = 1, 3, 4, 5, 6
LEFT, LEFT_WITHOUT_RECORDS = 7, 8  # inactive, of SALES and of SUPPORT
LEFT_UNSIGNED = 13  # inactive, with nothing but a contract that is paid and not signed

_NEW_YEAR = datetime.fromisoformat("2030-01-01")
_PAST = datetime.fromisoformat("2025-01-01")  # nothing is signed in the future

PEOPLE = (
    ("Inès", "Ould", "ines@epicevents.example", "+33600000007", "SALES"),
    ("Éric", "Étienne", "eric@epicevents.example", None, "SUPPORT"),
    ("Jean", "Dupont", "jean.dupont@epicevents.example", "+33600000002", "SALES"),
    ("Jean", "Dupont", "jean.dupont2@epicevents.example", "+33600000002", "SUPPORT"),
    ("Marie", "Martinet", "martinet@epicevents.example", None, "SUPPORT"),
    ("Œdipe", "Ørsted", "oedipe@epicevents.example", "+4520000000", "SALES"),
    ("Ugo", "Renaud", "ugo@epicevents.example", None, "SALES"),
)
NAMES = (
    "Zoé Émile", "zoe emile", "ZOË ÉMILE", "Anna Dupont", "anna dupont", "Ångström Åsa",
    "Émilie du Châtelet", "Emile Zola", "O'Neil [red]", "李小龍", "100% Bio", "1000 Bio",
    "under_score Ana", "underscore Ana", "Straße Groß", "Ærøskøbing Sø", "🎉 Fête", "D’Artagnan",
)  # fmt: skip
COMPANIES = ("Été Zéro", "ete zero", "% et _", "Œuvres", "A", "Société du Château")
PLACES = ("Château d'If", "chateau", "100 % Paris", "Nîmes\nles Arènes", "Zürich")


def fill_crowd(connection: Connection) -> None:
    """Add the crowd to the company of :mod:`support.company`, as the owner."""
    cursor = connection.cursor()
    for first, last, email, phone, role in PEOPLE:
        cursor.execute(
            "INSERT INTO users (first_name, last_name, email, phone, hashed_password, role)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            (first, last, email, phone, UNUSABLE, role),
        )
    for number in range(36):
        cursor.execute(
            "INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id,"
            " created_at, last_updated) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (
                NAMES[number % len(NAMES)],
                f"c{number * 7 % 36}@crowd.example",
                f"+336{number * 5 % 36:08}",
                COMPANIES[number % len(COMPANIES)],
                (SALES, SALES2, LEFT, 9)[number % 4],
                _NEW_YEAR + timedelta(hours=number // 3 - 1),
                _NEW_YEAR + timedelta(days=number % 5),
            ),
        )
    for number in range(48):
        total = 100 * (1 + number % 6)
        cursor.execute(
            "INSERT INTO contracts (client_id, sales_contact_id, total_amount, amount_due,"
            " signed_status, created_at, signed_at, due_date)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            (
                4 + number * 5 % 30,  # the last clients have none
                (SALES, SALES2, LEFT, 9)[number % 3],
                total,
                (0, total, total / 4)[number % 3],
                number % 4 != 0,
                _NEW_YEAR + timedelta(days=number // 4),
                _PAST + timedelta(days=number % 7) if number % 4 else None,
                NOW.date() + timedelta(days=number * 5 % 17 - 8) if number % 4 else None,
            ),
        )
    cursor.execute("SELECT id, client_id FROM contracts WHERE signed_status AND id > 5 ORDER BY id")
    for number, (contract_id, client_id) in enumerate(cursor.fetchall()):
        if number % 5 == 0:
            continue  # a signed contract without an event
        start = NOW + timedelta(hours=6 * (number // 2 - 8))
        cursor.execute(
            "INSERT INTO events (name, contract_id, client_id, client_contact, start_date,"
            " end_date, support_contact_id, location, attendees, notes, overlap_allowed)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, true)",
            (
                NAMES[number * 5 % len(NAMES)],
                contract_id,
                client_id,
                "Contact",
                start,
                start + timedelta(hours=3),
                (SUPPORT, SUPPORT2, None, 10)[number % 4],
                PLACES[number % len(PLACES)],
                1 + number % 3,
                None if number % 2 else "Notes",
            ),
        )
    cursor.execute(
        "INSERT INTO contracts (client_id, sales_contact_id, total_amount, amount_due,"
        " signed_status) VALUES (4, %s, 500, 0, false)",
        (LEFT_UNSIGNED,),
    )
    left = [LEFT, LEFT_WITHOUT_RECORDS, LEFT_UNSIGNED]
    cursor.execute("UPDATE users SET is_active = false WHERE id = ANY (%s)", (left,))
    cursor.execute("UPDATE clients SET company_name = '', email = '' WHERE id = 13")
    cursor.execute("UPDATE clients SET phone = '' WHERE id = 15")
    cursor.execute("UPDATE clients SET erased_at = %s WHERE id = 39", (NOW,))
    # Some are lost, others cancelled, with something to refund.
    cursor.execute(
        "UPDATE contracts SET closed_reason = 'price' WHERE id = ANY (ARRAY(SELECT id"
        " FROM contracts WHERE NOT signed_status AND received = 0 AND id > 5 ORDER BY id LIMIT 2))"
    )
    cursor.execute(
        "UPDATE contracts SET closed_reason = 'cancelled', closed_note = 'Called off',"
        " kept_amount = received / 2 WHERE id = ANY (ARRAY(SELECT id FROM contracts k"
        " WHERE signed_status AND received > 0 AND id > 5 AND NOT EXISTS (SELECT FROM events e"
        "  WHERE e.contract_id = k.id AND e.end_date > utc_now()) ORDER BY id LIMIT 3))"
    )
    cursor.execute("UPDATE events SET cancelled_reason = 'Called off' WHERE id > 3 AND id % 9 = 4")
    # Some were paid by somebody, whom no trigger need hear of.
    cursor.execute(
        "RESET ROLE; SET session_replication_role = replica;"
        " UPDATE payments SET kind = 'PAYMENT', method = 'transfer',"
        " paid_on = date '2030-06-04' + (id % 7) - 3,"
        " reference = 'INV-2026-' || lpad(id::text, 3, '0') WHERE id % 3 = 0;"
        " SET session_replication_role = origin; SET ROLE epicevents_owner"
    )
    # As a server in use has them, so that plans are those of every day.
    cursor.execute("ANALYZE users, clients, contracts, events, payments")
