"""Sentences that JSON and terminal share."""

import re

from bot.blocks.finding_words import value_words
from bot.blocks.speech import PLAIN, Speech
from bot.diagnosis.rule import Finding
from bot.errors import BotError
from bot.sims.errors import SimAmbiguous, SimNotFound

_NAMED = re.compile(r"\{(\w+)\}")


def filled(sentence: str, finding: Finding, speak: Speech) -> str:
    """Put a finding's evidence in the place of its names in braces."""
    evidence = finding.evidence
    return _NAMED.sub(
        lambda name: value_words(evidence[name[1]], speak) if name[1] in evidence else name[0],
        sentence,
    )


def told(error: BotError) -> str:
    """Give an error's sentence, with its candidates by name where it has some."""
    candidates = error.candidates if isinstance(error, SimNotFound | SimAmbiguous) else ()
    names = ", ".join(PLAIN.data(candidate.name) for candidate in candidates)
    return f"{error.sentence} ({names})" if names else error.sentence
