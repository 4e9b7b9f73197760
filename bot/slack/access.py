"""Who may ask: the bot's own workspace, or the workspaces, people and channels that are listed."""

from dataclasses import dataclass
from typing import Protocol

from bot.errors import NotAllowed

EVERYBODY: frozenset[str] = frozenset()


class Actor(Protocol):
    """Who does something. None is unknown, and where a list is kept the unknown is not on it."""

    @property
    def team(self) -> str | None:
        """The workspace that the person is from."""

    @property
    def enterprise(self) -> str | None:
        """The organisation that the person is from, where that is sure."""

    @property
    def user(self) -> str | None:
        """The person."""

    @property
    def channel(self) -> str | None:
        """Where it is done."""

    @property
    def in_view(self) -> bool:
        """Whether it is done in a window that the bot opened for this person: no channel then."""


@dataclass(frozen=True, slots=True)
class Access:
    """The lists; an empty one lets everybody in, but for `teams`: empty means `home` alone."""

    home: str
    teams: frozenset[str] = EVERYBODY
    users: frozenset[str] = EVERYBODY
    channels: frozenset[str] = EVERYBODY

    def check(self, actor: Actor) -> None:
        """Raise NotAllowed where one of the lists leaves the actor out."""
        if not self._from_here(actor):
            raise NotAllowed("I answer people of my own workspace only.")
        if self.users and actor.user not in self.users:
            raise NotAllowed("You are not on my list. Ask an admin of this bot to let you in.")
        if self.channels and not actor.in_view and actor.channel not in self.channels:
            raise NotAllowed("I may not answer here. Ask an admin of this bot to let me.")

    def _from_here(self, actor: Actor) -> bool:
        teams = self.teams or {self.home}
        return actor.team in teams or (actor.enterprise is not None and actor.enterprise in teams)
