"""epicevents login."""

import click

from crm.cli import asking, writing
from crm.cli.app import App
from crm.cli.groups import Command
from crm.cli.options import password_option, record_options
from crm.cli.reading import actors
from crm.domain import inputs
from crm.domain.i18n import gettext as _


@click.command(cls=Command)
@click.argument("email", required=False)
@password_option
@record_options
@click.pass_obj
def login(app: App, /, email: str | None, password_stdin: bool, output: str) -> None:
    """Log in on this workstation (anybody with an account).

    \b
    Examples:
      epicevents login sales3@epicevents.example
      epicevents login sales3@epicevents.example --password-stdin < password.txt
    """
    app.prepare_login()
    asking.servers.agree_to_unverified_server(app)
    label = _("Email")
    question = asking.questions.Question(
        "email", label, lambda text: inputs.text_reader(100)(text, label), "EMAIL"
    )
    email = asking.prompts.ask_for_options(app, {"email": email}, [question])["email"]
    typed = asking.prompts.ask_for_password(app, _("Password"), from_stdin=password_stdin)
    writing.sessions.log_in(app, email, typed)
    if output == "json":
        with app.transaction(allow_pending=True) as tx:
            actors.print_actor(app, tx.actor)
