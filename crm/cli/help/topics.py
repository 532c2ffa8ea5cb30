"""What ``epicevents help TOPIC`` explains; the texts are made of the tables that decide."""

from collections.abc import Callable

from crm.cli.help.topic import Topic
from crm.domain.i18n import gettext as _


def _environment() -> Topic:
    from crm.settings import SETTINGS

    return Topic(
        _("Environment and settings"),
        [
            _(
                "A setting comes from the first of these that has it: a flag, the environment, "
                ".env in the working directory, config.env under EPICEVENTS_HOME, the default. "
                "An empty value means the default. To see each value and where it comes from: "
                "epicevents config\n\n.env may set only {names}; you confirm its database URL "
                "once for each directory. A file that other people own or can change is refused."
            ).format(names=", ".join(setting.variable for setting in SETTINGS if setting.local)),
            [
                (
                    setting.variable,
                    _(setting.help)
                    + (
                        " " + _("Default: {value}.").format(value=setting.default)
                        if setting.default
                        else ""
                    ),
                )
                for setting in SETTINGS
            ],
            _("These variables of other programs also count:"),
            [
                ("NO_COLOR", _("Any value: no colour.")),
                ("FORCE_COLOR", _("Any value: colour, even into a pipe.")),
                ("TERM", _("dumb: no colour.")),
                ("COLUMNS, LINES", _("The size of the screen, if it differs from the terminal's.")),
                ("PGPASSFILE", _("The file with database passwords, as for psql.")),
            ],
        ],
    )


def _exit_codes() -> Topic:
    return Topic(
        _("Exit codes"),
        [
            _(
                "Scripts may rely on these. With -o json, the error on stderr also has a stable "
                "code."
            ),
            [
                ("0", _("Done, or nothing to change.")),
                ("1", _("Something unexpected happened.")),
                ("2", _("The command line is wrong, or a name matches several records.")),
                ("3", _("No such record.")),
                ("4", _("Not logged in, the session has ended, or the password was wrong.")),
                ("5", _("Your role forbids it, or you must first change your password.")),
                ("6", _("A rule refuses it, such as a duplicate or a conflict.")),
                ("7", _("The database cannot be reached, or its schema does not fit.")),
                ("130", _("Stopped by Ctrl-C.")),
            ],
        ],
    )


def _output() -> Topic:
    return Topic(
        _("Output"),
        [
            _(
                "Data goes to stdout, everything else to stderr; after a failure stdout is "
                "empty. Every listing has -o for the format, and --fields for the columns and "
                "their order."
            ),
            [
                ("-o table", _("For people: fits the terminal; in a pipe nothing is cut.")),
                ("-o json", _("An array, or an object for a single record. Amounts are text.")),
                ("-o jsonl", _("One object per line.")),
                ("-o csv", _("With a header; a ' protects text that looks like a formula.")),
                ("-o tsv", _("With a header; tabs and line ends in values are \\t and \\n.")),
                ("-o ids", _("Only the ids, one per line, for xargs.")),
                ("-o xlsx", _("A workbook with typed cells; a terminal needs --output-file.")),
                ("-o ics", _("Events as a calendar for Google, Outlook and Apple.")),
            ],
            _(
                "--output-file FILE writes the whole file or none; its ending sets the format: "
                "clients.csv, clients.xlsx, events.ics."
            ),
            _(
                "Field names are those of the database, the same in every language; new versions "
                "only add keys. Times are ISO 8601 with an offset, a missing value is null, and "
                "an empty result is [] without an error."
            ),
            _(
                "A listing shows 30 records and says when there are more: --limit 100 shows "
                "more, --all shows all, --after ID shows the page after a record, --count shows "
                "only their number."
            ),
            _(
                "In a terminal, long tables go through EPICEVENTS_PAGER or PAGER. Colour depends "
                "on --color always|never|auto, then NO_COLOR, FORCE_COLOR, TERM and the terminal."
            ),
        ],
    )


def _dates() -> Topic:
    return Topic(
        _("Dates and times"),
        [
            _("Type a day in one of these forms, in English or French:"),
            [
                ("2026-06-04", _("ISO 8601.")),
                ("04/06/2026, 04/06/26", _("Day, month, year, as in France.")),
                ("4 Jun 2026, June 4", _("With the month's name; three letters are enough.")),
                ("samedi 12 juin 2027", _("With the day of the week, which must be correct.")),
                ("today, tomorrow, avant-hier", _("Also: yesterday, aujourd'hui, demain.")),
                ("monday", _("The next one, or today; for past facts, the last one.")),
                ("next monday, last friday", _("Also: lundi prochain, vendredi dernier.")),
                ("+30d, -2w, +1m, +1y", _("Days, weeks, months or years from today.")),
                ("in 3 days, 2 weeks ago", _("Also: dans 3 jours, il y a deux semaines.")),
                ("eom, fin juin, +30d eom", _("The last day of a month.")),
            ],
            _("A filter also accepts several days, including the last:"),
            [
                ("2026-06, juin 2026", _("A month: --to 2026-06 includes all of June.")),
                ("2026-W05, next week", _("A week, from Monday to Sunday.")),
                ("2026-Q4, T4 2026", _("A quarter.")),
                ("2026", _("A year.")),
            ],
            _("For a date with a time, write the time after the day:"),
            [
                ("2026-06-04 13:00", _("In the company's time zone (EPICEVENTS_TIMEZONE).")),
                ("tomorrow 18:00, +3d 9:00", _("After any form of a day.")),
                ("4 Jun 2026 @ 1PM", _("Also: 13h, 13h30, midi, 24:00.")),
                ("now, in 2 hours", _("Also: maintenant, il y a 10 minutes.")),
                ("2026-06-04T13:00+02:00", _("With an explicit offset.")),
            ],
            _(
                "A time that the clocks skip is refused, with the nearest valid times. If a date "
                "or time has two meanings, such as “next friday” on a Tuesday, you are asked "
                "which. A week begins on Monday."
            ),
        ],
    )


