"""What a command works with: the settings, the console, the session and transactions."""

import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, cast

from crm import settings as configuration
from crm.cli.output.console import Console
from crm.domain import i18n
from crm.domain.errors import CRMError, PermissionDenied

if TYPE_CHECKING:
    from pathlib import Path

    from psycopg2.extensions import connection as Connection  # noqa: N812  a class

    from crm.cli.output.terminal import Color
    from crm.database.transaction import Transaction
    from crm.domain.permissions import Actor
    from crm.security.tokens import Session
    from crm.services.authentication import Login
    from crm.settings.directory import LocalDatabase


class App:
    """One run of the program, or one shell; tests replace its streams and environment."""

    def __init__(
        self,
        console: Console | None = None,
        environ: Mapping[str, str] | None = None,
        directory: "Path | None" = None,
    ) -> None:
        self.environ = os.environ if environ is None else environ
        self.directory = directory
        # A process may be started without standard input, which then has ended.
        stdin = sys.stdin or io.StringIO()
        self.console = console or Console(stdin=stdin, environ=self.environ)
        self.debug = False
        self.json_errors = False
        self.command = ""
        self.actor: Actor | None = None  # whom the latest transaction acted for
        self.failure: CRMError | None = None  # that ended the command
        self.in_shell = False
        # Shows the database that the working directory names, and raises unless the person agrees.
        self.ask_for_directory: Callable[[App, LocalDatabase], None] | None = None
        self._flags: dict[str, object] = {}
        self._session: Session | None = None
        self._connection: Connection | None = None
        self._connected_to = ""
        self._installation = ""  # which company is connected to, once it was asked

    def set_flag(self, name: str, value: object) -> None:
        """Take a common flag of the command line; one that is a setting goes before all others."""
        self._flags[name] = value
        if name in configuration.NAMES:
            if "settings" in self.__dict__:  # the files are not read again for it
                self.settings.override(configuration.read_flag(name, _flag_text(value)))
        elif name == "debug":
            self.debug = bool(value)
        elif name == "quiet":
            self.console.quiet = bool(value)
        elif name == "color":
            self.console.set_color(cast("Color", value))

    @cached_property
    def settings(self) -> configuration.Settings:
        """The settings in force; reading them is left until something needs one."""
        flags = {name: _flag_text(value) for name, value in self._flags.items()}
        loaded = configuration.load_settings(flags, self.environ, self.directory)
        if self.ask_for_directory:
            loaded.ask = partial(self.ask_for_directory, self)
        self.console.settings = loaded
        i18n.use_language(loaded.language)
        with suppress(CRMError):  # a wrong one is told by who needs it
            i18n.use_currency(loaded.currency)
        return loaded

    def choose_language(self) -> None:
        """Speak the reader's language from the start.

        What is wrong with the settings is told by who needs them.
        """
        # Help and completion need no settings, and are to work with wrong ones.
        with suppress(CRMError):
            _settings = self.settings

    @property
    def today(self) -> date:
        """The day that it is in the company's zone."""
        return datetime.now(self.settings.timezone).date()

    @property
    def now(self) -> datetime:
        """This moment, as naive UTC, the way the columns hold it."""
        return datetime.now(UTC).replace(tzinfo=None)

    @property
    def is_connected(self) -> bool:
        """Whether the connection is open."""
        return self._connection is not None and not self._connection.closed

    @property
    def connection(self) -> "Connection":
        """The connection as the program's own login, opened when it is first needed."""
        from crm.database import location
        from crm.database.transaction import connect

        database = self.settings.database_url or str(self.settings.home)
        # An option of this line of a shell may mean another database than the lines before it.
        if self._connected_to != database:
            self.close()
        if self._connection is None or self._connection.closed:
            self._connection = connect(location.read_parameters(self.settings))
            self._connected_to, self._installation = database, ""
        return self._connection

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def for_line(self) -> "App":
        """Return the app of one line of a shell: its flags end with it, the connection does not."""
        console = Console(
            stdin=self.console.stdin,
            stdout=self.console.out.stream,
            stderr=self.console.err.stream,
            environ=self.environ,
        )
        app = App(console, self.environ, self.directory)
        app.in_shell = True
        app.ask_for_directory = self.ask_for_directory
        app.actor = self.actor
        # The server may have ended it while the shell waited for somebody to type.
        if self._connection is not None and _is_closed(self._connection):
            self.close()
        for name, value in self._flags.items():
            app.set_flag(name, value)
        app._connection, app._connected_to = self._connection, self._connected_to
        app._installation = self._installation
        return app

    def after_line(self, app: "App") -> None:
        """Go on where a line has left off: with its connection, which may be another one now."""
        # The line may have changed the files that they come from.
        self.__dict__.pop("settings", None)
        self._connection, self._connected_to = app._connection, app._connected_to
        self._installation = app._installation
        self.actor, self.failure = app.actor, app.failure

    # Sessions

    def session(self) -> "Session":
        """Return the session of the token file, which is read once: a command has one identity.

        Raises NotLoggedIn, also for a session of another database than the settings mean, or
        DatabaseUnavailable where there is no database to log in to yet.
        """
        from crm.cli.session_token import load_session, require_same_database

        if self._session is None:
            self._session = load_session(self.settings)
        require_same_database(self.settings, self._session)
        return self._session

    def _find_secret(self) -> str:
        """Return the session's secret, once the connection leads to the company that it is for."""
        from crm.database.actor import require_installation
        from crm.database.transaction import identify_company

        session, connection = self.session(), self.connection
        if not self._installation:
            self._installation = identify_company(connection)
        require_installation(session.installation, self._installation)
        return session.secret

    def prepare_login(self) -> None:
        """See, before anybody types a password, that a session can be opened and kept.

        Raises UsageFault for a database that the directory names and nobody has agreed to, and
        NotLoggedIn for a token file that is not this program's to replace.
        """
        from crm.security import session_file

        session_file.require_token_file(self.settings.token_file)
        _agreed = self.settings.database_url

    def remember(self, opened: "Login") -> None:
        """Keep the token of a session that was just opened."""
        from crm.cli.session_token import save_session

        save_session(self.settings, opened)
        self._session = None

    def forget(self) -> None:
        """Remove the token."""
        from crm.security import session_file

        session_file.remove_token(self.settings.token_file)
        self._session = self.actor = None

    # Transactions

    @contextmanager
    def transaction(
        self, *, dry_run: bool = False, allow_pending: bool = False, secret: str | None = None
    ) -> "Iterator[Transaction]":
        """Run one transaction for whoever is logged in; see :mod:`crm.database.transaction`.

        ``allow_pending`` lets those in who must first change their password. A denial is put on
        record after the transaction that it ended.
        """
        from crm.database.transaction import transaction
        from crm.domain.permissions import require_own_password

        secret = secret or self._find_secret()
        try:
            with transaction(
                self.connection,
                secret,
                command=self.command,
                zone=self.settings.timezone_name,
                dry_run=dry_run,
            ) as tx:
                if not allow_pending:
                    require_own_password(tx.actor)
                self.actor = tx.actor
                yield tx
        except PermissionDenied as error:
            # Here and not in the services, because the refused transaction takes its own record
            # with it.
            self._record(error, secret)
            raise

    @contextmanager
    def anonymous(self) -> "Iterator[Transaction]":
        """Run one transaction for nobody, which is enough to log in."""
        from crm.database.transaction import transaction

        with transaction(self.connection, None) as tx:
            yield tx

    @contextmanager
    def owner(self, *, dry_run: bool = False) -> "Iterator[Transaction]":
        """Run one transaction as the database's owner, whom no policy binds."""
        from crm.database import location, provisioning

        parameters = location.read_admin_parameters(self.settings)
        with provisioning.admin_transaction(parameters, dry_run=dry_run) as tx:
            tx.execute(f"SET LOCAL ROLE {provisioning.OWNER}")
            yield tx

    def _record(self, error: PermissionDenied, secret: str) -> None:
        from crm.database.transaction import transaction

        # What is denied stays denied, also where it cannot be put on record.
        with suppress(CRMError), transaction(self.connection, secret) as tx:
            tx.execute(
                "SELECT record_denial(%s, %s, %s, %s)",
                (
                    error.details.get("permission", error.code),
                    error.details.get("kind"),
                    error.details.get("record_id"),
                    error.message,
                ),
            )


def _flag_text(value: object) -> str:
    return "1" if value is True else str(value)


def _is_closed(connection: "Connection") -> bool:
    """Whether the server has said something to a connection at rest, which is only a farewell."""
    from select import select

    return bool(connection.closed) or bool(select([connection], [], [], 0)[0])
