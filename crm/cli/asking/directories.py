"""Whether the database that a directory names is the one that the person means."""

from threading import current_thread, main_thread
from typing import TYPE_CHECKING

from crm.cli.app import App
from crm.cli.asking import prompts
from crm.domain.i18n import gettext as _
from crm.settings import directory

if TYPE_CHECKING:
    from crm.settings.directory import LocalDatabase


def ask_about_directory(app: App, found: "LocalDatabase") -> None:
    """Show the database that a ``.env`` names, and go on only if the person agrees.

    Raises UsageFault: ``directory_not_confirmed`` where nobody can be asked, ``not_confirmed``.
    """
    # The shell looks up completions in a thread, while somebody types.
    if not prompts.may_ask(app) or current_thread() is not main_thread():
        raise directory.not_confirmed_error(found)
    said = _("{path} names another database: {place}")
    if directory.has_changed(app.settings.home, found):
        said = _("{path} has changed. It names another database now: {place}")
    app.console.warn(said.format(path=found.path, place=found.place))
    app.console.note(_("Commands in this directory will log in there and send it what you type."))
    prompts.confirm(app, _("Use this database in this directory from now on?"), yes=False)
