"""The rules of the log and of tasks, a part of :data:`crm.domain.rules.CONSTRAINTS`."""

from crm.domain.i18n import gettext as _
from crm.domain.rule import DATES, IN_USE_USER, INACTIVE, TEXT, Rule, value_rule

_LOG_FINAL = Rule(
    "log_final",
    lambda: _("A log entry cannot be edited or deleted."),
    lambda: _("To take back your own within the hour: epicevents undo"),
)
_IN_LOG = Rule(
    "in_log",
    lambda: _("The log refers to this record, so it cannot be deleted."),
    lambda: _("See the entries: epicevents log list"),
)
_IN_TASKS = Rule(
    "in_tasks",
    lambda: _("Tasks refer to this record, so it cannot be deleted."),
    lambda: _("Delete those first; see: epicevents task list --everybody"),
)
_OTHER_CLIENT = Rule(
    "other_client",
    lambda: _("The contract or the event belongs to another client."),
    lambda: _("See the client's records: epicevents client show CLIENT"),
)

LOG_RULES: dict[str | None, Rule] = {
    "ck_log_entries_text": TEXT,
    "ck_tasks_text": TEXT,
    "ck_log_entries_said_on": DATES,
    "ck_tasks_due_date": DATES,
    "ck_tasks_done_at": DATES,
    "ck_tasks_created_at_range": DATES,
    "ck_log_entries_created_at_range": DATES,
    "fk_log_entries_created_by_id_users": IN_USE_USER,
    "fk_tasks_assignee_id_users": IN_USE_USER,
    "fk_tasks_created_by_id_users": IN_USE_USER,
    "fk_tasks_done_by_id_users": IN_USE_USER,
    "fk_tasks_client_id_clients": _IN_TASKS,
    "fk_tasks_contract_id_contracts": _IN_TASKS,
    "fk_tasks_event_id_events": _IN_TASKS,
    "fk_log_entries_client_id_clients": _IN_LOG,
    "fk_log_entries_contract_id_contracts": _IN_LOG,
    "fk_log_entries_event_id_events": _IN_LOG,
    "tg_tasks_active_contact": INACTIVE,
    "tg_log_entries_erased_client": Rule(
        "client_erased",
        lambda: _("This client has been erased; nothing more can be logged about them."),
        lambda: _("Create a new client: epicevents client create"),
    ),
    "tg_tasks_erased_client": Rule(
        "client_erased",
        lambda: _("This client has been erased; there is nothing more to do for them."),
        lambda: _("Create a new client: epicevents client create"),
    ),
    # Tasks
    "ck_tasks_client_known": Rule(
        "client_required",
        lambda: _("A task on a contract or an event needs their client."),
    ),
    "tg_tasks_of_client": _OTHER_CLIENT,
    "tg_tasks_done_in_future": Rule(
        "done_in_future", lambda: _("A task cannot be done in the future.")
    ),
    # The log
    "ck_log_entries_kind": value_rule(
        "invalid_log_kind",
        lambda: _("Unknown kind of log entry."),
        lambda: _("Write one of: call, email, meeting, note."),
    ),
    "tg_log_entries_of_client": _OTHER_CLIENT,
    "tg_log_entries_in_future": Rule(
        "said_in_future",
        lambda: _("The date of a log entry cannot be in the future."),
        lambda: _("To plan something, create a task; to log it now, leave out --date."),
    ),
    "tg_log_entries_are_final": _LOG_FINAL,
    "tg_log_entries_stay": _LOG_FINAL,
}
