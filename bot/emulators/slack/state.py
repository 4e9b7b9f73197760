"""What a workspace holds, how it is written to, and what each person sees of it."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager

from bot.clock import Clock
from bot.emulators.slack.blocks.whole import named
from bot.emulators.slack.entities import Entities
from bot.emulators.slack.faults import ResponseTickets, Triggers
from bot.emulators.slack.files import Files
from bot.emulators.slack.messages import Message, Messages
from bot.emulators.slack.payloads import Unfurls
from bot.emulators.slack.people import (
    BOT,
    CHANNELS,
    GRAFANA,
    HOME,
    PEOPLE,
    SLACKBOT,
    USER_GROUPS,
    Channel,
    Ids,
    Json,
    Person,
)
from bot.emulators.slack.views import View, Views
from bot.struct import Struct, field, replace


class Change(Struct):
    """What happened. `only_for` is a person's id where nobody else may know of it.

    Kinds: message, message_changed, message_deleted, view_opened, view_changed, view_errors,
    view_closed, home, delivery_failed, file, channel.
    """

    kind: str
    data: Json = field(default_factory=dict)
    only_for: str | None = None

    def to_json(self) -> Json:
        """Return the change as a web page reads it."""
        return {"kind": self.kind, **self.data}


class Subscription(asyncio.Queue[Change | None]):
    """An async iterator of changes, which None ends."""

    def __aiter__(self) -> AsyncIterator[Change]:
        return self

    async def __anext__(self) -> Change:
        change = await self.get()
        if change is None:
            raise StopAsyncIteration
        return change


class Changes:
    """Hands every change to every subscription."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()

    @contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        """Listen to every change while the block lasts."""
        subscription = Subscription()
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def publish(self, change: Change) -> None:
        """Notify all."""
        for subscription in self._subscriptions:
            subscription.put_nowait(change)

    def close(self) -> None:
        """Let every reader go."""
        for subscription in self._subscriptions:
            subscription.put_nowait(None)


