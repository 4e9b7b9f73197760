"""What the account holds of one SIM: fixed rows, or a story that starts with the stand-in."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol

from bot.emulators.kore.cards import moment_of, stamp
from bot.emulators.kore.http import Row

# an open session that was updated this shortly before the start goes on being updated
LIVE = timedelta(minutes=30)
_COUNTERS = ("packets_uploaded", "packets_downloaded")


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
class StaticSim:
    """A SIM whose rows never change."""

    row: Row
    session_rows: list[Row]
    registration_code: str | None = None
    bytes_per_day: int | None = None

    def sim(self, now: datetime) -> Row:  # noqa: ARG002 -- as the protocol has it
        """Return the SIM."""
        return self.row

    def sessions(self, now: datetime) -> list[Row]:  # noqa: ARG002 -- as the protocol has it
        """Return its data sessions."""
        return self.session_rows


class Role(Protocol):
    """One SIM of a story, each row for any moment."""

    @property
    def sim(self) -> Callable[[datetime], Row]:
        """Return the SIM as of a moment."""

    @property
    def sessions(self) -> Callable[[datetime], list[Row]]:
        """Return its data sessions as of a moment."""


class Story(Role, Protocol):
    """What the stand-in needs of a story that is handed in: its first SIM, and the others."""

    @property
    def rate_plan(self) -> Callable[[datetime], Row] | None:
        """Return its rate plan, where it has one of its own."""

    @property
    def bytes_per_day(self) -> int | None:
        """Its usage a day where it does not follow from its packets."""

    @property
    def registration_code(self) -> str | None:
        """The code printed on its card."""

    @property
    def others(self) -> Sequence[Role]:
        """More SIMs that the story needs."""


@dataclass(frozen=True)
class StorySim:
    """A SIM of a story that starts at `start`: its past stays, and its open sessions grow."""

    role: Role
    start: datetime
    registration_code: str | None = None
    bytes_per_day: int | None = None

    def sim(self, now: datetime) -> Row:  # noqa: ARG002 -- it stays as it was at the start
        """Return the SIM."""
        return self._row

    def sessions(self, now: datetime) -> list[Row]:
        """Return its data sessions."""
        return [_grown(row, self.start, now) for row in self._session_rows]

    @cached_property
    def _row(self) -> Row:
        return self.role.sim(self.start)

    @cached_property
    def _session_rows(self) -> list[Row]:
        return self.role.sessions(self.start)


def story_sims(story: Story, start: datetime) -> Iterator[StorySim]:
    """Return the SIMs of a story that starts now."""
    yield StorySim(story, start, story.registration_code, story.bytes_per_day)
    for other in story.others:
        yield StorySim(other, start)


def _grown(row: Row, start: datetime, now: datetime) -> Row:
    """Return a row as of now: counters of a live session go on at the pace they had."""
    updated, begun = moment_of(row.get("last_updated")), moment_of(row.get("start"))
    if row.get("end") is not None or now <= start or not updated or not begun:
        return row
    if start - updated > LIVE or updated <= begun:
        return row
    later = updated + (now - start)
    pace = (later - begun) / (updated - begun)
    counted = {name: int(row[name] * pace) for name in _COUNTERS if isinstance(row.get(name), int)}
    return row | counted | {"last_updated": stamp(later)}
