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
                "A value is taken from a flag, else from the environment, else from .env in the"
                " working directory, else from config.env under EPICEVENTS_HOME, else it is the"
                " default. What is set but empty means the default. Each value in force, and where"
                " it comes from: epicevents config\n\n"
                "From .env come only {names}; the database URL needs your agreement, once for each"
                " directory. A file that other people own or can change is refused."
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
            _("Of other programs' variables, these count too:"),
            [
                ("NO_COLOR", _("Set to anything: no colour.")),
                ("FORCE_COLOR", _("Set to anything: colour, also into a pipe.")),
                ("TERM", _("dumb: no colour.")),
                ("COLUMNS, LINES", _("The size of the screen, where it is not the terminal's.")),
                ("PGPASSFILE", _("The file of database passwords, as for psql.")),
            ],
        ],
    )


def _exit_codes() -> Topic:
    return Topic(
        _("Exit codes"),
        [
            _("Scripts may rely on these; with -o json the error on stderr has a stable code too."),
            [
                ("0", _("Done; also where there was nothing to change.")),
                ("1", _("Something unexpected happened.")),
                ("2", _("The command line cannot be understood, or a name means several records.")),
                ("3", _("No such record.")),
                ("4", _("Not logged in, the session has ended, or the password was wrong.")),
                ("5", _("Your role forbids it, or your password must first be changed.")),
                ("6", _("A rule of the company refuses it: a duplicate, a conflict.")),
                ("7", _("The database cannot be reached, or its schema is of another version.")),
                ("130", _("Stopped by Ctrl-C.")),
            ],
        ],
    )


def _output() -> Topic:
    return Topic(
        _("Output"),
        [
            _(
                "Data goes to stdout, everything else to stderr; on a failure stdout is empty."
                " Every listing takes -o, and --fields to choose what is printed, in which order."
            ),
            [
                ("-o table", _("For people: fitted to the terminal; into a pipe nothing is cut.")),
                ("-o json", _("One array, or for one record one object. Amounts are text.")),
                ("-o jsonl", _("One object a line.")),
                ("-o csv", _("With a header. What a spreadsheet would calculate is guarded by '.")),
                ("-o tsv", _("With a header; tabs and line ends in values are \\t and \\n.")),
                ("-o ids", _("Only the ids, one a line, for xargs.")),
                ("-o xlsx", _("A workbook with typed cells; needs --output-file on a terminal.")),
                ("-o ics", _("Of events: a calendar that Google, Outlook and Apple import.")),
            ],
            _(
                "--output-file FILE writes a file, whole or not at all, in the format of its name:"
                " clients.csv, clients.xlsx, events.ics."
            ),
            _(
                "Field names are those of the database and stay the same in every language; keys"
                " are only ever added. Times are ISO 8601 with their offset, no value is null, an"
                " empty result is [] and no error."
            ),
            _(
                "A listing stops at 30 and says so: --limit 100 for more, --all for all, --after ID"
                " for the page that follows a record, --count for their number only."
            ),
            _(
                "Long tables go through EPICEVENTS_PAGER or PAGER, on a terminal only. Colour:"
                " --color always|never|auto, then NO_COLOR, FORCE_COLOR, TERM and the terminal."
            ),
        ],
    )


def _dates() -> Topic:
    return Topic(
        _("Dates and times"),
        [
            _("A day is typed in one of these forms, in English or French, in any case:"),
            [
                ("2026-06-04", _("ISO 8601.")),
                ("04/06/2026, 04/06/26", _("Day, month, year, as in France.")),
                ("4 Jun 2026, June 4", _("With the month's name; three letters are enough.")),
                ("samedi 12 juin 2027", _("With the day of the week, which must be right.")),
                ("today, tomorrow, avant-hier", _("Also: yesterday, aujourd'hui, demain.")),
                ("monday", _("The next one, today included; of what has been, the last one.")),
                ("next monday, last friday", _("Also: lundi prochain, vendredi dernier.")),
                ("+30d, -2w, +1m, +1y", _("Days, weeks, months or years from today.")),
                ("in 3 days, 2 weeks ago", _("Also: dans 3 jours, il y a deux semaines.")),
                ("eom, fin juin, +30d eom", _("The last day of a month.")),
            ],
            _("A filter takes more than one day too; its end is included:"),
            [
                ("2026-06, juin 2026", _("A month: --to 2026-06 ends with June.")),
                ("2026-W05, next week", _("A week, from Monday to Sunday.")),
                ("2026-Q4, T4 2026", _("A quarter.")),
                ("2026", _("A year.")),
            ],
            _("Where a moment is meant, the time follows the day:"),
            [
                ("2026-06-04 13:00", _("On the clocks of EPICEVENTS_TIMEZONE.")),
                ("tomorrow 18:00, +3d 9:00", _("After any form of a day.")),
                ("4 Jun 2026 @ 1PM", _("Also: 13h, 13h30, midi, 24:00.")),
                ("now, in 2 hours", _("Also: maintenant, il y a 10 minutes.")),
                ("2026-06-04T13:00+02:00", _("With an offset, which then decides.")),
            ],
            _(
                "A time that the clocks skip is refused with its neighbours. A date or time with"
                " two meanings, such as “next friday” on a Tuesday, is asked about. A week begins"
                " on Monday."
            ),
        ],
    )


