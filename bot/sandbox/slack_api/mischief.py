"""How events may reach the app other than once, in order and at once, all of which Slack does."""

from dataclasses import dataclass

from bot.sandbox.slack_api.wire import Json

LAST_ATTEMPT = 3
GATHERED_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Mischief:
    """What is done to every event from now on.

    `twice`: it comes again, as a retry, though the app acknowledged it. `backwards`: events of the
    same moment come last first. `late_seconds`: it is so old when it comes for the first time, by
    its event_time and by being the last of the retries; nothing waits.
    """

    twice: bool = False
    backwards: bool = False
    late_seconds: float = 0.0

    def aged(self, callback: Json) -> Json:
        """Give the callback as old as it is to be."""
        return callback | {"event_time": callback["event_time"] - int(self.late_seconds)}

    @property
    def attempt(self) -> int:
        """Which attempt the first delivery is."""
        return LAST_ATTEMPT if self.late_seconds else 0
