"""Questions about a fleet in a few words, as `pump-* offline on Telcel`: their grammar. Pure.

    question = [pattern] clause …           in any order, at least one of them
    clause   = "offline" | "online" | "stale" | "blocked" | "new" | "top" [count]
             | "on" network | "plan" plan | ("silent" | state) "for" duration

Help, the terminal and the errors take their words from here.
"""

import difflib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Literal, NamedTuple

from bot.clock import format_duration, parse_seconds
from bot.diagnosis.evidence import State
from bot.sessions.snapshot import SILENT, Snapshot
from bot.sims.identifier import is_pattern, name_key, plain_pattern, quoted, strip_punctuation
from bot.struct import Struct, replace

USAGES = (
    (
        "<pattern>",
        "the SIMs whose names fit; add the words below to narrow it down, or use them alone",
    ),
    (
        "offline|online|stale|blocked [on <network>]",
        "the SIMs in that state (stale: open with no update), all or only on one network",
    ),
    ("silent for 2d", "the SIMs not seen for that long"),
    ("plan <plan>", "the SIMs on a rate plan"),
    ("new", "the SIMs that are new"),
    ("top 5", "the SIMs with the most packets in 24 h"),
)
"""What can be typed, and what comes of it."""
LONGEST = timedelta(days=30)
TOP = 10
MOST_TOP = 100

_STATES: Mapping[str, frozenset[State]] = {
    "offline": SILENT,
    "online": frozenset({State.ONLINE}),
    "stale": frozenset({State.STALE}),
    "blocked": frozenset({State.BLOCKED}),
}
_ALIASES = {"down": "offline", "silent": "offline", "up": "online"} | dict.fromkeys(
    ("suspended", "deactivated", "canceled", "cancelled"), "blocked"
)
_KEYWORDS = {*_STATES, *_ALIASES, "on", "plan", "for", "since", "new", "top", "called"}
_FILLER = {
    "a", "all", "and", "any", "are", "every", "find", "how", "is", "list", "many", "me", "our",
    "please", "show", "sim", "sims", "that", "the", "they", "were", "what", "which", "with",
}  # fmt: skip
_BEFORE_TIME = {"about", "at", "least", "longer", "more", "over", "than", "the", "last"}
_AROUND = ",;()<>`\"'"
_NEAR = 0.75
_MOST_WORDS = 40
_LEAST = 3
_TIME_WORDS = 5
_DIGITS = 9  # of a number; more than that is too many in any case


class FleetQuery(Struct):
    """What is asked; None or False is not asked for. `top` is how many of the busiest.

    `state` is a word of the grammar; `network` an operator's name or MCC-MNC; `plan` a rate plan's
    name or SID. With an `account` it is about that one of several.
    """

    pattern: str | None = None
    state: str | None = None
    network: str | None = None
    plan: str | None = None
    silent_for: timedelta | None = None
    is_new: bool = False
    top: int | None = None
    account: str | None = None

    @property
    def states(self) -> frozenset[State] | None:
        """The states that fit; None: any."""
        return _STATES[self.state] if self.state else None

    @property
    def is_only_a_name(self) -> bool:
        """Return whether nothing but a pattern is asked."""
        return self == FleetQuery(self.pattern, account=self.account)

    @property
    def words(self) -> str:
        """The question as it may be typed."""
        parts = (
            self.pattern,
            "silent" if self.silent_for and self.state == "offline" else self.state,
            f"on {self.network}" if self.network else None,
            f"for {format_duration(self.silent_for)}" if self.silent_for else None,
            f"plan {self.plan}" if self.plan else None,
            "new" if self.is_new else None,
            None if self.top is None else "top" if self.top == TOP else f"top {self.top}",
        )
        prefix = f"{self.account}/" if self.account else ""
        return prefix + " ".join(filter(None, parts))


class MisreadQuery(Struct):
    """A text that begins as a question: what was understood of it, and a sentence on the rest.

    `is_whole`: it says what to type instead, too.
    """

    query: FleetQuery
    sentence: str
    is_whole: bool = False


def parse_fleet_query(text: str) -> FleetQuery | MisreadQuery | None:
    """Read a question; None where the text does not begin as one, or stands in quotes."""
    return _read(text, mends=False)


def nearest_fleet_query(text: str) -> FleetQuery | None:
    """Return what a question with misspelt words was meant to be; None where it is none.

    A SIM may be called so: it is looked up before this is said.
    """
    meant = _read(text, mends=True)
    return meant if isinstance(meant, FleetQuery) else None


def _read(text: str, *, mends: bool) -> FleetQuery | MisreadQuery | None:
    stripped = text.strip()
    if not stripped or strip_punctuation(stripped[0]) == "" or "\n" in stripped:
        return None
    words = plain_pattern(stripped).rstrip("?!.,:; ").split()
    if len(words) > _MOST_WORDS:
        return None
    try:
        return _Reader(words, mends=mends).read()
    except _NotUnderstood as error:
        return error.misread


class _NotUnderstood(Exception):
    def __init__(self, misread: MisreadQuery | None) -> None:
        super().__init__()
        self.misread = misread


