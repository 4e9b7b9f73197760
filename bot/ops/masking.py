"""What may not stand in a log: keys, secret addresses, and whole numbers of SIMs and devices."""

import re
from collections.abc import Iterable, Mapping

# (what, what stands in its place); numbers keep their last four digits to be told apart by
_PATTERNS = (
    (re.compile(r"\bx(ox[a-z]|app)-[\w-]+"), r"x\1-…"),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), r"\1 …"),
    (re.compile(r"\b(ticket|access_token|client_secret|PageToken)=[^&\s\"']+"), r"\1=…"),
    (re.compile(r"(hooks\.slack\.com)/[^\s\"']+"), r"\1/…"),
    (re.compile(r"\b(DE|HS)[0-9a-fA-F]{28}([0-9a-fA-F]{4})\b"), r"\1…\2"),
    (re.compile(r"(?<![\d.])89(?:[ -]?\d){10,16}((?:[ -]?\d){4})(?![\d.])"), r"…\1"),  # ICCID
    (re.compile(r"(?<![\d.])\d{10,18}(\d{4})(?![\d.])"), r"…\1"),
    (re.compile(r"(?<!\d)\d{8}-\d{2}(\d{4}-\d)(?!\d)"), r"…\1"),  # IMEI, as it is printed
)
_SHORTEST_SECRET = 8
_SHORTEST_NUMBER = 10**13


class Masker:
    """Takes secrets and SIM numbers out of whatever is about to be logged."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # a short "secret" would take ordinary words out of every line
        known = sorted({s for s in secrets if len(s) >= _SHORTEST_SECRET}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, known))) if known else None

    def text(self, text: str) -> str:
        """Give the text without them."""
        if self._secrets:
            text = self._secrets.sub("…", text)
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        return text

    def value(self, value: object) -> object:
        """Give a value of a log record without them, however deep they stand."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int) and value >= _SHORTEST_NUMBER:
            return self.text(str(value))
        if isinstance(value, Mapping):
            return {self.value(k): self.value(v) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(each) for each in value]
        return value if isinstance(value, int | float | None) else self.text(str(value))
