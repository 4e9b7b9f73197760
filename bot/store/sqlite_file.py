"""The SQLite file as a file: made for its owner only, and told from another of the same name."""

import logging
import os
from pathlib import Path

from bot.store.errors import StoreLost

log = logging.getLogger(__name__)

OWNER_ONLY, FOLDER_OWNER_ONLY = 0o600, 0o700


class SqliteFile:
    """Which file is ours: the one that was there when it was last looked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is: tuple[int, int] | None = None

    def found(self) -> bool:
        """Look for it, make it if need be; tell whether it is another than before."""
        before = self._is
        if not self.path.exists():
            self.path.parent.mkdir(FOLDER_OWNER_ONLY, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, OWNER_ONLY))
            log.info("store made", extra={"file": str(self.path)})
        self._is = self._now()
        return before != self._is

    def check(self) -> None:
        """Raise StoreLost where it was taken away or replaced: what is written there is lost."""
        try:
            if self._now() == self._is:
                return
        except OSError as error:
            raise StoreLost from error
        raise StoreLost

    def _now(self) -> tuple[int, int]:
        found = self.path.stat()
        return found.st_dev, found.st_ino
