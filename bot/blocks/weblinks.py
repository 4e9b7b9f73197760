"""Links that a team has set: a SIM in KORE's console, and a runbook for each rule."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from urllib.parse import quote, urlsplit

from bot.sims.identifier import sims_in
from bot.struct import Struct, field

SID = "{sid}"
RULE = "{rule}"
_EXAMPLE = "DE" + "0123456789abcdef" * 2
_ENTRY = re.compile(r"""\s*["']?(?P<rule>\w+)["']?\s*:\s*["']?(?P<url>[^\s"',]+)["']?\s*,?\s*""")


class WebLinks(Struct):
    """`console` is an address with `{sid}`, `runbooks` one with `{rule}` or an address by rule."""

    console: str | None = None
    runbooks: str | Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def sim(self, sid: str) -> str | None:
        """Return the address of a SIM in KORE's console."""
        return self.console and self.console.replace(SID, quote(sid, safe=""))

    def runbook(self, rule: str | None) -> str | None:
        """Return the address of a rule's runbook."""
        if rule is None or not self.runbooks:
            return None
        if isinstance(self.runbooks, str):
            return self.runbooks.replace(RULE, quote(rule, safe=""))
        return self.runbooks.get(rule)


NO_LINKS = WebLinks()


def checked_console(text: str) -> str:
    """Return the console's address if a SID filled in can be read back. Raises ValueError."""
    _https(text)
    filled = text.replace(SID, _EXAMPLE)
    if SID not in text or sims_in(filled) != (_EXAMPLE,):
        msg = "names no SIM; open one in KORE's console, copy the address, put {sid} for its SID"
        raise ValueError(msg)
    return text


def checked_pattern(text: str) -> str:
    """Return an address with `{rule}` in it. Raises ValueError."""
    _https(text)
    if RULE not in text:
        msg = "has no {rule} in it; write https://host/{rule}, or the path of a file"
        raise ValueError(msg)
    return text


def read_runbooks(text: str) -> dict[str, str]:
    """Read rules and their addresses, one a line, as YAML or JSON writes them. Raises ValueError.

    Nothing is nested there, so that both are read in one way.
    """
    return dict(_entries(text))


def _entries(text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.replace(",", ",\n").splitlines(), start=1):
        kept = line.strip().strip("{}").strip()
        if not kept or kept.startswith(("#", "---")):
            continue
        entry = _ENTRY.fullmatch(kept)
        if entry is None:
            msg = f"entry {number} is not `rule: https://…`"
            raise ValueError(msg)
        yield entry["rule"], _https(entry["url"])


def _https(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
        msg = "is not an https:// address"
        raise ValueError(msg)
    return text
