"""Who may ask, as far as a payload tells, and how often: a token bucket for each person."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from math import ceil

from cachetools import LRUCache, TTLCache

from bot.clock import Clock
from bot.errors import AskedTooOften, NotAllowed
from bot.slack.directory import Channels, People, UserGroups
from bot.struct import Struct

EVERYBODY: frozenset[str] = frozenset()
NOT_KNOWN = "Slack did not tell me who you are, so I may not answer."
NOT_LISTED = "You are not on my list. Ask an admin of this bot to let you in."


class Actor(Struct):
    """Who does something, as far as that is certain. None is unknown: no list names the unknown.

    `team` is the workspace and `enterprise` the organisation that the person is from. `in_view`
    says that it happens where nobody else reads: in a modal or on the Home tab. `in_shared` is what
    an event said of whether the channel is shared with another company, `is_direct` that it was
    written to the bot directly.
    """

    team: str | None
    enterprise: str | None
    user: str | None
    channel: str | None
    in_view: bool = False
    in_shared: bool | None = None
    is_direct: bool = False


class Access(Struct):
    """The lists; an empty one lets everybody in, but for `teams`: empty means `home` alone.

    Who is in one of the user `groups` is not known here: bot/slack/access.py asks Slack for it,
    so whoever may be in one passes. `enterprise` is the organisation of `home`.
    """

    home: str
    teams: frozenset[str] = EVERYBODY
    users: frozenset[str] = EVERYBODY
    channels: frozenset[str] = EVERYBODY
    groups: frozenset[str] = EVERYBODY
    enterprise: str | None = None

    def check(self, actor: Actor | None) -> Actor:
        """Return the actor. Raises NotAllowed for one who is unknown or not on a list."""
        if actor is None or not actor.user:
            raise NotAllowed(NOT_KNOWN)
        if not self._from_here(actor):
            raise NotAllowed("I answer only people of my own workspace. Ask one of them to look.")
        if not self.groups and not self.is_listed(actor):
            raise NotAllowed(NOT_LISTED)
        if self.channels and not actor.in_view and actor.channel not in self.channels:
            raise NotAllowed("I may not answer here. Ask an admin of this bot to let me.")
        return actor

    def is_listed(self, actor: Actor) -> bool:
        """Return whether the list of people lets somebody in: it names them, or there is none."""
        return actor.user in self.users or not (self.users or self.groups)

    def is_ours(self, actor: Actor) -> bool:
        """Return whether somebody is of the bot's own workspace or organisation."""
        ours = actor.enterprise is not None and actor.enterprise == self.enterprise
        return ours or actor.team == self.home

    def _from_here(self, actor: Actor) -> bool:
        teams = self.teams or {self.home}
        return actor.team in teams or (actor.enterprise is not None and actor.enterprise in teams)


REDACTED = "ICCID, IMEI, cell and location are redacted"
TO_GUESTS = "for guests"
TO_OTHERS = "for people of other workspaces"
IN_SHARED = "in a channel shared with another company"
MAYBE_GUEST = "because Slack did not tell me whether you are a guest"
MAYBE_SHARED = (
    "because I cannot tell whether this channel is shared with another company; "
    "`/invite @simsessions` lets me see"
)

NOT_TO_GUESTS = "I do not answer guests of this workspace. Ask one of its members."
NOT_TO_OTHERS = "I do not answer people of other workspaces."
NOT_IN_SHARED = (
    "I do not answer in channels that are shared with another company. Ask me in a direct message."
)
NOT_KNOWING_WHO = (
    "Slack did not tell me whether you are a guest, and guests get no answer here. Try again in a "
    "minute; if it stays so, ask an admin to run `simsessions doctor`."
)
NOT_KNOWING_WHERE = (
    "I cannot tell whether this channel is shared with another company, so I post nothing here. "
    "Type `/invite @simsessions`, then try again."
)


class Policy(StrEnum):
    """`REDACT` answers without ICCID, IMEI, cell and location."""

    REFUSE = "refuse"
    REDACT = "redact"
    ALLOW = "allow"


UNNAMED = ""
"""The name of a bot's account where it has one only and the settings name none."""
ONE_ACCOUNT = frozenset({UNNAMED})


class Visibility(Struct):
    """What the readers of an answer may see: `redaction` says what not and why; None: all.

    `accounts` are the names of the KORE accounts of which anything may be shown, one at least.
    """

    redaction: str | None = None
    accounts: frozenset[str] = ONE_ACCOUNT


ALL = Visibility()


