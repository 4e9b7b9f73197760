"""Whether a text that is no SIM's name names several SIMs."""

import re
from collections.abc import Callable

from bot.sims.errors import Candidate

_BETWEEN_NAMES = re.compile(r"[\s,;]+")
_MOST_NAMES = 20  # each is looked for in the whole list while the loop waits


def several(text: str, exact: Callable[[str], tuple[Candidate, ...]]) -> tuple[Candidate, ...]:
    """Give the SIMs, each once, where every word is one SIM's name and they are not all the same.

    `exact` gives the SIMs of a name. Anything else gives none.
    """
    words = _BETWEEN_NAMES.split(text)
    named: dict[str, Candidate] = {}
    for word in words if len(words) <= _MOST_NAMES else ():
        hits = exact(word)
        if len(hits) != 1:
            return ()
        named[hits[0].sid] = hits[0]
    return tuple(named.values()) if len(named) > 1 else ()