def _filters() -> Topic:
    return Topic(
        _("Listings: filters, order, pages"),
        [
            _("Every list has these options:"),
            [
                (
                    "-S, --search TEXT",
                    _(
                        "Records that contain words beginning with all of these; accents do not "
                        "matter."
                    ),
                ),
                ("--mine", _("Only yours, by role: your clients, their contracts, your events.")),
                (
                    "--sort FIELD",
                    _("Sort order; --sort=-FIELD descends; separate several with commas."),
                ),
                ("--fields A,B", _("Exactly these fields, in this order, in every format.")),
                ("-L, --limit N, --all", _("How many records; 30 by default.")),
                ("--after ID", _("Show the page after the record with this id.")),
                ("--count", _("Show only the number of records.")),
            ],
            _("Each listing also has its own filters; a record must match all of them:"),
            [
                ("epicevents client list", "--sales USER --company TEXT --without-contract"),
                (
                    "epicevents contract list",
                    "--client CLIENT --unsigned --unpaid --total-min N",
                ),
                ("epicevents event list", "--support USER --no-support --period week --upcoming"),
                ("epicevents user list", "--role ROLE --active"),
            ],
            _(
                "Give a USER or CLIENT as an id, an email or a name that matches only one "
                "record; me means you. If several match, they are listed; if none does, similar "
                "names are. Tab completes them: epicevents help completion"
            ),
            _(
                "To save a listing that you need often: epicevents view save late -- contract list "
                "--unpaid"
            ),
        ],
    )


def _permissions() -> Topic:
    return Topic(
        _("Permissions"),
        [
            _(
                "Everybody who is logged in may read all clients, contracts, events and "
                "colleagues. What each role may change: epicevents permissions. What you may "
                "change: epicevents whoami --can"
            ),
            [
                (_("own client"), _("You are its sales contact.")),
                (_("own contract"), _("It belongs to one of your clients.")),
                (_("own event"), _("You are its support contact.")),
            ],
            _(
                "Everything that is not granted is denied. A denial names the rule and what you "
                "may do instead, and it is recorded. MANAGEMENT may do everything, sometimes "
                "only with a reason that the history records, but may not change their own role "
                "or deactivate their own account."
            ),
            _("The database itself enforces these permissions, whatever program connects to it."),
        ],
    )


def _privacy() -> Topic:
    return Topic(
        _("A person's data"),
        [
            _(
                "To print all data held on a client: epicevents client privacy-export. To erase "
                "a person for good, with a reason: epicevents client erase. Placeholders replace "
                "the name, email, phone and company; “(erased)” replaces the person in events, "
                "payments, log, tasks, history and denied attempts. Elsewhere only an email or a "
                "phone is erased, and each such text is listed first. Amounts, dates and the "
                "record of who did what remain."
            ),
            _("Erasing does not reach:"),
            [
                (_("backups"), _("Erase again after a restore; delete old backups in time.")),
                (_("files"), _("Data that was exported, printed or imported into a calendar.")),
                (_("logs"), _("Server logs, if they contain statements or values.")),
                (_("other records"), _("Notes about the person in other records.")),
                (
                    _("old versions"),
                    _("Old rows in the database's files, until VACUUM overwrites them."),
                ),
            ],
        ],
    )


def _past() -> Topic:
    return Topic(
        _("The past: undo, and records as they were"),
        [
            _(
                "Everything that one command changes is one transaction with a number, shown by "
                "history and audit list. undo shows its changes, then undoes all of them."
            ),
            [
                ("epicevents undo", _("Undo your last command; repeat it to undo the one before.")),
                (
                    "epicevents undo 123",
                    _("Undo this command: your own, or as MANAGEMENT anybody's."),
                ),
                ("epicevents undo 123 --dry-run", _("Only show what would change.")),
                ("epicevents undo 130", _("If 130 undid 123: do 123 again.")),
            ],
            _(
                "You need the permission, and the reason, that the opposite change needs today: "
                "only MANAGEMENT may undo the creation or deletion of a record, a signature or a "
                "payment, the last two with a reason. You may undo your own log entries within "
                "an hour. A payment is reversed by an opposite "
                "entry. If a later change depends on the command, undo is refused and names that "
                "change; undo it first."
            ),
            _("Passwords, deleted accounts and erased personal data cannot be restored."),
            _("Every show command has --as-of, which shows the record as it was:"),
            [
                ("--as-of yesterday", _("At the end of that day.")),
                ('--as-of "2026-06-04 13:00"', _("At that moment.")),
            ],
        ],
    )


TOPICS: dict[str, Callable[[], Topic]] = {
    "environment": _environment,
    "exit-codes": _exit_codes,
    "output": _output,
    "dates": _dates,
    "filters": _filters,
    "permissions": _permissions,
    "past": _past,
    "privacy": _privacy,
}
