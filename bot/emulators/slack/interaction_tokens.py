"""What an interaction carries and soon expires: trigger ids, and the tickets in response URLs."""

from bot.clock import Clock
from bot.emulators.slack.errors import SlackError
from bot.emulators.slack.ids import Ids
from bot.struct import Struct, replace

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5


class Triggers:
    """Issues trigger ids, each good for one modal within 3 seconds."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._issued: dict[str, tuple[str, float]] = {}
        self._channels: dict[str, str] = {}
        self._used: set[str] = set()

    def issue(self, user: str, channel: str | None = None) -> str:
        """Return a new trigger id for what a person just did, in a channel or elsewhere."""
        trigger = f"{self._ids.number()}.{self._ids.number()}.{self._ids.token().lower()}"
        self._issued[trigger] = (user, self._clock.monotonic())
        if channel is not None:
            self._channels[trigger] = channel
        return trigger

    def channel_of(self, trigger: str) -> str | None:
        """Return the channel in which the person was."""
        return self._channels.get(trigger)

    def use(self, trigger: str) -> str:
        """Return the person whom the trigger belongs to. Raises SlackError."""
        if trigger not in self._issued:
            raise SlackError("invalid_trigger_id")
        if trigger in self._used:
            raise SlackError("exchanged_trigger_id")
        user, issued = self._issued[trigger]
        if self._clock.monotonic() - issued > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        self._used.add(trigger)
        return user


class ResponseTicket(Struct):
    """What a response URL knows: where the person was, and which message was clicked, if any."""

    user: str
    channel: str
    issued: float
    message_ts: str | None = None
    uses: int = 0


class ResponseTickets:
    """Issues response URLs' tickets, each good for 5 posts within 30 minutes."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._issued: dict[str, ResponseTicket] = {}

    def issue(self, user: str, channel: str, message_ts: str | None = None) -> str:
        """Return a new ticket."""
        ticket = self._ids.token()
        now = self._clock.monotonic()
        self._issued[ticket] = ResponseTicket(user, channel, now, message_ts)
        return ticket

    def check(self, ticket: str) -> ResponseTicket:
        """Return what the ticket knows. Raises SlackError: no_such_url, expired_url, used_url."""
        found = self._issued.get(ticket)
        if found is None:
            raise SlackError("no_such_url")
        if self._clock.monotonic() - found.issued > RESPONSE_SECONDS:
            raise SlackError("expired_url")
        if found.uses >= RESPONSE_USES:
            raise SlackError("used_url")
        return found

    def spend(self, ticket: str) -> None:
        """Count one post."""
        found = self._issued[ticket]
        self._issued[ticket] = replace(found, uses=found.uses + 1)
