"""Whether the server that answers is the company's: what a person has to agree to."""

from collections.abc import Mapping
from contextlib import closing

from crm.cli.app import App
from crm.cli.asking import prompts
from crm.database import certificates, verification
from crm.database.transaction import connect
from crm.domain.errors import DatabaseUnavailable
from crm.domain.i18n import gettext as _
from crm.settings import known
from crm.settings.url import parse_database_url


def agree_to_servers(app: App, *urls: str | None) -> None:
    """See that the servers which ``urls`` name can be verified, before anything is sent to them.

    The authority behind a private certificate is shown, and kept once the person agrees. A weaker
    ``sslmode`` in a URL is obeyed with a warning.

    Raises DatabaseUnavailable ``server_not_verified``, UsageFault ``not_confirmed``.
    """
    for url in dict.fromkeys(filter(None, urls)):
        parameters = parse_database_url(url)
        warn_of_weaker_mode(app, parameters)
        if verification.is_remote(parameters) and "sslmode" not in parameters:
            _agree_to_authority(app, parameters)


def warn_of_weaker_mode(app: App, parameters: Mapping[str, str]) -> None:
    """Say what it means that a URL gives up the verification of its server."""
    if mode := verification.find_weaker_mode(parameters):
        app.console.warn(
            _(
                "The server {host} is not verified, as its URL says sslmode={mode}: somebody on the"
                " network can pass for it."
            ).format(host=_host(parameters), mode=mode)
        )


def agree_to_unverified_server(app: App, *, warned: bool = False) -> None:
    """Ask, once for each host and ``sslmode``, whether to log in at a server that is not verified.

    The warning comes first, unless the caller has ``warned``. Where nobody can be asked, the
    ``sslmode`` in the URL is the answer: without one the server is verified. Raises UsageFault
    ``not_confirmed``.
    """
    url = app.settings.database_url
    parameters = parse_database_url(url) if url else {}
    mode = verification.find_weaker_mode(parameters)
    if mode is None:
        return
    if not warned:
        warn_of_weaker_mode(app, parameters)
    home, host = app.settings.home, f"{_host(parameters)}:{parameters.get('port') or 5432}"
    if not prompts.may_ask(app) or known.find_agreement(home, known.UNVERIFIED, host) == mode:
        return
    app.console.note(_("Whoever passes for it takes over the session that you open."))
    prompts.confirm(app, _("Log in at {host} all the same?").format(host=host), yes=False)
    known.save_agreement(home, known.UNVERIFIED, host, mode)


def _agree_to_authority(app: App, parameters: Mapping[str, str]) -> None:
    home = app.settings.home
    try:
        with closing(connect(verification.complete_parameters(parameters, home))):
            return
    except DatabaseUnavailable as error:
        if error.code != "server_not_verified" or "sslrootcert" in parameters:
            return  # who needs the connection says so
        refused = error
    host = _host(parameters)
    found = certificates.find_private_authority(parameters)
    if found is None:
        refused.hint = _(
            "It does not present a certificate that verifies it under this name. Ask for the"
            " certificate of its authority, and add sslrootcert=FILE to the URL."
        )
        raise refused
    details = _("{host}, signed by {issuer}, valid until {date}; SHA-256 {fingerprint}").format(
        host=host, issuer=found.issuer, date=found.expires, fingerprint=found.fingerprint
    )
    if not prompts.may_ask(app):
        raise DatabaseUnavailable(
            _("This machine does not trust the certificate of {details}.").format(details=details),
            hint=_("Run epicevents join at a terminal, or add sslrootcert=FILE to the URL."),
            code="server_not_verified",
        )
    said = _("This machine does not trust the server's certificate.")
    if verification.build_root_path(host, home).exists():
        said = _("The server presents another authority than the one that you agreed to.")
    app.console.warn(said)
    app.console.note(details)
    app.console.note(_("Compare the SHA-256 with the one that your administrator tells you."))
    prompts.confirm(app, _("Trust it for {host} from now on?").format(host=host), yes=False)
    certificates.keep_authority(found, host, home)


def _host(parameters: Mapping[str, str]) -> str:
    return parameters.get("host") or parameters.get("hostaddr", "")
