"""What the account holds of one SIM, told for any moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.emulators.kore.http import Row


class SimRecord(Protocol):
    """One SIM of the account. Rows are in the payload's own shape, without links and addresses."""

    @property
    def registration_code(self) -> str | None:
        """The code printed on its card."""

    @property
    def bytes_per_day(self) -> int | None:
        """How much it uses a day; None: as much as its sessions' packets make."""

    def sim(self, now: datetime) -> Row:
        """Return the SIM."""

    def sessions(self, now: datetime) -> list[Row]:
        """Return its data sessions in the order in which the API lists them."""


@dataclass(frozen=True, slots=True)
class ToldSim:
    """A SIM whose rows are told by two functions of the time."""

    tell_sim: Callable[[datetime], Row]
    tell_sessions: Callable[[datetime], list[Row]]
    registration_code: str | None = None
    bytes_per_day: int | None = None

    def sim(self, now: datetime) -> Row:
        """Return the SIM."""
        return self.tell_sim(now)

    def sessions(self, now: datetime) -> list[Row]:
        """Return its data sessions."""
        return self.tell_sessions(now)


class Story(Protocol):
    """What the stand-in asks of a story that is handed in, each row told for any moment."""

    @property
    def sim(self) -> Callable[[datetime], Row]:
        """Tell the SIM."""

    @property
    def sessions(self) -> Callable[[datetime], list[Row]]:
        """Tell its data sessions."""

    @property
    def rate_plan(self) -> Callable[[datetime], Row] | None:
        """Tell its rate plan, where it has one of its own."""

    @property
    def bytes_per_day(self) -> int | None:
        """Its usage a day where its packets do not tell it."""

    @property
    def registration_code(self) -> str | None:
        """The code printed on its card."""

    @property
    def others(self) -> Sequence["OtherSim"]:
        """More SIMs that the story needs."""


class OtherSim(Protocol):
    """Another SIM of a story."""

    @property
    def sim(self) -> Callable[[datetime], Row]:
        """Tell the SIM."""

    @property
    def sessions(self) -> Callable[[datetime], list[Row]]:
        """Tell its data sessions."""
