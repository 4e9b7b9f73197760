"""A watch on one SIM for one person, and what is to be told of it. Frozen and pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.diagnosis.state import State
from bot.errors import UserError
from bot.sessions.snapshot import Snapshot


class BadWatch(UserError):
    """What was typed behind the SIM is no `until …` or `for …` that can be kept."""

    sentence = "Type `watch <sim> until online` or `watch <sim> for 2h`."


class NothingToWaitFor(UserError):
    """The SIM is already as it is waited for."""

    sentence = "That SIM is already so; there is nothing to wait for."


class TooManyWatches(UserError):
    """A person or a channel has as many watches as it may have; the sentence names them."""

    sentence = "That would be too many watches. Stop one first."


class NotWatched(UserError):
    """There is no such watch to be stopped; the sentence names those there are."""

    sentence = "I do not watch that SIM for you."


class Condition(StrEnum):
    """What is waited for; `changes` is any change worth a word."""

    ONLINE = "online"
    OFFLINE = "offline"
    CHANGES = "changes"

    def is_met(self, state: State) -> bool:
        """Return whether a state is what is waited for; an unknown state is nothing of the kind."""
        if self is Condition.ONLINE:
            return state is State.ONLINE
        return self is Condition.OFFLINE and state not in {State.ONLINE, State.UNKNOWN}


class Ending(StrEnum):
    """How a watch ended."""

    REACHED = "reached"
    EXPIRED = "expired"
    STOPPED = "stopped"
    SHUT_OUT = "shut_out"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who watches, and where it was asked for; `team` and `enterprise` are the person's own."""

    person: str
    channel: str
    thread: str | None = None
    team: str | None = None
    enterprise: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """The message that is kept up to date. `drawn` names what it shows, `edited` when that was."""

    channel: str
    ts: str | None
    edited: datetime
    drawn: str


@dataclass(frozen=True, slots=True)
class Watch:
    """One watch. Times are UTC.

    `noticed` is the SIM as the person was last told of it, `latest` as it was last read, at
    `checked`. `turned` is since when the two differ in their state, `blind` since when KORE tells
    nothing of use, and `blind_why` why. `untold` counts turns of the state that nobody was told of,
    `told` is when the last notice was decided, `notices` numbers them, `cards` numbers the cards.
    """

    id: str
    sid: str
    name: str
    asker: Asker
    goal: Condition
    started: datetime
    ends: datetime
    noticed: Snapshot
    latest: Snapshot
    checked: datetime
    turned: datetime | None = None
    blind: datetime | None = None
    blind_why: str | None = None
    told: datetime | None = None
    untold: int = 0
    notices: int = 0
    ended: datetime | None = None
    ending: Ending | None = None
    ended_by: str | None = None
    cards: int = 0
    card: Card | None = None


class NoticeKind(StrEnum):
    """What a reply tells; all but the first tell of an end."""

    CHANGED = "changed"
    REACHED = "reached"
    EXPIRED = "expired"
    STOPPED = "stopped"
    SHUT_OUT = "shut_out"


@dataclass(frozen=True, slots=True)
class Notice:
    """One reply that mentions the asker: what was, what is, when that was decided.

    `untold` counts the turns in between that nobody was told of; `why` is a sentence, or who.
    """

    kind: NoticeKind
    number: int
    before: Snapshot
    after: Snapshot
    at: datetime
    untold: int = 0
    why: str | None = None

    def key(self, watch_id: str) -> str:
        """Name the transition: by this it is told once."""
        return f"watch:{watch_id}:{self.number}:{self.kind}"


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Why nothing was learnt of a SIM, in a sentence."""

    why: str
