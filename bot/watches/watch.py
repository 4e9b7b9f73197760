"""A watch on one SIM for one person, and the notices it sends. Frozen and pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.diagnosis.evidence import State
from bot.errors import UserError
from bot.sessions.snapshot import Snapshot


class BadWatch(UserError):
    """The text behind the SIM is not a valid `until …` or `for …`."""

    sentence = "Type `watch <sim> until online` or `watch <sim> for 2h`."


class NothingToWaitFor(UserError):
    """The SIM already meets the condition."""

    sentence = "That SIM is already so; there is nothing to wait for."


class TooManyWatches(UserError):
    """A person or a channel has as many watches as it may have; the sentence names them."""

    sentence = "That would be too many watches. Stop one first."


class NotWatched(UserError):
    """There is no such watch to stop; the sentence names the open ones."""

    sentence = "I do not watch that SIM for you."


class Condition(StrEnum):
    """What a watch waits for; `changes` is any notable change."""

    ONLINE = "online"
    OFFLINE = "offline"
    CHANGES = "changes"

    def is_met(self, state: State) -> bool:
        """Return whether a state meets the condition; an unknown state never does."""
        if self is Condition.ONLINE:
            return state is State.ONLINE
        return self is Condition.OFFLINE and state not in {State.ONLINE, State.UNKNOWN}


class Ending(StrEnum):
    """How a watch ended."""

    REACHED = "reached"
    EXPIRED = "expired"
    STOPPED = "stopped"
    REVOKED = "shut_out"
    UNREPORTED = "untold"


@dataclass(frozen=True, slots=True)
class WatchOwner:
    """Who asked for a watch, and where; `team` and `enterprise` are the person's own."""

    person: str
    channel: str
    thread: str | None = None
    team: str | None = None
    enterprise: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """The message that shows a watch. `fingerprint` names what it showed when last edited."""

    channel: str
    ts: str | None
    edited_at: datetime
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Watch:
    """One watch. Times are UTC.

    `reported` is the SIM as its owner last heard of it, `latest` as it was last read, at `read_at`.
    `changed_at` is since when the two differ in their state; `unreachable_since` is set while KORE
    gives no usable answer. `unreported` counts state changes without a notice, `notified_at` is
    when the last notice was decided; `notice_count` and `card_count` number the next ones.
    `account` names the KORE account that has the SIM.
    """

    id: str
    sid: str
    name: str
    owner: WatchOwner
    condition: Condition
    started_at: datetime
    ends_at: datetime
    reported: Snapshot
    latest: Snapshot
    read_at: datetime
    changed_at: datetime | None = None
    unreachable_since: datetime | None = None
    unreachable_reason: str | None = None
    notified_at: datetime | None = None
    unreported: int = 0
    notice_count: int = 0
    ended_at: datetime | None = None
    ending: Ending | None = None
    ended_by: str | None = None
    card_count: int = 0
    card: Card | None = None
    set_id: str | None = None
    account: str = ""

    @property
    def card_id(self) -> str:
        """The id of its card: its own, or that of the set whose card it shares."""
        return self.set_id or self.id


class NoticeKind(StrEnum):
    """What a notice says; all but the first say that the watch ended."""

    CHANGED = "changed"
    REACHED = "reached"
    EXPIRED = "expired"
    STOPPED = "stopped"
    REVOKED = "shut_out"


@dataclass(frozen=True, slots=True)
class Notice:
    """One reply that mentions the owner: the SIM before and after, and when that was decided.

    `unreported` counts the state changes in between; `reason` is a sentence, or who stopped it.
    """

    kind: NoticeKind
    number: int
    before: Snapshot
    after: Snapshot
    at: datetime
    unreported: int = 0
    reason: str | None = None

    def key(self, watch_id: str) -> str:
        """Return the key under which the notice is sent once."""
        return f"watch:{watch_id}:{self.number}:{self.kind}"


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Why a SIM could not be read, in a sentence."""

    reason: str
