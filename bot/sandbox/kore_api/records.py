"""What the account holds of one SIM, told for any moment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.sandbox.kore_api.answers import Row


class SimRecord(Protocol):
    """One SIM of the account. Rows are in the payload's own shape, without links and addresses."""

    @property
    def registration_code(self) -> str | None:
        """The code printed on its card."""

    @property
    def bytes_per_day(self) -> int | None:
        """How much it uses a day; None: as much as its sessions' packets make."""

    def sim(self, now: datetime) -> Row:
        """Give the SIM."""

    def sessions(self, now: datetime) -> list[Row]:
        """Give its data sessions in the order in which the API lists them."""


@dataclass(frozen=True, slots=True)
class ToldSim:
    """A SIM whose rows are told by two functions of the time."""

    tell_sim: Callable[[datetime], Row]
    tell_sessions: Callable[[datetime], list[Row]]
    registration_code: str | None = None
    bytes_per_day: int | None = None

    def sim(self, now: datetime) -> Row:
        """Give the SIM."""
        return self.tell_sim(now)

    def sessions(self, now: datetime) -> list[Row]:
        """Give its data sessions."""
        return self.tell_sessions(now)
