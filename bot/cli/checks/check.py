"""One line of `simsessions doctor`: what was looked at, how it stands, what to do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from rich.text import Text

from bot.cli.exit_codes import ExitCode


class Standing(StrEnum):
    """How a check came out; the word is printed, colour only helps."""

    OK = "ok"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """`says` is what was found; `mend` says how, where something is amiss."""

    name: str
    standing: Standing
    says: str
    mend: str = ""
    code: ExitCode = ExitCode.OK


def well(name: str, says: str) -> Check:
    """Say that all is well."""
    return Check(name, Standing.OK, says)


def skipped(name: str, says: str) -> Check:
    """Say why it could not be looked at."""
    return Check(name, Standing.SKIPPED, says)


def failed(name: str, says: str, mend: str, code: ExitCode = ExitCode.NOT_ALL) -> Check:
    """Say what is amiss and what mends it."""
    return Check(name, Standing.FAILED, says, mend, code)


COLOURS = {Standing.OK: "green", Standing.SKIPPED: "yellow", Standing.FAILED: "red"}
WIDTH = max(map(len, Standing)) + 1


def as_text(checks: Iterable[Check]) -> Iterator[Text]:
    """Return a line a check, and under a failed one what to do."""
    for check in checks:
        word = (f"{check.standing:<{WIDTH}}", COLOURS[check.standing])
        yield Text.assemble(word, f"{check.name}: {check.says}")
        if check.mend:
            yield Text(f"{'':<{WIDTH}}-> {check.mend}")
