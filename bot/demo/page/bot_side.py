"""How the page shows the bot's processes, kills them and starts them again."""

from typing import Protocol


class BotDidNotStart(Exception):
    """A bot's process ended, or said nothing, before it was ready; its log says why."""


class BotSide(Protocol):
    """Whoever runs the bots; `number` counts from 1. Raises KeyError for others."""

    def state(self) -> list[dict[str, object]]:
        """Return each bot's `number`, `pid` (None where it does not run) and `running`."""

    async def start(self, number: int = 1) -> None:
        """Start a bot that does not run, and wait until it is ready. Raises BotDidNotStart."""

    def kill(self, number: int = 1) -> None:
        """End a bot as `kill -9` does."""
