import contextlib
import os
import re
import shlex
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm.domain.errors import NotLoggedIn
from crm.security import session_file, tokens

NOBODY = 65534
SESSION = tokens.Session("secret", 7, datetime(2030, 1, 1, tzinfo=UTC), "", "")
HEAD = tokens.issue_token(SESSION, "k" * 32).partition(".")[0]
THESIS = "Of the Conservation of Forces"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    """Whatever would hang fails instead."""

    def fail(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "session" / "token"


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def nobody() -> Iterator[None]:
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def ours(text: str) -> str:
    """Return what is known to be this program's by its beginning."""
    return f"{HEAD}.{text}"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def refusal_of_reading(path: Path) -> NotLoggedIn:
    with pytest.raises(NotLoggedIn) as refusal:
        session_file.read_token(path)
    assert refusal.value.hint
    assert str(path) in refusal.value.message
    return refusal.value


def refusal_of_writing(path: Path) -> NotLoggedIn:
    with pytest.raises(NotLoggedIn) as refusal:
        session_file.write_token(path, "secret-token")
    assert refusal.value.code == "unwritable_token_file"
    assert "secret-token" not in refusal.value.message
    assert refusal.value.exit_code == 4
    return refusal.value


def test_what_is_written_is_read_and_removed(path: Path) -> None:
    assert session_file.read_token(path) is None
    session_file.write_token(path, ours("one"))
    assert session_file.read_token(path) == ours("one")
    session_file.write_token(path, ours("two"))
    assert session_file.read_token(path) == ours("two")
    session_file.remove_token(path)
    assert session_file.read_token(path) is None
    session_file.remove_token(path)
    assert list(path.parent.iterdir()) == []


def test_a_blank_file_is_nobody_logged_in(path: Path) -> None:
    session_file.write_token(path, "")
    assert session_file.read_token(path) is None
    path.write_text(" \n")
    assert session_file.read_token(path) is None


def test_a_line_end_that_an_editor_left_is_no_part_of_the_token(path: Path) -> None:
    session_file.write_token(path, ours("a token\r\n"))
    assert session_file.read_token(path) == ours("a token")


def test_a_relative_path_is_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    session_file.write_token(Path("token"), ours("here"))
    session_file.write_token(Path("a/b/token"), ours("there"))
    assert (tmp_path / "token").read_text() == ours("here")
    assert session_file.read_token(Path("a/b/token")) == ours("there")
    assert mode(tmp_path / "a") == mode(tmp_path / "a/b") == 0o700


# Who may read it


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_only_the_owner_may_read_it_under_any_umask(path: Path, mask: int) -> None:
    with umask(mask):
        session_file.write_token(path, ours("one"))
        session_file.write_token(path, ours("two"))
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700
    assert mode(path.parent.parent) == 0o700


def test_it_is_never_open_for_a_moment(path: Path) -> None:
    path.parent.mkdir(parents=True)
    seen = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            for entry in os.scandir(path.parent):
                try:
                    seen.add(stat.S_IMODE(entry.stat(follow_symlinks=False).st_mode))
                except FileNotFoundError:
                    continue

    watcher = threading.Thread(target=watch)
    with umask(0):
        watcher.start()
        for number in range(100):
            session_file.write_token(path, ours(f"{number}"))
        done.set()
        watcher.join()
    assert seen == {0o600}


def test_a_directory_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    session_file.write_token(tmp_path / "token", ours("token"))
    assert mode(tmp_path) == 0o755
    assert mode(tmp_path / "token") == 0o600


@pytest.mark.parametrize("bits", [0o644, 0o640, 0o604, 0o620, 0o602, 0o601, 0o610])
def test_a_file_that_others_may_use_is_refused_with_the_remedy(path: Path, bits: int) -> None:
    session_file.write_token(path, ours("token"))
    path.chmod(bits)
    error = refusal_of_reading(path)
    assert error.code == "unsafe_token_file"
    assert error.hint
    assert f"chmod 600 {path}" in error.hint
    path.chmod(0o600)
    assert session_file.read_token(path) == ours("token")


def test_the_remedy_can_be_pasted_into_a_shell(tmp_path: Path) -> None:
    path = tmp_path / "my file; touch x"
    session_file.write_token(path, ours("token"))
    path.chmod(0o644)
    hint = refusal_of_reading(path).hint
    assert hint
    assert shlex.split(hint.partition("chmod")[2]) == ["600", str(path)]


def test_writing_again_closes_what_was_open(path: Path) -> None:
    session_file.write_token(path, ours("old"))
    path.chmod(0o666)
    session_file.write_token(path, ours("new"))
    assert mode(path) == 0o600
    assert session_file.read_token(path) == ours("new")


@as_root
def test_a_file_of_somebody_else_is_refused(path: Path) -> None:
    session_file.write_token(path, ours("planted"))
    os.chown(path, NOBODY, NOBODY)
    error = refusal_of_reading(path)
    assert error.code == "unsafe_token_file"
    assert "somebody else" in error.message
    refusal_of_replacing(path)
    assert path.read_text() == ours("planted")


# What else may lie there


def test_a_link_is_not_followed_when_reading(path: Path, tmp_path: Path) -> None:
    session_file.write_token(path.with_name("real"), ours("token"))
    path.symlink_to(path.with_name("real"))
    assert refusal_of_reading(path).code == "unsafe_token_file"
    path.unlink()
    path.symlink_to(tmp_path / "nowhere")
    assert refusal_of_reading(path).code == "unsafe_token_file"


# What is not ours stays


def refusal_of_replacing(path: Path) -> None:
    with pytest.raises(NotLoggedIn, match=re.escape(str(path))) as writing:
        session_file.write_token(path, ours("new"))
    with pytest.raises(NotLoggedIn, match=re.escape(str(path))) as removing:
        session_file.remove_token(path)
    assert writing.value.code == removing.value.code == "unsafe_token_file"


@pytest.mark.parametrize(
    "text",
    [
        THESIS,
        THESIS * 10_000,
        "one.two.three",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.c2ln",  # another program's
        f" {THESIS}\n{HEAD}",
        "\0",
    ],
)
@pytest.mark.parametrize("bits", [0o600, 0o644])
def test_a_file_that_is_no_token_is_neither_replaced_nor_removed(
    path: Path, text: str, bits: int
) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(text)
    path.chmod(bits)
    refusal_of_replacing(path)
    assert path.read_text() == text
    assert mode(path) == bits


def test_a_link_is_neither_replaced_nor_removed(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    for text in (THESIS, ours("token")):
        target.write_text(text)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)
        refusal_of_replacing(path)
        assert (path.readlink(), target.read_text()) == (target, text)
        path.unlink()


def test_a_hard_link_to_another_file_of_mine_is_left_alone(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text(THESIS)
    path.parent.mkdir(parents=True)
    path.hardlink_to(target)
    refusal_of_replacing(path)
    assert path.samefile(target)


@pytest.mark.parametrize("text", [HEAD, HEAD + ".cut", ours("\ufffd\0")])
def test_a_token_that_is_cut_or_damaged_is_replaced(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(text)
    session_file.write_token(path, ours("new"))
    assert session_file.read_token(path) == ours("new")


def test_a_fifo_does_not_hang(path: Path) -> None:
    path.parent.mkdir(parents=True)
    os.mkfifo(path, 0o600)
    assert refusal_of_reading(path).code == "unsafe_token_file"
    refusal_of_replacing(path)
    assert path.is_fifo()


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_refused(device: str) -> None:
    assert refusal_of_reading(Path(device)).code == "unsafe_token_file"


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("token")
        assert refusal_of_reading(Path("token")).code == "unsafe_token_file"


def test_a_directory_is_refused(path: Path) -> None:
    (path / "inside").mkdir(parents=True)
    assert refusal_of_reading(path).code == "unsafe_token_file"
    refusal_of_replacing(path)
    assert [entry.name for entry in path.parent.iterdir()] == ["token"]


def test_a_huge_file_is_refused_at_once(path: Path) -> None:
    session_file.write_token(path, ours("token"))
    os.truncate(path, 2**40)
    assert refusal_of_reading(path).code == "unsafe_token_file"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux")
def test_reading_leaves_no_file_open(path: Path) -> None:
    session_file.write_token(path, ours("token"))
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for bits in (0o600, 0o644) * 10:
        path.chmod(bits)
        with contextlib.suppress(NotLoggedIn):
            session_file.read_token(path)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_bytes_that_are_no_text_are_for_the_token_s_reader_to_refuse(path: Path) -> None:
    session_file.write_token(path, "")
    path.write_bytes(b"\xff\xfe\x00token")
    assert session_file.read_token(path) == "\ufffd\ufffd\0token"


# What the system refuses


def test_a_file_where_the_directory_should_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    assert refusal_of_reading(tmp_path / "home" / "token").code == "unreadable_token_file"
    refusal_of_writing(tmp_path / "home" / "token")


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 300])
def test_a_path_that_cannot_be_is_said(tmp_path: Path, name: str) -> None:
    assert refusal_of_reading(tmp_path / name).code == "unreadable_token_file"
    refusal_of_writing(tmp_path / name)
    with pytest.raises(NotLoggedIn):
        session_file.remove_token(tmp_path / name)


@as_root
def test_a_directory_that_is_closed_is_said(path: Path) -> None:
    session_file.write_token(path, ours("token"))
    with nobody():
        error = refusal_of_reading(path)
        assert error.code == "unreadable_token_file"
        assert "Permission denied" in error.message
        assert "Permission denied" in refusal_of_writing(path).message
        with pytest.raises(NotLoggedIn, match="Permission denied"):
            session_file.remove_token(path)
    assert session_file.read_token(path) == ours("token")


def test_a_full_disk_leaves_the_old_token_and_nothing_else(path: Path) -> None:
    program = f"""
import resource, signal, sys
from pathlib import Path
from crm.domain.errors import NotLoggedIn
from crm.security import session_file
path = Path({str(path)!r})
session_file.write_token(path, {ours("old")!r})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    session_file.write_token(path, {ours("new")!r} * 100)
except NotLoggedIn as error:
    sys.exit(error.code)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stderr == "unwritable_token_file\n"
    assert session_file.read_token(path) == ours("old")
    assert [entry.name for entry in path.parent.iterdir()] == ["token"]


# Races


def test_a_reader_sees_the_old_token_or_the_new_never_half_of_one(path: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from crm.security import session_file
letter = sys.argv[1]
print("ready", flush=True)
sys.stdin.readline()
for number in range(150):
    session_file.write_token(Path({str(path)!r}), {ours("")!r} + letter * 4000)
"""
    session_file.write_token(path, ours("z" * 4000))
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", program, letter],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for letter in "ab"
    ]
    for writer in writers:
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin
        writer.stdin.write("go\n")
        writer.stdin.flush()
    seen = set()
    while any(writer.poll() is None for writer in writers):
        seen.add(session_file.read_token(path))
    seen.add(session_file.read_token(path))
    for writer in writers:
        writer.communicate()
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen <= {ours(letter * 4000) for letter in "zab"}
    assert {ours("a" * 4000), ours("b" * 4000)} & seen
    assert [entry.name for entry in path.parent.iterdir()] == ["token"]


def test_threads_that_log_in_at_once_leave_one_whole_token(path: Path) -> None:
    barrier = threading.Barrier(8)
    failures: list[BaseException] = []

    def log_in(letter: str) -> None:
        try:
            barrier.wait()
            session_file.write_token(path, ours(letter * 3000))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=log_in, args=(letter,)) for letter in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    token = session_file.read_token(path)
    assert token in {ours(letter * 3000) for letter in "abcdefgh"}
    assert [entry.name for entry in path.parent.iterdir()] == ["token"]
