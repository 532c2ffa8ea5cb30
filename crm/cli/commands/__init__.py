"""The commands: each at the path of its words, ``user delete`` in ``user/delete.py``.

A group finds its commands in its folder, and a command is loaded when it is run. The table below
is for the program's own help, which would otherwise load them all.
"""

from crm.domain.i18n import gettext_noop as _  # translated when it is shown, not when it is loaded

# Heading -> command -> what it does, in the order of help.
SECTIONS = {
    _("Getting started"): {
        "demo": _("Try it with a realistic company"),
        "init": _("Set up your company: database and first manager"),
        "join": _("Set up another workstation"),
        "login": _("Log in"),
        "logout": _("Log out"),
        "whoami": _("Who is logged in, and what they may do"),
        "password": _("Change your password"),
    },
    _("Your work"): {
        "dashboard": _("What there is to do today"),
        "search": _("Find clients, contracts, events and colleagues"),
        "history": _("Who changed what, when, field by field"),
        "undo": _("Undo what a command changed"),
        "view": _("Saved listings"),
        "shell": _("The same commands, with completion and history"),
    },
    _("Records"): {
        "client": _("Clients and who looks after them"),
        "contract": _("Contracts, signatures and payments"),
        "event": _("Events and who runs them"),
        "payment": _("What came in and what went back"),
        "log": _("What was said to clients"),
        "task": _("What is to be done, by when and by whom"),
        "user": _("Colleagues and their accounts"),
    },
    _("Administration"): {
        "audit": _("What was changed or denied, and who is logged in"),
        "doctor": _("Check the server, rights, data and workstation"),
        "db": _("The database: backup, restore, upgrade, status …"),
        "config": _("Every setting and where it comes from"),
    },
    _("About"): {
        "completion": _("Completion for bash, zsh, fish"),
        "permissions": _("Who may do what"),
        "help": _("Help on a command or a topic: dates, output, exit-codes …"),
    },
}
