"""Greetings, thanks, and the words around a SIM in a sentence. Pure."""

import re

from bot.sims.identifier import bare
from bot.sims.names import key, plain

_TO = r"(?: (?:there|bot|simsessions|all|everyone|again|so much|very much|a lot|you))*"
_HELLO = re.compile(
    rf"(?:hello|hi|hiya|hey|howdy|good (?:morning|afternoon|evening|day)|hola){_TO}"
)
_THANKS = re.compile(
    rf"(?:ok(?:ay)?,? |great,? )?(?:thanks|thank|thx|ty|cheers|gracias|much appreciated){_TO}"
)
_AROUND = {
    "a", "about", "again", "alive", "an", "and", "any", "are", "at", "back", "be", "can", "cannot",
    "check", "could", "dead", "did", "do", "does", "doing", "down", "for", "has", "have", "hello",
    "help", "hey", "hi", "how", "i", "in", "is", "it", "it's", "its", "look", "me", "my", "no",
    "not", "now", "of", "offline", "ok", "on", "online", "our", "please", "pls", "plz", "quick",
    "quickly", "report", "right", "see", "show", "sim", "sims", "state", "status", "still",
    "thanks", "that", "the", "there", "this", "to", "today", "up", "us", "was", "we", "went",
    "what", "what's", "whats", "when", "where", "which", "who", "why", "with", "working", "would",
    "you", "yes",
}  # fmt: skip


def is_greeting(text: str) -> bool:
    """Return whether somebody says hello, and nothing else."""
    return _HELLO.fullmatch(_said(text)) is not None


def is_thanks(text: str) -> bool:
    """Return whether somebody says thanks, and nothing else."""
    return _THANKS.fullmatch(_said(text)) is not None


def words_besides(text: str, sim: str) -> list[str]:
    """Return the words that stand beside the SIM in a text; none where it does not stand there."""
    before, found, after = plain(text).partition(plain(sim))
    words = (bare(word) for word in f"{before} {after}".split()) if found else ()
    return [word for word in words if any(map(str.isalnum, word))]


def is_around(word: str) -> bool:
    """Return whether a word is one of those that stand around a SIM in any sentence."""
    return key(word) in _AROUND


def _said(text: str) -> str:
    return re.sub(r"[^\w ,]+$", "", key(text)).strip(" ,_")
