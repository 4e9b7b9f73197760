"""Who may ask, as far as a payload tells: workspaces, people and channels that are listed."""

from dataclasses import dataclass
from typing import Protocol

from bot.errors import NotAllowed

EVERYBODY: frozenset[str] = frozenset()
NOT_LISTED = "You are not on my list. Ask an admin of this bot to let you in."


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

    @property
    def in_shared(self) -> bool | None:
        """Whether an event said that the channel is shared with another company."""


@dataclass(frozen=True, slots=True)
class Access:
    """The lists; an empty one lets everybody in, but for `teams`: empty means `home` alone.

    Who is in one of the user `groups` is not known here: bot/slack/admission.py asks Slack for it,
    so whoever may be in one passes. `enterprise` is the organisation of `home`.
    """

    home: str
    teams: frozenset[str] = EVERYBODY
    users: frozenset[str] = EVERYBODY
    channels: frozenset[str] = EVERYBODY
    groups: frozenset[str] = EVERYBODY
    enterprise: str | None = None

    def check(self, actor: Actor) -> None:
        """Raise NotAllowed where one of the lists leaves the actor out."""
        if not self._from_here(actor):
            raise NotAllowed("I answer people of my own workspace only.")
        if not self.groups and not self.is_listed(actor):
            raise NotAllowed(NOT_LISTED)
        if self.channels and not actor.in_view and actor.channel not in self.channels:
            raise NotAllowed("I may not answer here. Ask an admin of this bot to let me.")

    def is_listed(self, actor: Actor) -> bool:
        """Tell whether the list of people lets somebody in: it names them, or there is none."""
        return actor.user in self.users or not (self.users or self.groups)

    def is_ours(self, actor: Actor) -> bool:
        """Tell whether somebody is of the bot's own workspace or organisation."""
        ours = actor.enterprise is not None and actor.enterprise == self.enterprise
        return ours or actor.team == self.home

    def _from_here(self, actor: Actor) -> bool:
        teams = self.teams or {self.home}
        return actor.team in teams or (actor.enterprise is not None and actor.enterprise in teams)
