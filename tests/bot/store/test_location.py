"""Where the file of the store may be."""

import pytest

from bot.store.location import (
    checked,
    file_system,
    for_asyncpg,
    secrets_of,
    usual_folder,
    why_not,
    without_password,
)

MOUNTS = """overlay / overlay rw 0 0
/dev/sda1 /data ext4 rw 0 0
tmpfs /data/cache tmpfs rw 0 0
server:/export /mnt/team\\040share nfs4 rw 0 0
/dev/sdb1 /srv ext4 rw 0 0
tmpfs /srv tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "overlay"),
        ("/home/ana/.local", "overlay"),
        ("/data", "ext4"),
        ("/data/simsessions", "ext4"),
        ("/database", "overlay"),
        ("/data/cache/a/b", "tmpfs"),
        ("/mnt/team share/sims", "nfs4"),
        ("/srv/x", "tmpfs"),
    ],
)
def test_the_nearest_mount_counts(tmp_path, path, kind):
    """The longest way that fits, whole names only, and of two on one place the later."""
    assert kind == file_system(tmp_path.__class__(path), MOUNTS)


def test_without_a_list_of_mounts_nothing_is_known(tmp_path):
    """Where there is no /proc the kind is unknown, and nothing is refused."""
    assert "" == file_system(tmp_path, "")
    assert "" == why_not(tmp_path / "sims.db", tmp_path / "mounts")


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("tmpfs", "in memory only"),
        ("ramfs", "in memory only"),
        ("overlay", "the container's own"),
        ("nfs4", "network file system"),
        ("cifs", "network file system"),
        ("fuse.sshfs", "network file system"),
        ("ext4", ""),
        ("xfs", ""),
        ("btrfs", ""),
        ("zfs", ""),
        ("apfs", ""),
        ("virtiofs", ""),
    ],
)
def test_a_file_must_last(tmp_path, kind, why):
    """Memory, a container's own layer and network disks are refused, and named; disks are not."""
    mounts = tmp_path / "mounts"
    mounts.write_text(f"what {tmp_path.resolve()} {kind} rw 0 0\n")
    told = why_not(tmp_path / "not" / "yet" / "sims.db", mounts)

    assert bool(why) == bool(told)
    assert why in told


def test_a_file_in_the_way_is_no_folder(tmp_path):
    """Where a folder should be made stands a file."""
    (tmp_path / "data").write_text("")

    assert why_not(tmp_path / "data" / "sims.db", tmp_path / "none").endswith("is no folder")


def test_a_folder_of_somebody_else(nobody):
    """A folder without leave to write is told before anything is tried."""
    with nobody() as folder:
        folder.chmod(0o500)
        told = why_not(folder / "sims.db", folder / "none")

    assert f"{folder} may not be written to by this user" == told


@pytest.mark.parametrize(
    ("xdg", "folder"),
    [
        ("", "/home/ana/.local/share/simsessions"),
        ("relative", "/home/ana/.local/share/simsessions"),
        ("/xdg", "/xdg/simsessions"),
    ],
)
def test_the_usual_folder(tmp_path, xdg, folder):
    """A person's data folder, unless an absolute XDG_DATA_HOME says otherwise."""
    assert folder == str(usual_folder(tmp_path.__class__("/home/ana"), xdg))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("postgresql://bot@db/sims", "postgresql://bot@db/sims"),
        ("postgres://bot:x@db:6432/sims", "postgresql://bot:x@db:6432/sims"),
        ("postgresql+asyncpg://bot@db/sims", "postgresql://bot@db/sims"),
        ("POSTGRESQL://bot@db/sims", "postgresql://bot@db/sims"),
        ("postgresql://bot@/sims?host=/run/pg", "postgresql://bot@/sims?host=/run/pg"),
        ("postgresql://bot@a:1,b:2/sims", "postgresql://bot@a:1,b:2/sims"),
        ("postgresql://bot@[::1]:5432/sims", "postgresql://bot@[::1]:5432/sims"),
        ("postgresql://db?dbname=sims", "postgresql://db?dbname=sims"),
        ("sqlite:////data/sims.db", "sqlite:////data/sims.db"),
        ("sqlite:///sims.db", "sqlite:///sims.db"),
        ("sqlite+aiosqlite:////data/a%20b.db", "sqlite:////data/a b.db"),
    ],
)
def test_what_is_taken(typed, read):
    """The spellings that people copy from elsewhere come out in one form."""
    assert read == checked(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "hush",
        "mysql://bot:hush@db/sims",
        "postgresql://",
        "postgresql://bot:hush@db",
        "postgresql://bot:hush@db/",
        "postgresql://bot:hu/sh@db/sims",
        "postgresql://bot:hu#sh@db/sims",
        "postgresql://bot:hush@db:port/sims",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///file:hush?mode=memory",
        "sqlite://hush/sims.db",
    ],
)
def test_what_is_refused(typed):
    """What cannot be a store is told with what to write, and never quoted."""
    with pytest.raises(ValueError, match=r"write (postgresql|sqlite)://") as refused:
        checked(typed)

    assert "hu" not in str(refused.value).replace("such", "")


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("postgresql://bot:p%40ss@db/sims", {"p%40ss", "p@ss"}),
        ("postgresql://db/sims?user=bot&password=hush", {"hush"}),
        ("postgresql://bot@db/sims", set()),
        ("sqlite:////data/sims.db", set()),
        ("", set()),
    ],
)
def test_passwords_are_known_as_secrets(url, secrets):
    """The password is given as it is written and as it is meant."""
    assert secrets == set(secrets_of(url))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://bot:hush@db:6432/sims?sslmode=require", "bot@db:6432/sims"),
        ("postgresql://db/sims?password=hush", "db/sims"),
        ("postgresql://bot@/sims?host=/run/pg", "bot@/run/pg/sims"),
        ("sqlite:////data/sims.db", "/data/sims.db"),
    ],
)
def test_what_is_shown(url, shown):
    """Where the store is can be said without its password."""
    assert shown == without_password(url)


def test_what_only_libpq_knows_is_left_out():
    """Options of other clients, which hosts put into their URLs, do not reach the server."""
    url = "postgresql://bot@db/sims?sslmode=require&channel_binding=require&connect_timeout=10"

    assert "postgresql://bot@db/sims?sslmode=require" == for_asyncpg(url)
