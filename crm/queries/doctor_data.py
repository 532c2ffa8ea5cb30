"""What the data must be, proved anew: constraints and triggers hold it, and this trusts neither."""

from crm.domain.i18n import gettext as _
from crm.queries.doctor import Check

DATA = (
    Check(
        "ledger",
        lambda: _("The amount due is the total minus the payments"),
        lambda: _("A contract's amount due does not match its payments: {found}."),
        lambda: _("Its balance or its ledger was changed without the database's rules."),
        lambda: _("Compare: epicevents contract payments ID, epicevents history contract ID"),
        """
        SELECT c.id || ' (' || c.amount_due || ' ≠ '
            || c.total_amount - coalesce(sum(p.amount), 0) || ')'
        FROM contracts c LEFT JOIN payments p ON p.contract_id = c.id
        GROUP BY c.id
        HAVING c.amount_due IS DISTINCT FROM c.total_amount - coalesce(sum(p.amount), 0)
        ORDER BY c.id
        """,
    ),
    Check(
        "received",
        lambda: _("The amount received is the sum of what came in"),
        lambda: _("A contract's amount received does not match its payments: {found}."),
        lambda: _("Its balance or its ledger was changed without the database's rules."),
        lambda: _("Compare: epicevents contract payments ID, epicevents history contract ID"),
        """
        SELECT c.id || ' (' || c.received || ' ≠ ' || coalesce(sum(p.amount), 0) || ')'
        FROM contracts c LEFT JOIN payments p ON p.contract_id = c.id AND is_receipt(p.kind,
            (SELECT o.kind FROM payments o WHERE o.id = p.reverses_id))
        GROUP BY c.id
        HAVING c.received IS DISTINCT FROM coalesce(sum(p.amount), 0)
        ORDER BY c.id
        """,
    ),
    Check(
        "sales_contacts",
        lambda: _("Sales contacts are SALES"),
        lambda: _("A sales contact is not SALES: {found}."),
        lambda: _("Nobody with the right role looks after the client or contract."),
        lambda: _("Run: epicevents client transfer CLIENT USER"),
        """
        SELECT 'client ' || c.id FROM clients c
        LEFT JOIN users u ON u.id = c.sales_contact_id AND u.role = 'SALES' WHERE u.id IS NULL
        UNION ALL
        SELECT 'contract ' || k.id FROM contracts k
        LEFT JOIN users u ON u.id = k.sales_contact_id AND u.role = 'SALES' WHERE u.id IS NULL
        """,
    ),
    Check(
        "support_contacts",
        lambda: _("Support contacts are SUPPORT"),
        lambda: _("The support contact of an event is not SUPPORT: {found}."),
        lambda: _("Nobody with the right role runs the event."),
        lambda: _("Run: epicevents event assign ID USER"),
        """
        SELECT e.id FROM events e
        LEFT JOIN users u ON u.id = e.support_contact_id AND u.role = 'SUPPORT'
        WHERE e.support_contact_id IS NOT NULL AND u.id IS NULL
        ORDER BY e.id
        """,
    ),
    Check(
        "overlaps",
        lambda: _("Nobody runs two events at once, unless that was allowed"),
        lambda: _("A support contact has two events at once: {found}."),
        lambda: _("One of the events will have no support."),
        lambda: _("Run: epicevents event assign ID USER"),
        """
        SELECT id FROM (
            SELECT id, start_date, max(end_date) OVER (
                PARTITION BY support_contact_id ORDER BY start_date, id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
            FROM events WHERE support_contact_id IS NOT NULL AND NOT overlap_allowed
              -- Not in the words of the constraint's index, which would be asked about itself.
              AND num_nulls(cancelled_at) = 1
        ) planned
        WHERE start_date < busy_until
        ORDER BY id
        """,
    ),
    Check(
        "event_contracts",
        lambda: _("Every event has a signed contract of the same client"),
        lambda: _("An event's contract is unsigned or belongs to another client: {found}."),
        lambda: _("Nobody has agreed to pay for it."),
        lambda: _(
            "See the event: epicevents event show ID. Sign the contract: epicevents "
            "contract sign ID"
        ),
        """
        SELECT e.id FROM events e
        LEFT JOIN contracts c
            ON c.id = e.contract_id AND c.client_id = e.client_id AND c.signed_status
        WHERE c.id IS NULL
        ORDER BY e.id
        """,
    ),
    Check(
        "undone",
        lambda: _("Every undo set back exactly what it took back"),
        lambda: _("An undo is not the opposite of what it says it took back: {found}."),
        lambda: _("The history shows changes as taken back that still stand."),
        lambda: _("Compare: epicevents audit list --transaction N"),
        """
        SELECT number || ' (of ' || undone || ')' FROM undos_amiss()
        """,
    ),
    Check(
        "active_manager",
        lambda: _("MANAGEMENT has an active account"),
        lambda: _("MANAGEMENT has no active account: there are {found}."),
        lambda: _("Nobody can create accounts or undo a mistake."),
        lambda: _("With the administrator's URL: epicevents db reset-password EMAIL"),
        """
        SELECT count(*) FROM users WHERE role = 'MANAGEMENT' AND is_active HAVING count(*) = 0
        """,
    ),
)
