"""Checks as lines for people."""

from collections.abc import Iterable, Iterator

from rich.text import Text

from bot.cli.checks.check import Check, Standing

COLOURS = {Standing.OK: "green", Standing.SKIPPED: "yellow", Standing.FAILED: "red"}
WIDTH = max(map(len, Standing)) + 1


def as_text(checks: Iterable[Check]) -> Iterator[Text]:
    """Give a line a check, and under a failed one what to do."""
    for check in checks:
        word = (f"{check.standing:<{WIDTH}}", COLOURS[check.standing])
        yield Text.assemble(word, f"{check.name}: {check.says}")
        if check.mend:
            yield Text(f"{'':<{WIDTH}}-> {check.mend}")
