"""A server on the network is the one that its URL names, or nothing is sent to it."""

import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import certifi
import psycopg2
import pytest
from support.certificates import Authority, Certificate, self_signed
from support.cli import PASSWORD, Ran, Workstation, answer, finish
from support.false_server import listening
from support.listening import Listener
from support.tls import HOST, TlsServer, relaying, serving_tls

from crm.database.certificates import find_private_authority
from crm.database.transaction import connect
from crm.database.verification import (
    BUNDLES,
    build_root_path,
    complete_parameters,
    find_roots,
    find_weaker_mode,
    is_remote,
)
from crm.domain.errors import DatabaseUnavailable, UsageFault
from crm.security import passwords

SOPHIE = "sophie@epicevents.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The company's own authority, which no system trusts."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def leaf(authority: Authority) -> Certificate:
    """The certificate of the server."""
    return authority.issue(HOST)


@pytest.fixture(scope="module")
def running(leaf: Certificate) -> Iterator[TlsServer]:
    """The company's server, once for all tests."""
    with serving_tls(leaf) as server:
        yield server


@pytest.fixture
def server(running: TlsServer, leaf: Certificate) -> TlsServer:
    """The company's server, with its own certificate and nothing behind it."""
    running.present(leaf)
    return running


@pytest.fixture
def office(server: TlsServer, tmp_path: Path) -> Workstation:
    """A workstation that is to join; Sophie knows her password."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    office = Workstation(server.database, home)
    office.environ = {"EPICEVENTS_HOME": str(home), "EPICEVENTS_LANG": "en", "TERM": "xterm"}
    office.give_password(3)
    return office


def code_of(ran: Ran) -> tuple[int, str]:
    return ran.status, ran.error()["code"]


# Which servers are somebody on the network


@pytest.mark.parametrize(
    "host",
    [
        "",
        "/run/postgresql",
        "@abstract",
        "localhost",
        "LocalHost",
        "127.0.0.1",
        "127.8.9.10",
        "::1",
    ],
)
def test_a_socket_and_the_loopback_are_nobody_else(host: str) -> None:
    assert not is_remote({"host": host})
    assert "sslmode" not in complete_parameters({"host": host}, Path("/"))


@pytest.mark.parametrize(
    "parameters",
    [
        {"host": "db.example"},
        {"host": "10.0.0.1"},
        {"host": "127.0.0.1.example"},
        {"host": "localhost.example"},
        {"host": "127.1"},
        {"host": "0x7f.1"},
        {"host": "2130706433"},
        {"host": "::ffff:10.0.0.1"},
        {"host": "localhost,db.example"},
        {"host": "/run/postgresql,db.example"},
        {"host": "localhost", "hostaddr": "10.0.0.1"},
        {"hostaddr": "10.0.0.1"},
        {"host": "localhost,localhost", "hostaddr": ",10.0.0.1"},
    ],
)
def test_all_others_are_verified(parameters: dict[str, str]) -> None:
    assert is_remote(parameters)
    said = complete_parameters(parameters, Path("/nowhere"))
    assert (said["sslmode"], said["gssencmode"]) == ("verify-full", "disable")
    assert Path(said["sslrootcert"]).is_file()


def test_the_roots_are_the_system_s_or_certifi_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_roots("db.example", tmp_path)
    assert found == next((each for each in BUNDLES if Path(each).is_file()), certifi.where())
    monkeypatch.setattr("crm.database.verification.BUNDLES", ("/nowhere",))
    assert find_roots("db.example", tmp_path) == certifi.where()
    said = complete_parameters({"host": "db.example", "sslrootcert": "system"}, tmp_path)
    assert said["sslrootcert"] == certifi.where()  # OpenSSL's own place is the driver's builder's


def test_the_environment_does_not_say_whom_we_talk_to(
    server: TlsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever libpq would read from it, the server that the URL names is the one that answers."""
    (tmp_path / "services").write_text(
        "[laid]\nhostaddr=192.0.2.1\nhost=192.0.2.1\nport=1\nsslmode=disable\ndbname=other\n"
    )
    (tmp_path / ".postgresql").mkdir()
    for name, value in {
        "PGHOST": "192.0.2.1", "PGHOSTADDR": "192.0.2.1", "PGPORT": "1", "PGSERVICE": "laid",
        "PGSERVICEFILE": str(tmp_path / "services"), "PGSSLMODE": "disable",
        "PGSSLROOTCERT": "/nowhere", "PGREQUIRESSL": "0", "PGDATABASE": "other",
        "PGGSSENCMODE": "require", "PGTARGETSESSIONATTRS": "standby", "PGCHANNELBINDING": "disable",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    for parameters in (server.admin, server.parameters | {"sslmode": "require"}):
        with closing(connect(complete_parameters(parameters, tmp_path))) as connection:
            assert connection.info.dbname == "epicevents"
    with pytest.raises(DatabaseUnavailable) as refused:
        connect(complete_parameters(server.parameters, tmp_path))
    assert refused.value.code == "server_not_verified"


# Verified by default


def test_a_server_that_nobody_vouches_for_is_told_nothing(
    office: Workstation, server: TlsServer, leaf: Certificate
) -> None:
    with relaying(server, leaf) as relay:
        office.environ["EPICEVENTS_DATABASE_URL"] = server.url(port=str(relay.port))
        refused = office.process(
            "login", SOPHIE, "--password-stdin", "-o", "json", stdin=f"{PASSWORD}\n"
        )
    assert code_of(refused) == (7, "server_not_verified")
    assert relay.heard == b""


def test_who_the_authority_vouches_for_is_verified(
    office: Workstation, server: TlsServer, authority: Authority, tmp_path: Path
) -> None:
    office.environ["EPICEVENTS_DATABASE_URL"] = server.url(sslrootcert=str(authority.own.path))
    office.process("login", SOPHIE, "--password-stdin", stdin=f"{PASSWORD}\n").done()
    checks = {each["check"]: each["ok"] for each in office.process("doctor", "--json").json()}
    assert (checks["tls"], checks["tls_verified"]) == (True, True)


def test_a_certificate_for_another_name_is_refused(
    office: Workstation, server: TlsServer, authority: Authority, tmp_path: Path
) -> None:
    root = str(authority.own.path)
    server.present(authority.issue("db.epic.example"))
    office.environ["EPICEVENTS_DATABASE_URL"] = server.url(sslrootcert=root)
    refused = office.process("doctor", "--json")
    reach = next(each for each in refused.json() if each["check"] == "reach")
    assert (refused.status, "for another name" in reach["what"]) == (7, True)


def test_a_relay_with_a_certificate_of_its_own_is_refused(
    office: Workstation, server: TlsServer, authority: Authority, tmp_path: Path
) -> None:
    root = str(authority.own.path)
    with relaying(server, Authority(tmp_path / "other").issue(HOST)) as relay:
        office.environ["EPICEVENTS_DATABASE_URL"] = server.url(
            sslrootcert=root, port=str(relay.port)
        )
        refused = office.process(
            "login", SOPHIE, "--password-stdin", "-o", "json", stdin=f"{PASSWORD}\n"
        )
    assert code_of(refused) == (7, "server_not_verified")
    assert relay.heard == b""


def test_a_file_that_is_no_certificate_is_said(office: Workstation, server: TlsServer) -> None:
    office.environ["EPICEVENTS_DATABASE_URL"] = server.url(sslrootcert="/nowhere")
    refused = office.process("login", SOPHIE, "--password-stdin", "-o", "json", stdin="x\n")
    assert code_of(refused) == (7, "server_not_verified")
    assert "sslrootcert" in refused.error()["message"]


# A private authority


def test_join_shows_the_authority_and_keeps_it_once_confirmed(
    office: Workstation, server: TlsServer, leaf: Certificate, authority: Authority
) -> None:
    server.present(leaf, authority.own)
    with office.terminal("join", "--database-url", server.url(), width=300) as child:
        child.expect_exact("does not trust the server's certificate")
        child.expect_exact(authority.own.fingerprint)
        answer(child, f"Trust it for {HOST} from now on?", "n")
        assert finish(child)[0] == 2
    assert not build_root_path(HOST, office.home).exists()
    with office.terminal("join", "--database-url", server.url(), width=300) as child:
        child.expect_exact("Epic Events")
        answer(child, f"Trust it for {HOST} from now on?", "y")
        assert finish(child)[0] == 0
    office.process("login", SOPHIE, "--password-stdin", stdin=f"{PASSWORD}\n").done()
    office.process("client", "list").done()
    with office.terminal("join") as child:
        status, said = finish(child)
    assert (status, "Trust it" in said) == (0, False)


def test_a_certificate_that_signed_itself_is_its_own_authority(
    office: Workstation, server: TlsServer, tmp_path: Path
) -> None:
    names = f"subjectAltName=DNS:{HOST}"
    server.present(self_signed(tmp_path / "itself", f"/CN={HOST}", names))
    with office.terminal("join", "--database-url", server.url(), width=300) as child:
        answer(child, "from now on?", "y")
        assert finish(child)[0] == 0
    office.process("login", SOPHIE, "--password-stdin", stdin=f"{PASSWORD}\n").done()


def test_an_authority_that_is_not_presented_is_asked_of_the_administrator(
    office: Workstation, server: TlsServer
) -> None:
    with office.terminal("join", "--database-url", server.url(), width=300) as child:
        status, said = finish(child)
    assert (status, "add sslrootcert=FILE" in said, "Trust it" in said) == (7, True, False)


def test_what_agrees_to_tls_and_does_not_speak_it_is_no_server(tmp_path: Path) -> None:
    server = _Mumbling()
    parameters = {"host": "127.0.0.1", "port": str(server.port)}
    with closing(server), pytest.raises(DatabaseUnavailable):
        find_private_authority(parameters)


class _Mumbling(Listener):
    def meet(self, guest: socket.socket) -> None:
        with guest:
            guest.recv(8)
            guest.sendall(b"S" + b"no handshake" * 20)
            guest.recv(4096)


def test_a_certificate_for_another_name_is_not_even_shown(
    office: Workstation, server: TlsServer, authority: Authority
) -> None:
    server.present(authority.issue("db.epic.example"), authority.own)
    with office.terminal("join", "--database-url", server.url(), width=300) as child:
        status, said = finish(child)
    assert (status, "Trust it" in said) == (7, False)


def test_without_a_terminal_the_fingerprint_is_told_and_nothing_kept(
    office: Workstation, server: TlsServer, leaf: Certificate, authority: Authority
) -> None:
    server.present(leaf, authority.own)
    refused = office.process("join", "--database-url", server.url())
    assert refused.status == 7
    assert authority.own.fingerprint in refused.err
    assert not build_root_path(HOST, office.home).exists()


def test_another_authority_than_the_one_agreed_to_is_refused(
    office: Workstation, server: TlsServer, leaf: Certificate, authority: Authority, tmp_path: Path
) -> None:
    server.present(leaf, authority.own)
    with office.terminal("join", "--database-url", server.url()) as child:
        answer(child, "from now on?", "y")
        assert finish(child)[0] == 0
    other = Authority(tmp_path / "other", "Mallory")
    server.present(other.issue(HOST), other.own)
    refused = office.process("login", SOPHIE, "--password-stdin", "-o", "json", stdin="x\n")
    assert code_of(refused) == (7, "server_not_verified")
    with office.terminal("join", width=300) as child:
        child.expect_exact("another authority than the one that you agreed to")
        answer(child, "from now on?", "n")
        assert finish(child)[0] == 2


def test_a_kept_authority_that_others_can_change_is_not_used(
    office: Workstation, server: TlsServer, leaf: Certificate, authority: Authority
) -> None:
    path = build_root_path(HOST, office.home)
    path.parent.mkdir()
    shutil.copy(authority.own.path, path)
    path.chmod(0o666)
    with pytest.raises(UsageFault, match="other people can change it"):
        complete_parameters(server.parameters, office.home)


@pytest.mark.parametrize("host", ["..", "../../x", "a/b", "db.example", "10.0.0.1,b"])
def test_a_kept_authority_lies_in_its_directory(host: str, tmp_path: Path) -> None:
    assert build_root_path(host, tmp_path).resolve().parent == tmp_path / "roots"


# A weaker sslmode that the URL itself names


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca"])
def test_it_is_obeyed_with_a_warning(
    office: Workstation, server: TlsServer, authority: Authority, tmp_path: Path, mode: str
) -> None:
    assert find_weaker_mode(server.parameters | {"sslmode": mode}) == mode
    url = server.url(sslmode=mode, sslrootcert=str(authority.own.path))
    warning = f"The server {HOST} is not verified, as its URL says sslmode={mode}"
    assert warning in " ".join(office.run("join", "--database-url", url).done().err.split())
    assert warning in " ".join(office.run("config").done().err.split())
    login = office.run("login", SOPHIE, "--password-stdin", stdin=f"{PASSWORD}\n").done()
    assert warning in " ".join(login.err.split())
    assert warning not in office.run("client", "list").done().err


def test_so_at_the_loopback_without_one(office: Workstation, server: TlsServer) -> None:
    url = server.url(host="127.0.0.1", sslmode="disable")
    assert "not verified" not in office.run("join", "--database-url", url).done().err


def test_init_warns_too(office: Workstation, server: TlsServer) -> None:
    office.environ["EPICEVENTS_ADMIN_DATABASE_URL"] = server.admin_url(sslmode="require")
    ran = office.run("init", "--database-url", server.url(sslmode="disable"), "--no-input")
    said = " ".join(ran.err.split())
    assert "sslmode=require: somebody" in said
    assert "sslmode=disable: somebody" in said


def test_init_asks_before_it_logs_in(office: Workstation, server: TlsServer) -> None:
    office.environ["EPICEVENTS_ADMIN_DATABASE_URL"] = server.admin_url(sslmode="require")
    with office.terminal("init", "--database-url", server.url(sslmode="require"), width=300) as it:
        it.expect_exact("is not verified")
        answer(it, f"Log in at {HOST}:{server.port} all the same?", "n")
        status, said = finish(it)
    assert (status, "not verified" in said) == (2, False)


def test_doctor_tells_encrypted_from_verified(office: Workstation, server: TlsServer) -> None:
    def checks(mode: str) -> dict[str, bool]:
        office.environ["EPICEVENTS_DATABASE_URL"] = server.url(sslmode=mode)
        ran = office.run("doctor", "--json")
        return {each["check"]: each["ok"] for each in ran.json() if "tls" in each["check"]}

    assert checks("disable") == {"tls": False, "tls_verified": False}
    assert checks("require") == {"tls": True, "tls_verified": False}


def test_a_login_at_an_unverified_server_is_asked_for_once(
    office: Workstation, server: TlsServer
) -> None:
    office.environ["EPICEVENTS_DATABASE_URL"] = server.url(sslmode="require")
    question = f"Log in at {HOST}:{server.port} all the same?"
    with office.terminal("login", SOPHIE, width=300) as child:
        answer(child, question, "n")
        status, said = finish(child)
    assert (status, "Password" in said) == (2, False)
    with office.terminal("login", SOPHIE, width=300) as child:
        answer(child, question, "y")
        answer(child, "Password: ", PASSWORD)
        assert finish(child)[0] == 0
    with office.terminal("login", SOPHIE, width=300) as child:
        answer(child, "Password: ", PASSWORD)
        status, said = finish(child)
    assert (status, question in said) == (0, False)
    office.environ["EPICEVENTS_DATABASE_URL"] = server.url(sslmode="prefer")  # which is weaker
    with office.terminal("login", SOPHIE, width=300) as child:
        answer(child, question, "n")
        assert finish(child)[0] == 2


def test_without_a_terminal_only_the_url_itself_says_so(
    office: Workstation, server: TlsServer
) -> None:
    words = ("login", SOPHIE, "--password-stdin", "--no-input", "-o", "json")
    office.environ["EPICEVENTS_DATABASE_URL"] = server.url()
    office.environ["PGSSLMODE"] = "require"
    refused = office.process(*words, stdin=f"{PASSWORD}\n")
    assert code_of(refused) == (7, "server_not_verified")
    office.environ["EPICEVENTS_DATABASE_URL"] = server.url(sslmode="require")
    office.process(*words, stdin=f"{PASSWORD}\n").done()


def test_what_a_relay_hears_of_a_login_opens_nothing_again(
    office: Workstation, server: TlsServer, tmp_path: Path
) -> None:
    """It takes over the session that it relays; the question before the login says so."""
    with relaying(server, Authority(tmp_path / "other").issue(HOST)) as relay:
        office.environ["EPICEVENTS_DATABASE_URL"] = server.url(
            sslmode="require", port=str(relay.port)
        )
        office.process("login", SOPHIE, "--password-stdin", stdin=f"{PASSWORD}\n").done()
    heard = relay.heard.decode("latin-1")
    (sent,) = re.findall(r"SELECT login_attempt\([^()]*\)", heard)
    with closing(connect(server.database.app)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("SELECT salt FROM login_challenge(%s)", (SOPHIE,))
        ((salt,),) = cursor.fetchall()
        derived = passwords.derive_key(PASSWORD, bytes(salt), passwords.CURRENT)
        assert derived.hex() not in heard
        with pytest.raises(psycopg2.errors.UniqueViolation):
            cursor.execute(sent)


def test_a_server_that_nobody_knows_is_not_told_the_login_s_password(
    office: Workstation, server: TlsServer, tmp_path: Path
) -> None:
    said = complete_parameters({"host": "db.example", "sslmode": "require"}, tmp_path)
    assert said["require_auth"] == "!password"
    chosen = complete_parameters(
        {"host": "db.example", "sslmode": "require", "require_auth": "password"}, tmp_path
    )
    assert chosen["require_auth"] == "password"


def test_without_tls_a_server_is_told_nothing(office: Workstation) -> None:
    with listening() as false:
        office.environ["EPICEVENTS_DATABASE_URL"] = false.url(host=HOST)
        refused = office.run("login", SOPHIE, "--password-stdin", "-o", "json", stdin="x\n")
    assert code_of(refused) == (7, "server_not_encrypted")
    assert (false.guests, false.said) == ([], [])


def test_a_backup_is_taken_from_the_same_verified_server(
    office: Workstation, server: TlsServer, leaf: Certificate, authority: Authority, tmp_path: Path
) -> None:
    office.environ["EPICEVENTS_DATABASE_URL"] = server.url()
    office.environ["EPICEVENTS_ADMIN_DATABASE_URL"] = server.admin_url()
    refused = office.process("db", "backup", str(tmp_path / "a.backup"))
    assert (refused.status, "is not trusted" in refused.err) == (7, True)
    path = build_root_path(HOST, office.home)
    path.parent.mkdir(mode=0o700)
    shutil.copy(authority.own.path, path)
    office.process("db", "backup", str(tmp_path / "a.backup")).done()
    assert (tmp_path / "a.backup").exists()