class NoAccount(NotAllowed):
    """None of the accounts may be shown to whoever reads the answer."""


NO_ACCOUNT = "You may see none of my accounts here. Ask an admin of this bot to let you."
NO_ACCOUNT_FOR_ALL = (
    "None of my accounts may be shown to everybody here. Ask me in a direct message, or ask an "
    "admin of this bot."
)


class AccountRule(Struct):
    """Who may see an account: everybody in its channels, and its people where only they read.

    Without any list everybody who may ask sees it.
    """

    name: str = UNNAMED
    channels: frozenset[str] = EVERYBODY
    users: frozenset[str] = EVERYBODY
    groups: frozenset[str] = EVERYBODY

    @property
    def is_open(self) -> bool:
        """Return whether everybody who may ask sees it."""
        return not (self.channels or self.users or self.groups)


def visibility(policy: Policy, refusal: str, because: str) -> Visibility:
    """Return what may be seen under a policy. Raises NotAllowed with the refusal."""
    if policy is Policy.REFUSE:
        raise NotAllowed(refusal)
    return ALL if policy is Policy.ALLOW else Visibility(f"{REDACTED} {because}.")


class Policies(Struct):
    """What holds for guests; and for other companies, their people and shared channels."""

    guests: Policy = Policy.REDACT
    shared: Policy = Policy.REDACT


class Authorizer:
    """Decides who may ask, and how much the readers of the answer may see."""

    def __init__(  # noqa: PLR0913 -- collaborators and rules
        self,
        access: Access,
        people: People,
        channels: Channels,
        groups: UserGroups,
        policies: Policies,
        *,
        accounts: Sequence[AccountRule] = (AccountRule(),),
    ) -> None:
        self._accounts = tuple(accounts)
        self._open = frozenset(rule.name for rule in self._accounts if rule.is_open)
        self._all_open = len(self._open) == len(self._accounts)
        self._direct: LRUCache[str, bool] = LRUCache(MOST)
        self._access = access
        self._people = people
        self._channels = channels
        self._groups = groups
        self._policies = policies

    async def authorize(self, actor: Actor | None, *, for_all: bool = False) -> Visibility:
        """Return what an answer to this person may show; `for_all`: the whole channel reads it.

        Where Slack does not say who somebody is, they count as a guest; where it does not say what
        a channel is, that counts as shared for what all read, and the asker alone is answered as
        ever. Raises NotAllowed, also where it is not known who acts.
        """
        known = self._access.check(actor)
        if not self._access.is_listed(known) and not await self._groups.has(
            known.user, self._access.groups
        ):
            raise NotAllowed(NOT_LISTED)
        accounts = await self._accounts_of(known, for_all=for_all)
        of_person, of_channel = await asyncio.gather(
            self._of_person(known), self._of_actors_channel(known, for_all=for_all)
        )
        return Visibility(of_person.redaction or of_channel.redaction, accounts)

    async def authorize_channel(self, channel: str) -> Visibility:
        """Return what may stand in a channel for all, whoever asked for it. Raises NotAllowed."""
        accounts = self.accounts_in(channel)
        return Visibility((await self._of_channel(channel, for_all=True)).redaction, accounts)

    def accounts_in(self, channel: str) -> frozenset[str]:
        """Return the accounts that everybody in a channel may see. Raises NotAllowed."""
        if accounts := self._shown_in(channel):
            return accounts
        raise NoAccount(NO_ACCOUNT_FOR_ALL)

    def hides(self, account: str, channel: str) -> bool:
        """Return whether a channel may see accounts, but not this one."""
        shown = self._shown_in(channel)
        return bool(shown) and account not in shown

    def _shown_in(self, channel: str | None) -> frozenset[str]:
        """Return the accounts that everybody in a channel may see."""
        return self._open.union(rule.name for rule in self._accounts if channel in rule.channels)

    async def _accounts_of(self, actor: Actor, *, for_all: bool) -> frozenset[str]:
        """Return the accounts that the readers of an answer may see. Raises NotAllowed."""
        if self._all_open and self._open:
            return self._open
        seen = self._shown_in(actor.channel)
        if not for_all or await self._reads_alone(actor):
            theirs = [rule for rule in self._accounts if rule.name not in seen]
            seen |= {rule.name for rule in theirs if await self._is_of(rule, actor.user)}
        elif not seen:
            raise NoAccount(NO_ACCOUNT_FOR_ALL)
        if not seen:
            raise NoAccount(NO_ACCOUNT)
        return seen

    async def _is_of(self, rule: AccountRule, user: str | None) -> bool:
        """Return whether somebody is one of an account's people."""
        if user in rule.users:
            return True
        return bool(rule.groups) and await self._groups.has(user, rule.groups)

    async def _reads_alone(self, actor: Actor) -> bool:
        """Return whether nobody else reads where the actor is: in a window, or alone with the bot.

        The bot hears of no direct messages but its own, so what it knows is such a one; of two
        people's it has a click at most.
        """
        if actor.channel is None or actor.channel == actor.user:
            return True
        if not actor.channel.startswith("D"):
            return False
        if actor.is_direct:
            self._direct[actor.channel] = True
        if actor.channel in self._direct:
            return True
        return await self._channels.is_shared(actor.channel) is not None

    async def aclose(self) -> None:
        """Ask Slack nothing any more."""
        await asyncio.gather(self._people.aclose(), self._channels.aclose())

    async def _of_person(self, actor: Actor) -> Visibility:
        if not self._access.is_ours(actor):
            return visibility(self._policies.shared, NOT_TO_OTHERS, TO_OTHERS)
        if self._policies.guests is Policy.ALLOW:
            return ALL
        is_guest = await self._people.is_guest(actor.user) if actor.user else None
        if is_guest is None:
            return visibility(self._policies.guests, NOT_KNOWING_WHO, MAYBE_GUEST)
        return visibility(self._policies.guests, NOT_TO_GUESTS, TO_GUESTS) if is_guest else ALL

    async def _of_actors_channel(self, actor: Actor, *, for_all: bool) -> Visibility:
        if actor.channel is None:  # a modal or the Home tab: nobody else reads it
            return ALL
        if actor.in_shared:
            self._channels.learn(actor.channel, value=True)
        return await self._of_channel(actor.channel, for_all=for_all, from_event=actor.in_shared)

    async def _of_channel(
        self, channel: str, *, for_all: bool, from_event: bool | None = None
    ) -> Visibility:
        if self._policies.shared is Policy.ALLOW:
            return ALL
        known = await self._channels.is_shared(channel)
        is_shared = from_event if known is None else known
        if is_shared is None:
            unsure = (NOT_KNOWING_WHERE, MAYBE_SHARED)
            return visibility(self._policies.shared, *unsure) if for_all else ALL
        return visibility(self._policies.shared, NOT_IN_SHARED, IN_SHARED) if is_shared else ALL


