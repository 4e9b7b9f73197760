"""What all actions of people share: delivering them, and the keys and values that they carry."""

from collections.abc import Iterable

from bot.emulators.slack import events
from bot.emulators.slack.changes import Change
from bot.emulators.slack.delivery import AppLink, Delivery, EnvelopeKind, Unplugged
from bot.emulators.slack.ids import Json
from bot.emulators.slack.inputs import STATELESS, answer_of
from bot.emulators.slack.messages import Message
from bot.emulators.slack.people import SLACKBOT, Channel, Person
from bot.emulators.slack.state import WorkspaceState, sees

ABOUT = ("text", "value", "style", "url")


class Actions(WorkspaceState):
    """A workspace whose people can act; `link` is the way to the app, a `SlackApi` plugs it in."""

    link: AppLink = Unplugged()

    def write(self, channel: str, user: str, text: str, **more: object) -> Message:
        """Write a message; the app hears of it as its scopes and subscriptions allow."""
        message = super().write(channel, user, text, **more)
        self._emit(events.of_written(message, self.channels[channel]))
        return message

    def keep(self, message: Message, **fields: object) -> Message:
        """Keep a message with other fields; the app hears of it."""
        anew, place = super().keep(message, **fields), self.channels[message.channel]
        self._emit(events.of_changed(message, anew, place, self._now_ts()))
        return anew

    def erase(self, message: Message) -> None:
        """Take a message away; the app hears of it."""
        super().erase(message)
        place = self.channels[message.channel]
        self._emit(events.of_deleted(message, place, self._now_ts()))

    async def _hand_over(self, kind: EnvelopeKind, payload: Json, person: Person) -> Delivery:
        ack = await self.link.hand_over(kind, payload)
        if ack.error:
            self.publish(Change("delivery_failed", {"error": ack.error}, only_for=person.id))
        return Delivery(ack.error is None, ack.error, ack.seconds, ack.payload)

    def _emit(self, told: Iterable[Json]) -> None:
        for event in told:
            self.link.emit(event)

    def _keys(self, person: Person, ticket: str | None = None) -> Json:
        channel = self.tickets.check(ticket).channel if ticket else None
        keys: Json = {"trigger_id": self.triggers.issue(person.id, channel)}
        return keys | {"response_url": self.link.response_url(ticket)} if ticket else keys

    def _action(self, element: Json, block_id: str, selected: object, **forged: str | None) -> Json:
        about = {key: element[key] for key in ABOUT if key in element}
        said = {key: value for key, value in forged.items() if value is not None}
        ids = {"action_id": element["action_id"], "block_id": block_id}
        return about | answer_of(element, selected) | said | ids | {"action_ts": self._now_ts()}

    def _open_channel(self, user: str, channel: str) -> Channel:
        person, place = self.person(user), self.channel(channel)
        if not sees(person, place):
            raise KeyError(channel)
        return place

    def _seen_message(self, user: str, ts: str) -> Message:
        message, person = self.messages.get(ts), self.person(user)
        if message is None or not sees(person, self.channels[message.channel]):
            raise KeyError(ts)
        if message.ephemeral_to not in {None, person.id}:
            raise KeyError(ts)
        return message

    def _slackbot(self, person: Person, place: Channel, text: str, **more: object) -> None:
        self.write(place.id, SLACKBOT.id, text, ephemeral_to=person.id, **more)

    def _now_ts(self) -> str:
        return self.messages.next_ts(self.clock.now())


def typed_in(element: Json, block_id: str, selected: object) -> Json:
    """Return what an act leaves in the state of its message or view; a button leaves nothing."""
    if element["type"] in STATELESS:
        return {}
    return {block_id: {element["action_id"]: answer_of(element, selected)}}
