"""A company to look at: names of every length and script, contracts in every state, fixed dates."""

from psycopg2.extensions import connection as Connection  # noqa: N812
from support.company import fill

LONGEST = (
    "Anne-Charlotte de la Rochefoucauld-Montmorency et de Saint-Germain-en-Laye du Val de Marne"
)


def furnish(connection: Connection) -> None:
    """Write it as the owner, on top of the small company; one due date depends on today."""
    fill(connection)
    cursor = connection.cursor()
    cursor.execute(
        """
        ALTER TABLE users DISABLE TRIGGER USER;
        ALTER TABLE clients DISABLE TRIGGER USER;
        ALTER TABLE contracts DISABLE TRIGGER USER;
        ALTER TABLE events DISABLE TRIGGER USER;
        UPDATE users SET created_at = '2024-01-08 08:00', updated_at = '2024-01-08 08:00',
            phone = '+3314268000' || id;
        UPDATE clients SET created_at = '2025-03-01 09:30', last_updated = '2025-03-02 10:00';
        UPDATE contracts SET created_at = '2025-03-03 09:30',
            signed_at = CASE WHEN signed_status THEN timestamp '2025-03-05 15:00' END,
            due_date = CASE WHEN signed_status THEN date '2031-01-31' END;
        UPDATE events SET created_at = '2025-03-08 09:30';
        ALTER TABLE users ENABLE TRIGGER USER;
        ALTER TABLE clients ENABLE TRIGGER USER;
        ALTER TABLE contracts ENABLE TRIGGER USER;
        ALTER TABLE events ENABLE TRIGGER USER;
        ALTER TABLE payments DISABLE TRIGGER USER;
        UPDATE payments SET paid_on = '2025-03-06', created_at = '2025-03-06 08:00';
        ALTER TABLE payments ENABLE TRIGGER USER;
        """
    )
    cursor.execute(
        """
        INSERT INTO clients (full_name, email, phone, company_name, sales_contact_id, created_at,
            last_updated)
        VALUES
            ('東京 花子', 'hanako@tokyo.example', '+81312345678', '東京イベント株式会社', 3,
                '2025-04-01 07:00', '2025-04-01 07:00'),
            (%s, 'anne.charlotte@rochefoucauld.example', '+33611223344',
                'Société de gestion des réceptions du Val de Marne et des environs', 4,
                '2025-05-01 07:00', '2025-05-01 07:00'),
            ('Zoé 🎉 Party', 'zoe@party.example', '+33655443322', '[red]Fêtes[/red] & Co', 4,
                '2025-06-01 07:00', '2025-06-01 07:00');
        INSERT INTO contracts (client_id, sales_contact_id, total_amount, amount_due,
            signed_status, created_at, signed_at, due_date)
        VALUES
            -- A day late, whenever it is looked at.
            (4, 3, 1234567.89, 1234567.89, true, '2025-04-02 07:00', '2025-04-03 07:00',
                timezone('Europe/Paris', now())::date - 1),
            (5, 4, 12345678901.5, 345678901.5, true, '2025-05-02 07:00', '2025-05-03 07:00',
                '2031-05-31'),
            (6, 4, 950, 950, false, '2025-06-02 07:00', NULL, NULL);
        INSERT INTO events (name, contract_id, client_id, client_contact, start_date, end_date,
            support_contact_id, location, attendees, notes, created_at)
        VALUES
            ('花見 Gala', 6, 4, '東京 花子', '2031-04-01 09:00', '2031-04-01 17:00', NULL,
                '上野公園, 東京', 1200, NULL, '2025-04-04 07:00'),
            ('Jubilé de la maison', 7, 5, 'Anne-Charlotte' || E'\\n' || '06 11 22 33 44',
                '2031-05-08 18:00', '2031-05-09 03:00', 5,
                'Château de Saint-Germain-en-Laye, grande salle des fêtes, 78100', 12500,
                'Voiturier à partir de 19 h.' || E'\\n' || 'Menu végétarien pour quarante'
                || ' personnes, sans fruits à coque; le traiteur le sait et a confirmé.',
                '2025-05-04 07:00');
        UPDATE users SET is_active = false WHERE id = 2;
        """,
        (LONGEST,),
    )
