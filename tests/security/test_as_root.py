"""As root on a shared machine: the server is another user, who learns nothing and opens nothing."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.clusters import as_root, ask, mode, passable_directory, stopped
from support.places import in_memory

from crm.domain.errors import DatabaseUnavailable
from crm.embedded import Cluster, reach

SECRET = "4711\n$6$salt$hash-of-roots-password\n"

MARK = "epicevents.origin"

pytestmark = as_root


@pytest.fixture(scope="module")
def made() -> Iterator[Cluster]:
    with passable_directory(in_memory()) as place:
        (place / "secret").write_text(SECRET)
        (place / "secret").chmod(0o600)
        cluster = Cluster(place / "home", fast=True)
        with stopped(cluster):
            cluster.start()
            cluster.stop()
            yield cluster


@pytest.fixture(params=["link", "second name", "fifo", "directory"])
def laid(request: pytest.FixtureRequest, made: Cluster) -> Iterator[Callable[[str], Path]]:
    """Lay something of the server's user in the place of a file, and put that back."""
    secret = made.home.parent / "secret"
    kept: list[Path] = []

    def lay(name: str) -> Path:
        path = made.data / name
        kept.append(path)
        if path.exists():
            path.rename(made.home / name)
        match request.param:
            case "link":
                path.symlink_to(secret)
            case "second name":
                path.hardlink_to(secret)
            case "fifo":
                os.mkfifo(path)
            case _:
                path.mkdir()
        return path

    yield lay
    for path in kept:
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        path.unlink(missing_ok=True)
        if (made.home / path.name).exists():
            (made.home / path.name).rename(path)
    assert secret.read_text() == SECRET
    assert (mode(secret), secret.stat().st_uid) == ("0600", 0)


def readable_by_the_server(cluster: Cluster) -> str:
    """All that its user can read in the data directory."""
    owner = cluster.data.stat().st_uid
    found = subprocess.run(
        ["grep", "-rs", "hash-of-roots-password", "."],
        cwd=cluster.data, user=owner, group=owner, extra_groups=[], capture_output=True, text=True,
    )  # fmt: skip
    return found.stdout


def told_by_a_start(cluster: Cluster) -> str:
    """What a start says that may fail, of which nobody hangs."""
    try:
        cluster.start()
    except DatabaseUnavailable as error:
        return f"{error.message} {error.hint}"
    finally:
        cluster.stop()
    return ""


@pytest.mark.parametrize("name", ["postmaster.pid", "PG_VERSION", "server.log", MARK])
def test_no_file_of_the_server_is_read_through_a_link(
    made: Cluster, laid: Callable[[str], Path], name: str
) -> None:
    laid(name)
    said = told_by_a_start(made)
    assert "4711" not in said
    assert "hash-of-roots-password" not in said
    assert readable_by_the_server(made) == ""


@pytest.mark.parametrize("name", ["epicevents.conf", "server.log.1"])
def test_none_is_written_through_a_link(
    made: Cluster, laid: Callable[[str], Path], name: str
) -> None:
    laid(name)
    told_by_a_start(made)
    assert readable_by_the_server(made) == ""  # and what the link names is as it was


def test_the_directories_above_keep_their_mode() -> None:
    with passable_directory(in_memory()) as place:
        for closed in (0o700, 0o750, 0o755):
            above = place / f"{closed:o}"
            above.mkdir()
            above.chmod(closed)
            cluster = Cluster(above / "home", fast=True)
            with stopped(cluster):
                cluster.start()
                assert ask(cluster, "SELECT 1") == 1
                cluster.stop()
                Cluster(above / "home", fast=True).start()
                assert mode(above) == f"{closed:04o}"
                assert cluster.data.is_relative_to(reach.APART) == (closed != 0o755)
                cluster.remove()
                assert not cluster.data.exists()
                assert not cluster.socket_directory.exists()


def test_a_home_that_is_closed_later_says_so(made: Cluster) -> None:
    place = made.home.parent
    place.chmod(0o700)
    try:
        with pytest.raises(DatabaseUnavailable, match="cannot enter") as caught:
            Cluster(made.home, fast=True).start()
        assert caught.value.code == "no_way_in"
        assert mode(place) == "0700"
    finally:
        place.chmod(0o711)