class _Reader:
    """Reads the words one after the other; `mends` takes a misspelt one for what it is near."""

    def __init__(self, words: list[str], *, mends: bool) -> None:
        self._words = words
        self._mends = mends
        self._at = 0
        self._query = FleetQuery()

    def read(self) -> FleetQuery | None:
        """Return the query; None where there is nothing in it."""
        while self._at < len(self._words):
            word = name_key(self._words[self._at])
            if is_pattern(self._words[self._at]):
                self._add("pattern", self._words[self._at].strip(_AROUND))
            elif word in _KEYWORDS:
                self._at += 1
                self._keyword(word)
                continue
            elif self._mends and (near := _near(word)):
                self._words[self._at] = near
                continue
            elif word not in _FILLER:
                self._refuse(quoted(" ".join(self._words[self._at :])))
            self._at += 1
        return self._query if self._query != FleetQuery() else None

    def _keyword(self, word: str) -> None:
        state = _ALIASES.get(word, word)
        if state in _STATES:
            self._add("state", state)
        elif word in {"on", "plan"} and name_key(self._peek()) == "plan":
            return
        elif word == "on":
            self._add("network", self._value("`on` needs a network, as in `on Telcel`."))
        elif word == "plan":
            missing = "`plan` needs a rate plan's name or SID, as in `plan fleet-mx`."
            self._add("plan", self._value(missing))
        elif word == "new":
            self._query = replace(self._query, is_new=True)
        elif word == "top":
            self._top()
        elif word in {"for", "since"}:
            self._duration()

    def _add(self, name: Literal["pattern", "state", "network", "plan"], value: str) -> None:
        before = getattr(self._query, name)
        if before not in {None, value}:
            both = f"{quoted(before)} and {quoted(value)}"
            self._refuse(f"You asked for {both} at once; ask for one of them.", said=True)
        values: dict[str, Any] = {name: value}
        self._query = replace(self._query, **values)

    def _value(self, missing: str) -> str:
        found: list[str] = []
        while self._at < len(self._words) and name_key(self._peek()) not in _KEYWORDS:
            if is_pattern(self._peek()):
                break
            found.append(self._peek())
            self._at += 1
        while found and name_key(found[-1]) in _FILLER:
            found.pop()
        if not found:
            self._refuse(missing, said=True)
        return strip_punctuation(" ".join(found)) or " ".join(found)

    def _top(self) -> None:
        number, top = self._peek(), TOP
        if number.isascii() and number.isdigit():
            self._at += 1
            top = int(number[:_DIGITS])
        if top == 0:
            self._refuse("`top` needs at least 1: write `top 1`, or more.", said=True)
        if top > MOST_TOP:
            self._refuse(f"`top` shows at most {MOST_TOP} SIMs: write `top {MOST_TOP}`.", said=True)
        self._query = replace(self._query, top=top)

    def _duration(self) -> None:
        while name_key(self._peek()) in _BEFORE_TIME:
            self._at += 1
        for count in range(_TIME_WORDS, 0, -1):
            seconds = parse_seconds(" ".join(self._words[self._at : self._at + count]))
            if seconds is not None:
                self._at += count
                self._silent_for(seconds)
                return
        self._refuse("`for` needs a length of time, as in `silent for 2d`.", said=True)

    def _silent_for(self, seconds: float) -> None:
        most = format_duration(LONGEST)
        if seconds <= 0:
            says = "`silent for` needs more than 0: write `silent for 1min`, or longer."
            self._refuse(says, said=True)
        if seconds > LONGEST.total_seconds():
            self._refuse(
                f"KORE keeps sessions for {most}, so {most} is the longest: `silent for {most}`.",
                said=True,
            )
        if self._query.state is None:
            self._refuse("Say for how long, as in `silent for 2d`.", said=True)
        self._query = replace(self._query, silent_for=timedelta(seconds=seconds))

    def _peek(self) -> str:
        return self._words[self._at] if self._at < len(self._words) else ""

    def _refuse(self, what: str, *, said: bool = False) -> None:
        if self._query == FleetQuery() and not said:
            raise _NotUnderstood(None)
        known = quoted(self._query.words)
        sentence = what if said else f"I understand {known}, but not {what}."
        raise _NotUnderstood(MisreadQuery(self._query, sentence, said))


def _near(word: str) -> str | None:
    """Return the keyword that a word is nearly; "stop" is not nearly "top"."""
    if word in _FILLER or not word.isalpha():
        return None
    alike = [each for each in _KEYWORDS if each[0] == word[0] and len(each) >= _LEAST]
    return next(iter(difflib.get_close_matches(word, alike, 1, _NEAR)), None)


class SimFacts(NamedTuple):
    """What a question asks of a SIM; None is unknown. `seen_at` is in epoch seconds."""

    name: str
    state: str
    operator: str | None
    network: str | None
    plan: str | None
    seen_at: float | None


def facts_of(snapshot: Snapshot) -> SimFacts:
    """Return those of a snapshot."""
    seen_at = snapshot.seen_at.timestamp() if snapshot.seen_at else None
    return SimFacts(
        snapshot.name,
        snapshot.state,
        snapshot.operator,
        snapshot.network,
        snapshot.plan,
        seen_at,
    )


Fits = Callable[[SimFacts], bool]


def query_matcher(query: FleetQuery, now: float) -> Fits:
    """Return what tells whether such a SIM is as asked; what is unknown does not fit."""
    states, network = query.states, name_key(query.network or "")
    latest = now - query.silent_for.total_seconds() if query.silent_for else None

    def fits(sim: SimFacts) -> bool:
        return (
            (states is None or sim.state in states)
            and (not network or _is_on(sim, network))
            and (latest is None or _is_silent(sim, latest))
        )

    return fits


def _is_on(sim: SimFacts, network: str) -> bool:
    return network in name_key(sim.operator or "") or network.replace("-", "") == (
        sim.network or ""
    ).replace("-", "")


def _is_silent(sim: SimFacts, latest: float) -> bool:
    """Return whether a SIM was last seen before that; one never seen was not for 30 days."""
    if sim.seen_at is None:
        return sim.state == State.NEVER_SEEN
    return sim.seen_at <= latest
