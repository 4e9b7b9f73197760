"""Sentences that JSON and terminal share."""

import re

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


def told(error: BotError) -> str:
    """Return an error's sentence; where several SIMs fit, with what to type to mean one of them."""
    if not isinstance(error, SimAmbiguous):
        return error.sentence
    each = (f"{sim.sid} (ICCID {sim.iccid or 'unknown'})" for sim in error.candidates)
    return f"{error.sentence} {PLAIN.data(', '.join(each), 1000)}"
