"""A watch on one SIM for one person, how it is asked for, and the notices it sends. Pure."""

import re
from datetime import datetime, timedelta
from enum import StrEnum

from bot.clock import format_duration, parse_seconds
from bot.diagnosis.evidence import State
from bot.errors import UserError
from bot.sessions.snapshot import Snapshot
from bot.sims.identifier import plain
from bot.struct import Struct, replace


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


class WatchOwner(Struct):
    """Who asked for a watch, and where; `team` and `enterprise` are the person's own."""

    person: str
    channel: str
    thread: str | None = None
    team: str | None = None
    enterprise: str | None = None


class WatchCard(Struct):
    """The message that shows a watch. `fingerprint` names what it showed when last edited."""

    channel: str
    ts: str | None
    edited_at: datetime
    fingerprint: str


class Watch(Struct):
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
    card: WatchCard | None = None
    set_id: str | None = None
    account: str = ""

    @property
    def full_name(self) -> str:
        """The SIM's name as it can be typed: `acme/pump-7` where there are several accounts."""
        account = self.latest.account
        return f"{account}/{self.name}" if account else self.name

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


class Notice(Struct):
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


class Unreachable(Struct):
    """Why a SIM could not be read, in a sentence."""

    reason: str


DEFAULT_DURATION = timedelta(hours=2)
SHORTEST = timedelta(minutes=1)
_CLAUSE = re.compile(r"(?<!\s)\s++(until|for)(?:\s++|$)", re.IGNORECASE)
_LENGTH_WORDS = 5
_CONDITIONS = {condition.value: condition for condition in Condition} | {
    "change": Condition.CHANGES
}


class WatchRequest(Struct):
    """What to watch; None where it was not typed. `fault` says what is wrong with the rest.

    `whole` is the SIM with the length of time behind it, where that was read as none of its name.
    """

    sim: str
    condition: Condition | None = None
    duration: timedelta | None = None
    fault: str | None = None
    whole: str | None = None


def parse_watch_request(text: str, longest: timedelta) -> WatchRequest:
    """Read what was typed behind `watch`; with a fault nothing but the SIM is of use."""
    text, bare = _without_length(text.strip())
    sim, *clauses = _CLAUSE.split(text)
    request = WatchRequest(sim.strip())
    if bare and "for" in map(str.lower, clauses[::2]):
        return replace(request, fault="`for` is there twice; write it once.")
    if bare:
        request = replace(_add_duration(request, bare, longest), whole=f"{sim.strip()} {bare}")
        if request.fault:
            return request
    seen: set[str] = set()
    for keyword, typed in zip(clauses[::2], clauses[1::2], strict=True):
        key, value = keyword.lower(), typed.strip()
        if key in seen:
            return replace(request, fault=f"`{key}` is there twice; write it once.")
        seen.add(key)
        add = _add_condition if key == "until" else _add_duration
        request = add(request, value, longest)
        if request.fault:
            return request
    return request


def _without_length(text: str) -> tuple[str, str]:
    """Take a length of time off the end, that stands neither alone nor behind `for`."""
    words = text.split()
    for count in range(_LENGTH_WORDS, 0, -1):
        length, before = " ".join(words[-count:]), words[:-count]
        if _is_length(length):
            stands_alone = before and before[-1].lower() not in {"for", "until"}
            return (" ".join(before), length) if stands_alone else (text, "")
    return text, ""


def _is_length(text: str) -> bool:
    """Return whether that is one length of time, and no more: `2h 30min`, but not `and 2h`."""
    return not text.lower().startswith("and") and parse_seconds(text) is not None


def _add_condition(request: WatchRequest, typed: str, _: timedelta) -> WatchRequest:
    if condition := _CONDITIONS.get(typed.lower()):
        return replace(request, condition=condition)
    cannot = f"I cannot watch `until {typed}`." if typed else "Until what shall I watch?"
    fault = f"{cannot} Write `until online`, `until offline` or "
    return replace(request, fault=f"{fault}`until changes`; how long goes after `for`: `for 2h`.")