WINDOW_SECONDS = 60.0
MANY = 20
MOST = 50_000


CHARACTERS = 2_000
"""Of a text count as one look-up."""


class UserRateLimit:
    """`per_minute` look-ups, as many at once, then one whenever its share of the minute is over."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._size = per_minute
        self._clock = clock
        # a bucket that nobody touched for a minute is full again, so it may be forgotten
        self._left: TTLCache[str, tuple[float, float]] = TTLCache(
            MOST, WINDOW_SECONDS, timer=clock.monotonic
        )
        self._notified: TTLCache[tuple[str, str], bool] = TTLCache(
            MOST, WINDOW_SECONDS, timer=clock.monotonic
        )

    def take(self, person: str, sims: int = 1, *, where: str | None = "") -> None:
        """Take a look-up for every 20 SIMs, or raise AskedTooOften.

        That is said once a minute in each channel, which is `where` it is asked; None is where
        only the asker reads it, and it is said each time. What costs more than there can ever be
        takes a full bucket.
        """
        self._take(person, lookup_cost(sims), where)

    def take_text(self, person: str, characters: int, *, where: str | None = "") -> None:
        """Take a look-up for every 2,000 characters, before they are read: reading takes time too.

        A shorter text is free. Raises as `take` does.
        """
        if cost := characters // CHARACTERS:
            self._take(person, cost, where)

    def _take(self, person: str, cost: int, where: str | None) -> None:
        now, cost = self._clock.monotonic(), min(cost, self._size)
        left, at = self._left.get(person, (float(self._size), now))
        left = min(self._size, left + (now - at) * self._size / WINDOW_SECONDS)
        if left < cost:
            seconds = ceil((cost - left) * WINDOW_SECONDS / self._size)
            raise AskedTooOften(self._size, seconds, is_said=self._is_said(person, where))
        self._left[person] = (left - cost, now)

    def _is_said(self, person: str, where: str | None) -> bool:
        if where is None:
            return False
        if (person, where) in self._notified:
            return True
        self._notified[person, where] = True
        return False


def lookup_cost(sims: int) -> int:
    """Return what a look-up of several SIMs costs: one for every twenty."""
    return max(1, ceil(sims / MANY))
