"""Ids as Slack makes them, and the type of a JSON object."""

import random
from typing import Any

Json = dict[str, Any]

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


class Ids:
    """Makes ids that look like Slack's; the same seed makes the same ids."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)  # noqa: S311 -- names, not secrets

    def make(self, prefix: str, length: int = 10) -> str:
        """Return an id such as `F0AB12CD34`: the prefix, then letters and digits."""
        return prefix + "".join(self._random.choices(_ALPHABET, k=length - len(prefix)))

    def token(self) -> str:
        """Return 24 letters and digits, for URLs and tickets."""
        return self.make("", 24)

    def number(self) -> str:
        """Return 13 digits, as in trigger ids and event ids."""
        return str(self._random.randrange(10**12, 10**13))
