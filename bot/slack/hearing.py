"""What the bot listens to in Slack besides its commands and buttons."""

from dataclasses import dataclass

QUIET_SECONDS = 1800.0
"""How long a link that is repeated in a channel is not previewed again."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who we are to a mention, and what is switched on.

    `prefix_channels` are those in which `!sim …` is heard; `unfurls` previews links to SIMs,
    but not again within `quiet_seconds` where it was.
    """

    bot_user: str
    prefix_channels: frozenset[str] = frozenset()
    unfurls: bool = False
    quiet_seconds: float = QUIET_SECONDS
