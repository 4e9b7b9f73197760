"""Where the store may be: its URL, the usual folder, and disks on which a file lasts.

https://www.sqlite.org/wal.html#noshm: a write-ahead log needs memory that all processes share,
which network file systems do not give.
"""

import os
import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

FILE_NAME = "simsessions.db"
MOUNTS = Path("/proc/mounts")
IN_MEMORY = frozenset({"tmpfs", "ramfs", "rootfs"})
OF_A_CONTAINER = frozenset({"overlay", "aufs", "fuse-overlayfs", "fuse.fuse-overlayfs"})
OVER_THE_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "lustre", "afs", "beegfs", "gpfs"}
    | {"glusterfs", "fuse.glusterfs", "fuse.sshfs", "fuse.s3fs", "fuse.ceph", "fuse.rclone"}
)
SQLITE = "sqlite:///"
HOW = "write postgresql://user:password@host/database, or sqlite:////folder/file.db"
# libpq's, or of other clients: asyncpg would take them for settings of the server and be refused
NOT_ASYNCPGS = frozenset(
    {"channel_binding", "connect_timeout", "fallback_application_name", "gssencmode", "keepalives"}
    | {"keepalives_idle", "keepalives_interval", "keepalives_count", "load_balance_hosts"}
    | {"pgbouncer", "schema", "sslcompression", "sslsni", "tcp_user_timeout"}
)
# several hosts are those of a cluster: whoever of them takes changes is used
A_HOST = re.compile(r"((\[[0-9a-fA-F:.]+\]|[\w.-]*)(:\d{1,5})?,?)*")


def usual_folder(home: Path, xdg_data_home: str) -> Path:
    """Return the folder of a person's programs' data; a relative `xdg_data_home` is ignored."""
    if Path(xdg_data_home).is_absolute():
        return Path(xdg_data_home) / "simsessions"
    return home / ".local" / "share" / "simsessions"


def file_system(path: Path, mounts: str) -> str:
    """Return the kind of file system that `path` is on, from the text of /proc/mounts, or ""."""
    kinds = {}
    for line in mounts.splitlines():
        _, where, kind, *_ = [*line.split(" "), "", "", ""]
        kinds[Path(_unescaped(where))] = kind  # a later mount hides an earlier one
    return next((kinds[each] for each in (path, *path.parents) if each in kinds), "")


def write_fault(path: Path, mounts: Path = MOUNTS) -> str:
    """Say why a file at `path` cannot last or be written; "" where all is well."""
    folder = nearest_folder(path.absolute().parent)
    if not folder.is_dir():
        return f"{folder} is no folder"
    if not _may_write(folder) and not is_read_only_disk(folder):
        return f"{folder} may not be written to by this user"
    return _why_not_on(file_system(folder.resolve(), _read(mounts)), folder)


def _why_not_on(kind: str, folder: Path) -> str:
    if kind in IN_MEMORY:
        return f"{folder} is in memory only ({kind}) and gone with the next start"
    if kind in OF_A_CONTAINER:
        return f"{folder} is the container's own ({kind}) and gone with it; mount a volume there"
    if kind in OVER_THE_NETWORK:
        return f"{folder} is on a network file system ({kind}), where SQLite's log does not work"
    return ""


def nearest_folder(folder: Path) -> Path:
    """Return the folder, or the nearest above it that is there: the rest would be made."""
    return next(each for each in (folder, *folder.parents) if each.exists())


def _may_write(folder: Path) -> bool:
    as_acting = os.access in os.supports_effective_ids
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=as_acting)


def is_read_only_disk(folder: Path) -> bool:
    """Return whether the disk takes no changes: that may pass, and what is there can be read."""
    return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def _read(mounts: Path) -> str:
    try:
        return mounts.read_text(errors="replace")
    except OSError:  # not Linux
        return ""


def _unescaped(where: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), where)


def checked_url(text: str) -> str:
    """Return the URL as `sqlite:///path` or `postgresql://…`. Raises ValueError without it."""
    scheme = re.sub(r"\+\w+$", "", text.partition("://")[0].lower())
    rest = text.partition("://")[2]
    if scheme == "sqlite":
        return _checked_file(rest)
    if scheme not in {"postgresql", "postgres"} or not rest:
        msg = f"is no URL of a store; {HOW}"
        raise ValueError(msg)
    return _checked_server(f"postgresql://{rest}")


def _checked_file(rest: str) -> str:
    path = unquote(rest.removeprefix("/"))
    if not rest.startswith("/") or not path or path == ":memory:" or path.startswith("file:"):
        msg = "names no file; write sqlite:////folder/file.db, with four slashes"
        raise ValueError(msg)
    return SQLITE + path


def _checked_server(url: str) -> str:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    hosts = parts.netloc.rpartition("@")[2]
    if not (A_HOST.fullmatch(hosts) and (hosts or "host" in query)):
        msg = f"cannot be read; {HOW}; in the password, write / @ : ? # as %2F %40 %3A %3F %23"
        raise ValueError(msg)
    if not parts.path.strip("/") and "dbname" not in query:
        msg = f"names no database; {HOW}"
        raise ValueError(msg)
    return url


def for_asyncpg(url: str) -> str:
    """Return a server's URL without what only libpq understands."""
    parts = urlsplit(url)
    kept = [(k, v) for k, v in parse_qsl(parts.query) if k not in NOT_ASYNCPGS]
    return urlunsplit(parts._replace(query=urlencode(kept)))


def secrets_of(url: str) -> tuple[str, ...]:
    """Return what may stand in no log: the password as written and as meant."""
    password = urlsplit(url).password or dict(parse_qsl(urlsplit(url).query)).get("password", "")
    return tuple({password, unquote(password)} - {""})


def without_password(url: str) -> str:
    """Say where the store is: the file, or user, host and database."""
    if url.startswith(SQLITE):
        return url.removeprefix(SQLITE)
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    user = f"{parts.username}@" if parts.username else ""
    host = parts.netloc.rpartition("@")[2] or query.get("host", "")
    return f"{user}{host}/{parts.path.strip('/') or query.get('dbname', '')}"
