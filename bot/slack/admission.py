"""Who may ask and what they see, as far as Slack must be asked for it: after the ack, never before.

Groups, guests and shared channels. What needs no asking is in bot/slack/access.py.
"""

import asyncio
from dataclasses import dataclass

from bot.errors import NotAllowed
from bot.slack.access import NOT_LISTED, Access, Actor
from bot.slack.channels import Channels
from bot.slack.groups import UserGroups
from bot.slack.people import People
from bot.slack.policy import (
    ALL,
    IN_SHARED,
    MAYBE_GUEST,
    MAYBE_SHARED,
    NOT_IN_SHARED,
    NOT_KNOWING_WHERE,
    NOT_KNOWING_WHO,
    NOT_TO_GUESTS,
    NOT_TO_OTHERS,
    TO_GUESTS,
    TO_OTHERS,
    Policy,
    Sight,
    held,
)


@dataclass(frozen=True, slots=True)
class Policies:
    """What holds for guests; and for other companies, their people and shared channels."""

    guests: Policy = Policy.REDACT
    shared: Policy = Policy.REDACT


class Admission:
    """Lets in, and says how much may be seen."""

    def __init__(
        self,
        access: Access,
        people: People,
        channels: Channels,
        groups: UserGroups,
        policies: Policies,
    ) -> None:
        self._access = access
        self._people = people
        self._channels = channels
        self._groups = groups
        self._policies = policies

    async def sight(self, actor: Actor, *, for_all: bool = False) -> Sight:
        """Say what an answer to this person may show; `for_all`: the whole channel reads it.

        Where Slack does not say who somebody is, they count as a guest; where it does not say what
        a channel is, that counts as shared for what all read, and the asker alone is answered as
        ever. Raises NotAllowed.
        """
        if not self._access.is_listed(actor) and not await self._groups.has(actor.user):
            raise NotAllowed(NOT_LISTED)
        person, place = await asyncio.gather(
            self._of_person(actor), self._of_place(actor, for_all=for_all)
        )
        return person if person.left_out else place

    async def sight_in(self, channel: str) -> Sight:
        """Say what may stand in a channel for all, whoever asked for it. Raises NotAllowed."""
        return await self._of_channel(channel, for_all=True)

    async def aclose(self) -> None:
        """Ask Slack nothing any more."""
        await asyncio.gather(self._people.aclose(), self._channels.aclose())

    async def _of_person(self, actor: Actor) -> Sight:
        if not self._access.is_ours(actor):
            return held(self._policies.shared, NOT_TO_OTHERS, TO_OTHERS)
        if self._policies.guests is Policy.ALLOW:
            return ALL
        is_guest = await self._people.is_guest(actor.user) if actor.user else None
        if is_guest is None:
            return held(self._policies.guests, NOT_KNOWING_WHO, MAYBE_GUEST)
        return held(self._policies.guests, NOT_TO_GUESTS, TO_GUESTS) if is_guest else ALL

    async def _of_place(self, actor: Actor, *, for_all: bool) -> Sight:
        if actor.channel is None:  # a window or the Home tab: nobody else reads it
            return ALL
        if actor.in_shared:
            self._channels.learn(actor.channel, is_shared=True)
        return await self._of_channel(actor.channel, for_all=for_all, told=actor.in_shared)

    async def _of_channel(self, channel: str, *, for_all: bool, told: bool | None = None) -> Sight:
        if self._policies.shared is Policy.ALLOW:
            return ALL
        known = await self._channels.is_shared(channel)
        is_shared = told if known is None else known
        if is_shared is None:
            unsure = (NOT_KNOWING_WHERE, MAYBE_SHARED)
            return held(self._policies.shared, *unsure) if for_all else ALL
        return held(self._policies.shared, NOT_IN_SHARED, IN_SHARED) if is_shared else ALL
