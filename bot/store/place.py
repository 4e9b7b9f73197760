"""Where the store may be: the usual folder, and disks on which a file lasts and can be shared.

https://www.sqlite.org/wal.html#noshm: a write-ahead log needs memory that all processes share,
which network file systems do not give.
"""

import os
import re
from pathlib import Path

FILE_NAME = "simsessions.db"
MOUNTS = Path("/proc/mounts")
IN_MEMORY = frozenset({"tmpfs", "ramfs", "rootfs"})
OF_A_CONTAINER = frozenset({"overlay", "aufs", "fuse-overlayfs", "fuse.fuse-overlayfs"})
OVER_THE_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "lustre", "afs", "beegfs", "gpfs"}
    | {"glusterfs", "fuse.glusterfs", "fuse.sshfs", "fuse.s3fs", "fuse.ceph", "fuse.rclone"}
)


def usual_folder(home: Path, xdg_data_home: str) -> Path:
    """Give the folder of a person's programs' data; an `xdg_data_home` that is relative is void."""
    if Path(xdg_data_home).is_absolute():
        return Path(xdg_data_home) / "simsessions"
    return home / ".local" / "share" / "simsessions"


def file_system(path: Path, mounts: str) -> str:
    """Give the kind of file system that `path` is on, from the text of /proc/mounts; "" unknown."""
    kinds = {}
    for line in mounts.splitlines():
        _, where, kind, *_ = [*line.split(" "), "", "", ""]
        kinds[Path(_unescaped(where))] = kind  # a later mount hides an earlier one
    return next((kinds[each] for each in (path, *path.parents) if each in kinds), "")


def why_not(path: Path, mounts: Path = MOUNTS) -> str:
    """Say why a file at `path` cannot last or be written; "" where all is well."""
    folder = nearest(path.absolute().parent)
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


def nearest(folder: Path) -> Path:
    """Give the folder, or the nearest above it that is there: the rest would be made."""
    return next(each for each in (folder, *folder.parents) if each.exists())


def _may_write(folder: Path) -> bool:
    as_acting = os.access in os.supports_effective_ids
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=as_acting)


def is_read_only_disk(folder: Path) -> bool:
    """Tell a disk that takes no changes: that may pass, and what is kept there can be read."""
    return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def _read(mounts: Path) -> str:
    try:
        return mounts.read_text(errors="replace")
    except OSError:  # not Linux
        return ""


def _unescaped(where: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), where)