def _add_duration(request: WatchRequest, typed: str, longest: timedelta) -> WatchRequest:
    seconds, most = parse_seconds(typed), format_duration(longest)
    if seconds is None:
        what = f"`for {typed}` is not a length of time." if typed else "For how long?"
        fault = f"{what} Write `for 30min`, `for 2h` or `for 1d`."
    elif seconds < SHORTEST.total_seconds():
        fault = "A watch lasts at least a minute: write `for 1min`."
    elif seconds > longest.total_seconds():
        fault = f"A watch lasts at most {most}: write `for {most}`, or less."
    else:
        return replace(request, duration=timedelta(seconds=seconds))
    return replace(request, fault=fault)


_LONGEST_REQUEST = 300
_ASKED = (
    r"(?i)(?:(?:hi|hey|hello|ok|please|pls|plz|and|then|(?:can|could|would|will) you|bot),? )*"
    r"(?:(?:tell|ping|notify|alert|warn|message|inform) (?:me|us)|let (?:me|us) know|watch),? "
    r"(?:please )?(?:when|whenever|once|(?P<asks>if)|as soon as|until) "
)
_IS = r"(?:'s|'re| is| are)"
_GETS = r"(?: (?:comes?|gets?|goes|go|turns?|becomes?))"
_ONLINE = r"(?: all)?(?: (?:back|on ?line|up|connected|alive|reachable|again|working))+"
_OFFLINE = r"(?: all)?(?: (?:off ?line|down|dark|again))+"
_TELL_ME = re.compile(
    rf"{_ASKED}(?:(?:all|both|any) of )?(?P<sim>\S.*?)"
    rf"(?:(?P<is>{_IS})(?:{_ONLINE}(?P<online>)|{_OFFLINE}(?P<offline>))"
    rf"|{_GETS}(?:{_ONLINE}(?P<returns>)|{_OFFLINE}(?P<drops>))"
    r"| (?:reconnects?|returns?|recovers?|reports? again)(?P<recovers>)"
    r"| (?:disconnects?|drops?(?: (?:off|out))?)(?P<leaves>)"
    r"| changes?(?P<changes>))"
    r"(?:,? (?:again|please|pls|plz|thanks|thank you|thx|ok))*[ .!?]*"
)
_ASKS = re.compile(rf"{_ASKED}(?!.*\b(?:was|were|did|had|last)\b)")
_NO_NAME = re.compile(  # what a question, or a condition beyond a change, has in that place
    r"(?i)\b(?:did|does|do|was|were|had|has|have|why|how|what|who|which|you|we|usually|normally"
    r"|often|last|with)\b"
)
_UNTIL_WORD = {"returns": "online", "recovers": "online", "drops": "offline", "leaves": "offline"}
_POINTS = re.compile(
    r"(?i)it|they|them|this|these|that|those|both|all|every(?:thing|one)"
    r"|(?:the|this|that|these|those) (?:sim|device|modem|router|gateway)s?"
)
_FILLER = re.compile(r"(?i)(?:of|for|on|about) +(?=\S)")
_LENGTH_WORDS = 5


def watch_in_words(text: str) -> str | None:
    """Return what to watch, and until what, as it is typed behind `watch`; None: nothing is.

    `tell me if pump-7 is down` may ask how it is now: it is none.
    """
    asked = _TELL_ME.fullmatch(plain(text)) if len(text) <= _LONGEST_REQUEST else None
    if asked is None or (asked["asks"] and asked["is"]) or _NO_NAME.search(asked["sim"]):
        return None
    named, sim = asked.lastgroup or "", asked["sim"]
    return f"{'it' if _POINTS.fullmatch(sim) else sim} until {_UNTIL_WORD.get(named, named)}"


def asks_to_be_told(text: str) -> bool:
    """Return whether a text asks to be told of something, understood or not."""
    return len(text) <= _LONGEST_REQUEST and _ASKS.match(plain(text)) is not None


def drop_filler(text: str) -> str:
    """Return what stands behind `history of` and `watch for`; all of it where a length does."""
    rest = _FILLER.sub("", text.strip(), count=1) if _FILLER.match(text.strip()) else text
    words = rest.split()[:_LENGTH_WORDS]
    counts = range(1, len(words) + 1)
    is_length = any(parse_seconds(" ".join(words[:count])) is not None for count in counts)
    return text if is_length else rest
