"""The one word on top of every answer."""

from enum import StrEnum


class State(StrEnum):
    """From the SIM down to its newest session: the first that holds."""

    BLOCKED = "blocked"
    NOT_ACTIVATED = "not_activated"
    ONLINE = "online"
    STALE = "stale"
    OFFLINE = "offline"
    NEVER_SEEN = "never_seen"
    UNKNOWN = "unknown"
