"""What the reports share: sentences, and columns that stand below each other."""

import re
from collections.abc import Iterable

from bot.blocks.findings import value_text
from bot.blocks.format import PLAIN, Formatter
from bot.diagnosis.rule import Finding
from bot.errors import BotError
from bot.sims.errors import SimAmbiguous

_NAMED = re.compile(r"\{(\w+)\}")


def filled(sentence: str, finding: Finding, fmt: Formatter) -> str:
    """Put a finding's evidence in the place of its names in braces."""
    evidence = finding.evidence
    return _NAMED.sub(
        lambda name: value_text(evidence[name[1]], fmt) if name[1] in evidence else name[0],
        sentence,
    )


def error_sentence(error: BotError) -> str:
    """Return an error's sentence; where several SIMs fit, with what to type to mean one of them."""
    if not isinstance(error, SimAmbiguous):
        return error.sentence
    each = (f"{sim.sid} (ICCID {sim.iccid or 'unknown'})" for sim in error.candidates)
    return f"{error.sentence} {PLAIN.data(', '.join(each), 1000)}"


def aligned(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Return the lines of a table, each column as wide as its widest cell."""
    table = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(map(str.ljust, line, widths)).rstrip() for line in table]