class WorkspaceState(Changes):
    """People, channels, messages and views; no HTTP.

    `unknown_blocks` are block types that this workspace does not know yet: whoever sends one is
    answered `invalid_blocks`, as by a real workspace that has not been updated. `edit_seconds` is
    how long a message can be changed after it was written (None: for ever).
    """

    def __init__(
        self,
        clock: Clock,
        *,
        people: Iterable[Person] = PEOPLE,
        channels: Iterable[Channel] = CHANNELS,
        shortcuts: Iterable[Json] = (),
        unfurl_domains: Iterable[str] = (),
    ) -> None:
        super().__init__()
        self.clock = clock
        self.ids = Ids()
        self.team = HOME
        self.people = {person.id: person for person in (*people, BOT, SLACKBOT, GRAFANA)}
        self.channels = {channel.id: channel for channel in channels}
        self.user_groups = {group.id: group for group in USER_GROUPS}
        self.commands = {"/simsessions"}
        self.shortcuts = tuple(shortcuts)
        self.unfurl_domains = tuple(unfurl_domains)
        self.edit_seconds: float | None = None
        self.unknown_blocks: set[str] = set()
        self.messages = Messages()
        self.views = Views(self.ids)
        self.files = Files(clock, self.ids)
        self.triggers = Triggers(clock, self.ids)
        self.tickets = ResponseTickets(clock, self.ids)
        self.unfurls = Unfurls(self.ids)
        self.entities = Entities()
        self.message_inputs: dict[tuple[str, str], Json] = {}
        self.erased: set[str] = set()

    def person(self, name: str) -> Person:
        """Find a person by id or name. Raises KeyError."""
        by_name = {person.name: person for person in self.people.values()}
        return self.people.get(name) or by_name[name.removeprefix("@")]

    def channel(self, name: str) -> Channel:
        """Find a channel by id or name, with or without `#`. Raises KeyError."""
        by_name = {c.name: c for c in self.channels.values() if c.kind != "im"}
        return self.channels.get(name) or by_name[name.removeprefix("#")]

    def dm(self, user: str) -> Channel:
        """Return a person's direct messages with the app; they are opened at first use."""
        for channel in self.channels.values():
            if channel.kind == "im" and user in channel.members:
                return channel
        opened = Channel(
            self.ids.make("D", 9), self.people[user].name, "im", frozenset({user, BOT.id})
        )
        return self.put_channel(opened)

    def put_channel(self, channel: Channel) -> Channel:
        """Keep a channel, in the place of the one with its id: invite, remove, archive."""
        self.channels[channel.id] = channel
        self.publish(Change("channel", {"channel": channel.to_json()}))
        return channel

    def write(self, channel: str, user: str, text: str, **more: object) -> Message:
        """Write a message; `more` are further fields of `Message`; its blocks get their ids."""
        blocks = named(_blocks(more.pop("blocks", ())), self.ids)
        ts = self.messages.next_ts(self.clock.now())
        team = self.people[user].team
        message = replace(Message(ts, channel, user, text, team, blocks), **more)
        self.messages.put(message)
        self._tell("message", message)
        return message

    def rewrite(
        self, message: Message, text: str, blocks: Iterable[Json], **more: object
    ) -> Message:
        """Write a message anew in its place; it is marked as edited."""
        edited = self.messages.next_ts(self.clock.now())
        fresh = {"text": text, "blocks": named(blocks, self.ids), "edited_ts": edited}
        return self.keep(message, **fresh, **more)

    def keep(self, message: Message, **fields: object) -> Message:
        """Keep a message with other fields, in its place."""
        anew = replace(message, **fields)
        self.messages.put(anew)
        self._tell("message_changed", anew)
        return anew

    def erase(self, message: Message) -> None:
        """Take a message away."""
        self.messages.remove(message.ts)
        self.erased.add(message.ts)
        self._tell("message_deleted", message)

    def show(self, kind: str, view: View) -> View:
        """Notify the person's page of a view."""
        self.publish(Change(kind, {"view": view.to_slack()}, only_for=view.user))
        return view

    def show_errors(self, view: View, errors: Json) -> None:
        """Notify the person's page of what is wrong in a modal: block id, sentence."""
        data = {"view": view.to_slack(), "errors": errors}
        self.publish(Change("view_errors", data, only_for=view.user))

    def snapshot(self, user: str) -> Json:
        """Return all that a person sees, as JSON: channels, messages, the open modal, Home."""
        person = self.person(user)
        seen = [c for c in self.channels.values() if sees(person, c)]
        inside = {c.id: self.messages.in_channel(c.id, seen_by=person.id) for c in seen}
        top, home = self.views.top(person.id), self.views.home(person.id)
        return {
            "user": person.to_json(),
            "people": [other.to_json() for other in self.people.values()],
            "channels": [c.to_json() for c in seen],
            "messages": {ts: [m.to_json() for m in found] for ts, found in inside.items()},
            "view": top.to_slack() if top else None,
            "view_depth": len(self.views.stack(person.id)),
            "home": home.to_slack() if home else None,
            "commands": sorted(self.commands),
            "shortcuts": list(self.shortcuts),
            "user_groups": [group.to_json() for group in self.user_groups.values()],
            "unfurl_domains": list(self.unfurl_domains),
        }

    def _tell(self, kind: str, message: Message) -> None:
        data = {"message": message.to_json()}
        self.publish(Change(kind, data, only_for=message.ephemeral_to))


def sees(person: Person, channel: Channel) -> bool:
    """Whether a channel stands in a person's sidebar: their own, and the public ones at home.

    Guests see only their own.
    """
    at_home = person.team == HOME.id and not person.is_restricted
    return person.id in channel.members or (channel.kind == "public" and at_home)


def _blocks(given: object) -> list[Json]:
    return list(given) if isinstance(given, (list, tuple)) else []
