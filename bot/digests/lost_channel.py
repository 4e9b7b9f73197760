"""What is done when a digest's channel takes no posts: said to whoever fills in, or paused."""

from bot.digests.subscription import Why
from bot.errors import BotError
from bot.slack.errors import SlackError
from bot.slack.places import Trouble
from bot.slack.places import trouble_of as slack_trouble

_TOLD = {
    Trouble.ARCHIVED: "That channel is archived. Choose another.",
    Trouble.NOT_IN_CHANNEL: "I am not in that channel. Invite me there (`/invite @simsessions`), "
    "then save again.",
    Trouble.NOT_ALLOWED: "I may not post in that channel. Choose another, or ask its admins.",
}


def told(trouble: Trouble) -> str:
    """Say what is wrong with a channel that is chosen, and what to do."""
    return _TOLD[trouble]


def trouble_of(error: BotError) -> Trouble | None:
    """Give the lasting trouble that an error of a post tells of."""
    return slack_trouble(error) if isinstance(error, SlackError) else None


def why_of(error: BotError) -> Why | None:
    """Give why a digest whose post was refused so is paused; None: it is tried again."""
    trouble = trouble_of(error)
    return Why(trouble.value) if trouble else None