def _filters() -> Topic:
    return Topic(
        _("Listings: filters, order, pages"),
        [
            _("Every list takes:"),
            [
                (
                    "-S, --search TEXT",
                    _("All words, each by its beginning, without accents."),
                ),
                ("--mine", _("Yours by your role: your clients, their contracts, events.")),
                ("--sort FIELD", _("--sort=-FIELD goes down; several with commas.")),
                ("--fields A,B", _("Exactly these fields, in this order, in every format.")),
                ("-L, --limit N, --all", _("How many; 30 unless given.")),
                ("--after ID", _("The page after the record with this id, in the same order.")),
                ("--count", _("Only how many.")),
            ],
            _(
                "Clients, contracts, events and colleagues have filters of their own; together, all"
                " must hold:"
            ),
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
                "A USER or CLIENT is an id, an email or a name that only one record matches; me is"
                " you. Two matches are listed, none brings the nearest names. Tab completes them:"
                " epicevents help completion"
            ),
            _("A listing that you need often: epicevents view save late -- contract list --unpaid"),
        ],
    )


def _permissions() -> Topic:
    return Topic(
        _("Permissions"),
        [
            _(
                "Whoever is logged in reads every client, contract, event and colleague. What each"
                " role may write: epicevents permissions. What you may: epicevents whoami --can"
            ),
            [
                (_("own client"), _("Its sales contact is you.")),
                (_("own contract"), _("Its client is yours.")),
                (_("own event"), _("You are its support contact.")),
            ],
            _(
                "What no rule grants is denied; the denial says which rule, and what you may do"
                " instead, and is recorded. MANAGEMENT may everything, some of it only with a"
                " reason, which the history keeps, and never change their own role or close their"
                " own account."
            ),
            _("The database enforces the same table, whatever program talks to it."),
        ],
    )


def _privacy() -> Topic:
    return Topic(
        _("A person's data"),
        [
            _(
                "All that is held on a client: epicevents client privacy-export. To forget one for"
                " good, with a reason: epicevents client erase. Placeholders take the place of"
                " name, email, phone and company; (erased) stands for the person in events,"
                " payments, history and denied attempts; amounts, dates and who did what when stay."
            ),
            _("What erasing does not reach:"),
            [
                (_("backups"), _("Erase again after a restore; let old ones expire.")),
                (_("files"), _("What was exported, printed or taken into a calendar.")),
                (_("logs"), _("Of the server, where they hold statements or values.")),
                (_("other records"), _("What was written about the person elsewhere.")),
                (_("old versions"), _("Rows in the database's files, until VACUUM and new ones.")),
            ],
        ],
    )


def _past() -> Topic:
    return Topic(
        _("The past: undo, and records as they were"),
        [
            _(
                "What one command changed is one transaction with a number; history and audit list"
                " show it. It is taken back as a whole, after its difference is shown."
            ),
            [
                (
                    "epicevents undo",
                    _("Your last command that still stands; again: the one before."),
                ),
                ("epicevents undo 123", _("A certain one: yours, for MANAGEMENT anybody's.")),
                ("epicevents undo 123 --dry-run", _("Only show what would change.")),
                ("epicevents undo 130", _("Where 130 took back 123: do 123 again.")),
            ],
            _(
                "It takes what the opposite change would take now: only MANAGEMENT takes back what"
                " created or deleted a record, a signature, a payment, the last two with a reason."
                " A payment is taken back by an opposite entry. What something later depends on is"
                " refused, and that is named; take it back first."
            ),
            _("A password, a deleted account and what was erased of a person do not come back."),
            _("Every show takes --as-of, and shows the record as it was:"),
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
