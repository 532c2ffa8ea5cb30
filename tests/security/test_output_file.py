"""--output-file on a shared machine: somebody else's link does not choose what is replaced."""

import os
from pathlib import Path

import pytest

from crm.cli.output.files import replace_file
from crm.domain.errors import UsageFault

NOBODY = 65534
OURS = b"mine"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A directory such as /tmp; beside it, ours: a file that a link may lead to."""
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    ours = tmp_path / "ours"
    ours.mkdir()
    (ours / "clients.csv").write_bytes(OURS)
    return shared


def link(path: Path, target: Path | str, owner: int = NOBODY) -> Path:
    path.symlink_to(target)
    os.chown(path, owner, -1, follow_symlinks=False)
    return path


def write(path: Path) -> None:
    with replace_file(path) as file:
        file.write(b"new")


@as_root
def test_a_foreign_link_is_refused_wherever_it_lies(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = tmp_path / "ours"
    file = ours / "clients.csv"
    direct = link(shared / "direct.csv", file)
    folder = link(shared / "folder", "../ours")
    dangling = link(shared / "dangling.csv", ours / "made.csv")
    by_ours = link(ours / "by_ours.csv", direct, os.geteuid())
    by_folder = link(ours / "by_folder.csv", "../shared/folder/clients.csv", os.geteuid())
    upwards = shared / "folder" / ".." / "ours" / "clients.csv"
    monkeypatch.chdir(shared)
    for path, found in (
        (direct, direct), (folder / "clients.csv", folder), (dangling, dangling),
        (by_ours, direct), (by_folder, folder), (upwards, folder), (Path("direct.csv"), direct),
    ):  # fmt: skip
        with pytest.raises(UsageFault) as refusal:
            write(path)
        assert refusal.value.code == "foreign_link"
        assert str(found) in refusal.value.message
    assert file.read_bytes() == OURS
    assert not (ours / "made.csv").exists()


def test_ones_own_link_stays_and_what_it_leads_to_is_replaced(shared: Path, tmp_path: Path) -> None:
    file = tmp_path / "ours" / "clients.csv"
    first = link(shared / "first.csv", "../ours/clients.csv", os.geteuid())
    second = link(shared / "second.csv", first, os.geteuid())
    write(second)
    assert file.read_bytes() == b"new"
    assert first.is_symlink()
    assert second.is_symlink()


def test_another_name_of_a_file_keeps_what_it_holds(shared: Path, tmp_path: Path) -> None:
    file = tmp_path / "ours" / "clients.csv"
    name = shared / "name.csv"
    name.hardlink_to(file)
    write(name)
    assert (file.read_bytes(), name.read_bytes()) == (OURS, b"new")


def test_a_fifo_a_device_and_a_ring_are_refused(shared: Path) -> None:
    os.mkfifo(shared / "fifo.csv")
    for path in (shared / "fifo.csv", Path(os.devnull)):
        with pytest.raises(UsageFault, match="not a file"):
            write(path)
    ring = link(shared / "ring.csv", "ring.csv", os.geteuid())
    with pytest.raises(OSError, match="symbolic links"):
        write(ring)


def test_the_owner_of_a_link_is_compared_with_who_writes(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = link(shared / "found.csv", tmp_path / "ours" / "clients.csv", os.geteuid() or NOBODY)
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY - 1)
    with pytest.raises(UsageFault) as refusal:
        write(found)
    assert refusal.value.code == "foreign_link"
