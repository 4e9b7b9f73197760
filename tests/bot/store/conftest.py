"""What the tests of the store share."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bot.store.notes import with_notes


@contextmanager
def as_nobody() -> Iterator[Path]:
    """Be somebody whom permissions hold back while the block lasts, with a folder of theirs.

    Import and read what is needed before: `nobody` may not be let into the folder of the sources.
    """
    before = os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("nobody")
    folder = Path(tempfile.mkdtemp(prefix="simsessions-"))
    if before[0] == 0:
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        os.setegid(nobody.pw_gid)
        os.seteuid(nobody.pw_uid)
    try:
        yield folder
    finally:
        if before[0] == 0:
            os.seteuid(before[0])
            os.setegid(before[1])
        folder.chmod(0o700)
        shutil.rmtree(folder)


@pytest.fixture
def nobody():
    """Return `as_nobody`: root may write everywhere, so that nothing would be tried."""
    return as_nobody


@pytest.fixture
async def notes_db(database):
    """A database with a table of notes."""
    return await with_notes(database)
