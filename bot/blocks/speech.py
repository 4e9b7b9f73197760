"""How the same words come out in Slack, in a notification and in a terminal.

Every sentence of this bot is written once, in `bot.blocks.words`, over a `Speech`:

    MRKDWN  Slack's blocks: times as date tokens in the reader's zone, data escaped, bold
    NOTICE  Slack's top-level `text`: the same, but times in UTC and nothing bold
    PLAIN   a terminal: UTC, no marks; control characters in data are taken out all the same
"""

import re
from datetime import UTC, datetime
from typing import Protocol

from bot.blocks.text import NAME_LIMIT, SENTENCE, clean, entities, escape, sentence

_ADDRESS = re.compile(r"(https://[^\s<>|]*[^\s<>|.,;:)])")
_SOURCE = 800


class Speech(Protocol):
    """Turns pieces of a sentence into what one kind of reader can be shown."""

    def data(self, text: str, limit: int = NAME_LIMIT) -> str:
        """Show foreign text: harmless, on one line, at most `limit` characters of it."""

    def code(self, text: str) -> str:
        """Show something to copy: an id, a command."""

    def own(self, text: str) -> str:
        """Show words of our own that hold no data."""

    def sentence(self, text: str) -> str:
        """Show an error's sentence, in which back-ticks hold what was typed."""

    def linked(self, text: str) -> str:
        """Show words of our own in which addresses of web pages stand."""

    def strong(self, text: str) -> str:
        """Stress words that are already shown by one of the others."""

    def when(self, moment: datetime) -> str:
        """Show a moment, to the minute."""


def utc(moment: datetime) -> datetime:
    """Give the moment in UTC; KORE's times without a zone are UTC."""
    if moment.tzinfo is UTC:
        return moment
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _link(address: str) -> str:
    host = address.removeprefix("https://").partition("/")[0]
    return f"<{entities(address)}|{entities(host)}>"


class Mrkdwn:
    """For Slack's blocks."""

    def data(self, text: str, limit: int = NAME_LIMIT) -> str:
        """Escape foreign text."""
        return escape(text, limit)

    def code(self, text: str) -> str:
        """Show something to copy in a code span."""
        return f"`{entities(clean(text).replace('`', 'ˋ'))}`"

    def own(self, text: str) -> str:
        """Escape the three characters that Slack reads as markup."""
        return entities(text)

    def sentence(self, text: str) -> str:
        """Keep pairs of back-ticks, escape the rest."""
        return sentence(text)

    def linked(self, text: str) -> str:
        """Make links of the addresses, named after their hosts."""
        shown = [
            _link(part) if _ADDRESS.match(part) else entities(part)
            for part in _ADDRESS.split(clean(text, _SOURCE))
        ]
        return "".join(shown)

    def strong(self, text: str) -> str:
        """Make bold."""
        return f"*{text}*"

    def when(self, moment: datetime) -> str:
        """Give a date token: the reader's own zone, with ISO 8601 in UTC where that fails."""
        at = utc(moment)
        iso = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{iso}>"


class Notice:
    """For the text of a notification, which Slack parses as mrkdwn too."""

    def data(self, text: str, limit: int = NAME_LIMIT) -> str:
        """Escape foreign text."""
        return escape(text, limit)

    def code(self, text: str) -> str:
        """Show something to copy, escaped and without marks."""
        return escape(text)

    def own(self, text: str) -> str:
        """Escape the three characters that Slack reads as markup."""
        return entities(text)

    def sentence(self, text: str) -> str:
        """Escape it and leave out its back-ticks."""
        return sentence(text).replace("`", "")

    def linked(self, text: str) -> str:
        """Leave the addresses as they are."""
        return entities(text)

    def strong(self, text: str) -> str:
        """Leave as it is: a notification knows no bold."""
        return text

    def when(self, moment: datetime) -> str:
        """Give the minute in UTC, since nobody's zone is known here."""
        return f"{utc(moment):%Y-%m-%d %H:%M} UTC"


class Plain:
    """For a terminal."""

    def data(self, text: str, limit: int = NAME_LIMIT) -> str:
        """Take out what could steer a terminal."""
        return clean(text, limit)

    def code(self, text: str) -> str:
        """Show something to copy."""
        return clean(text)

    def own(self, text: str) -> str:
        """Leave as it is."""
        return text

    def sentence(self, text: str) -> str:
        """Take out what could steer a terminal."""
        return clean(text, SENTENCE)

    def linked(self, text: str) -> str:
        """Leave the addresses as they are: terminals find them."""
        return text

    def strong(self, text: str) -> str:
        """Leave as it is; the terminal's own colours are its drawer's business."""
        return text

    def when(self, moment: datetime) -> str:
        """Give the minute in UTC."""
        return f"{utc(moment):%Y-%m-%d %H:%M} UTC"


MRKDWN = Mrkdwn()
NOTICE = Notice()
PLAIN = Plain()
