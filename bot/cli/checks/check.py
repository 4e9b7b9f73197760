"""One line of `simsessions doctor`: what was checked, how it came out, what to do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from rich.text import Text

from bot.cli.exit_codes import ExitCode


class Status(StrEnum):
    """How a check came out; the word is printed, colour only helps."""

    OK = "ok"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """`says` is what was found; `mend` says what to do where something is amiss or missing."""

    name: str
    status: Status
    says: str
    mend: str = ""
    code: ExitCode = ExitCode.OK


def well(name: str, says: str, mend: str = "") -> Check:
    """Return a check that found all well; `mend` says how it could be better still."""
    return Check(name, Status.OK, says, mend)


def skipped(name: str, says: str) -> Check:
    """Return a check that could not be made, with the reason."""
    return Check(name, Status.SKIPPED, says)


def failed(name: str, says: str, mend: str, code: ExitCode = ExitCode.NOT_ALL) -> Check:
    """Return a check that found something amiss, with what mends it."""
    return Check(name, Status.FAILED, says, mend, code)


COLOURS = {Status.OK: "green", Status.SKIPPED: "yellow", Status.FAILED: "red"}
WIDTH = max(map(len, Status)) + 1


def as_text(checks: Iterable[Check]) -> Iterator[Text]:
    """Return a line a check, and under it what to do, if anything."""
    for check in checks:
        word = (f"{check.status:<{WIDTH}}", COLOURS[check.status])
        yield Text.assemble(word, f"{check.name}: {check.says}")
        if check.mend:
            yield Text(f"{'':<{WIDTH}}fix: {check.mend}")
