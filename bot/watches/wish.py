"""A wish to be told of a change, as people say it: `tell me when pump-7 is back`. Pure."""

import re

from bot.clock import parse_seconds
from bot.sims.identifier import plain

_LONGEST = 300
_ASKED = (
    r"(?i)(?:(?:hi|hey|hello|ok|please|pls|plz|and|then|(?:can|could|would|will) you|bot),? )*"
    r"(?:(?:tell|ping|notify|alert|warn|message|inform) (?:me|us)|let (?:me|us) know|watch),? "
    r"(?:please )?(?:when|whenever|once|(?P<asks>if)|as soon as|until) "
)
_IS = r"(?:'s|'re| is| are)"
_GETS = r"(?: (?:comes?|gets?|goes|go|turns?|becomes?))"
_ONLINE = r"(?: all)?(?: (?:back|on ?line|up|connected|alive|reachable|again|working))+"
_OFFLINE = r"(?: all)?(?: (?:off ?line|down|dark|again))+"
_WISH = re.compile(
    rf"{_ASKED}(?:(?:all|both|any) of )?(?P<sim>\S.*?)"
    rf"(?:(?P<is>{_IS})(?:{_ONLINE}(?P<online>)|{_OFFLINE}(?P<offline>))"
    rf"|{_GETS}(?:{_ONLINE}(?P<returns>)|{_OFFLINE}(?P<drops>))"
    r"| (?:reconnects?|returns?|recovers?|reports? again)(?P<recovers>)"
    r"| (?:disconnects?|drops?(?: (?:off|out))?)(?P<leaves>)"
    r"| changes?(?P<changes>))"
    r"(?:,? (?:again|please|pls|plz|thanks|thank you|thx|ok))*[ .!?]*"
)
_BEGINS = re.compile(rf"{_ASKED}(?!.*\b(?:was|were|did|had|last)\b)")
_UNTIL = {"returns": "online", "recovers": "online", "drops": "offline", "leaves": "offline"}
_POINTS = re.compile(
    r"(?i)it|they|them|this|these|that|those|both|all|every(?:thing|one)"
    r"|(?:the|this|that|these|those) (?:sim|device|modem|router|gateway)s?"
)
_FILLER = re.compile(r"(?i)(?:of|for|on|about) +(?=\S)")
_LENGTH_WORDS = 5


def watch_wished(text: str) -> str | None:
    """Return what to watch, and until what, as it is typed behind `watch`; None: no such wish.

    `tell me if pump-7 is down` asks how it is now, or wishes to be told: it is none.
    """
    wish = _WISH.fullmatch(plain(text)) if len(text) <= _LONGEST else None
    if wish is None or (wish["asks"] and wish["is"]):
        return None
    named, sim = wish.lastgroup or "", wish["sim"]
    return f"{'it' if _POINTS.fullmatch(sim) else sim} until {_UNTIL.get(named, named)}"


def is_wish(text: str) -> bool:
    """Return whether a text asks to be told of something, understood or not."""
    return len(text) <= _LONGEST and _BEGINS.match(plain(text)) is not None


def behind_filler(text: str) -> str:
    """Return what stands behind `history of` and `watch for`; all of it where a length does."""
    rest = _FILLER.sub("", text.strip(), count=1) if _FILLER.match(text.strip()) else text
    words = rest.split()[:_LENGTH_WORDS]
    counts = range(1, len(words) + 1)
    is_length = any(parse_seconds(" ".join(words[:count])) is not None for count in counts)
    return text if is_length else rest
