"""Where the file of the store may be."""

from pathlib import Path

import pytest

from bot.store.location import (
    checked_url,
    file_system,
    for_asyncpg,
    secrets_of,
    usual_folder,
    without_password,
    write_fault,
)

MOUNTS = """overlay / overlay rw 0 0
/dev/sda1 /data ext4 rw 0 0
tmpfs /data/cache tmpfs rw 0 0
server:/export /mnt/team\\040share nfs4 rw 0 0
/dev/sdb1 /srv ext4 rw 0 0
tmpfs /srv tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("kind", "paths"),
    [
        ("overlay", ["/", "/home/ana/.local", "/database"]),
        ("ext4", ["/data", "/data/simsessions"]),
        ("tmpfs", ["/data/cache/a/b", "/srv/x"]),
        ("nfs4", ["/mnt/team share/sims"]),
    ],
)
def test_the_nearest_mount_counts(kind, paths):
    """The longest path that fits, whole names only, and of two mounts in one place the later."""
    assert dict.fromkeys(paths, kind) == {p: file_system(Path(p), MOUNTS) for p in paths}


def test_without_a_list_of_mounts_nothing_is_known(tmp_path):
    """Where there is no /proc the kind is unknown, and nothing is refused."""
    assert "" == file_system(tmp_path, "")
    assert "" == write_fault(tmp_path / "sims.db", tmp_path / "mounts")


@pytest.mark.parametrize(
    ("why", "kinds"),
    [
        ("in memory only", ["tmpfs", "ramfs"]),
        ("the container's own", ["overlay"]),
        ("network file system", ["nfs4", "cifs", "fuse.sshfs"]),
        ("", ["ext4", "xfs", "btrfs", "zfs", "apfs", "virtiofs"]),
    ],
)
def test_a_file_must_last(tmp_path, why, kinds):
    """Memory, a container's own layer and network disks are refused, and named; disks are not."""
    for kind in kinds:
        mounts = tmp_path / "mounts"
        mounts.write_text(f"what {tmp_path.resolve()} {kind} rw 0 0\n")
        said = write_fault(tmp_path / "not" / "yet" / "sims.db", mounts)

        assert (kind, bool(why)) == (kind, bool(said))
        assert why in said, kind


def test_a_file_in_the_way_is_no_folder(tmp_path):
    """Where a folder should be made stands a file."""
    (tmp_path / "data").write_text("")

    assert write_fault(tmp_path / "data" / "sims.db", tmp_path / "none").endswith("is no folder")


def test_a_folder_of_somebody_else(nobody):
    """A folder without leave to write is found out before anything is tried."""
    with nobody() as folder:
        folder.chmod(0o500)
        said = write_fault(folder / "sims.db", folder / "none")

    assert f"{folder} may not be written to by this user" == said


def test_the_usual_folder():
    """A person's data folder, unless an absolute XDG_DATA_HOME says otherwise."""
    usual, home = "/home/ana/.local/share/simsessions", Path("/home/ana")

    assert {"": usual, "relative": usual, "/xdg": "/xdg/simsessions"} == {
        xdg: str(usual_folder(home, xdg)) for xdg in ("", "relative", "/xdg")
    }


SAME = (
    "postgresql://bot@db/sims postgresql://bot@/sims?host=/run/pg postgresql://bot@a:1,b:2/sims "
    "postgresql://bot@[::1]:5432/sims postgresql://db?dbname=sims sqlite:////data/sims.db "
    "sqlite:///sims.db"
)
MENDED = {
    "postgres://bot:x@db:6432/sims": "postgresql://bot:x@db:6432/sims",
    "postgresql+asyncpg://bot@db/sims": "postgresql://bot@db/sims",
    "POSTGRESQL://bot@db/sims": "postgresql://bot@db/sims",
    "sqlite+aiosqlite:////data/a%20b.db": "sqlite:////data/a b.db",
}


def test_what_is_taken():
    """The spellings that people copy from elsewhere come out in one form."""
    expected = {url: url for url in SAME.split()} | MENDED

    assert expected == {typed: checked_url(typed) for typed in expected}


@pytest.mark.parametrize(
    "typed",
    [
        *("", "hush", "mysql://bot:hush@db/sims"),
        *("postgresql://", "postgresql://bot:hush@db", "postgresql://bot:hush@db/"),
        *("postgresql://bot:hu/sh@db/sims", "postgresql://bot:hu#sh@db/sims"),
        *("postgresql://bot:hush@db:port/sims", "sqlite://", "sqlite:///", "sqlite:///:memory:"),
        *("sqlite:///file:hush?mode=memory", "sqlite://hush/sims.db"),
    ],
)
def test_what_is_refused(typed):
    """What cannot be a store is refused with what to write, and never quoted."""
    with pytest.raises(ValueError, match=r"write (postgresql|sqlite)://") as refused:
        checked_url(typed)

    assert "hu" not in str(refused.value).replace("such", "")


@pytest.mark.parametrize(
    ("url", "secrets", "shown"),
    [
        ("postgresql://bot:p%40ss@db/sims", {"p%40ss", "p@ss"}, "bot@db/sims"),
        ("postgresql://bot:hush@db:6432/sims?sslmode=require", {"hush"}, "bot@db:6432/sims"),
        ("postgresql://db/sims?user=bot&password=hush", {"hush"}, "db/sims"),
        ("postgresql://bot@/sims?host=/run/pg", set(), "bot@/run/pg/sims"),
        ("sqlite:////data/sims.db", set(), "/data/sims.db"),
    ],
)
def test_a_password_is_a_secret(url, secrets, shown):
    """It is known as written and as meant, and where the store is can be said without it."""
    assert (secrets, shown) == (set(secrets_of(url)), without_password(url))
    assert () == secrets_of("")


def test_what_only_libpq_knows_is_left_out():
    """Options of other clients, which hosts put into their URLs, do not reach the server."""
    url = "postgresql://bot@db/sims?sslmode=require&channel_binding=require&connect_timeout=10"

    assert "postgresql://bot@db/sims?sslmode=require" == for_asyncpg(url)
