"""A local Slack workspace in which a person types, clicks and fills in; no HTTP of its own."""

from dataclasses import replace

from bot.sandbox.slack_api import events, payloads
from bot.sandbox.slack_api.answers import Answers
from bot.sandbox.slack_api.changes import Change
from bot.sandbox.slack_api.delivery import Ack, AppLink, Delivery, EnvelopeKind, Unplugged
from bot.sandbox.slack_api.inputs import (
    STATELESS,
    answer_of,
    find_element,
    initial_values,
    merged,
)
from bot.sandbox.slack_api.messages import Message
from bot.sandbox.slack_api.people import SLACKBOT, Channel, Person
from bot.sandbox.slack_api.state import WorkspaceState, sees
from bot.sandbox.slack_api.typed_text import as_slack_sends
from bot.sandbox.slack_api.views import View
from bot.sandbox.slack_api.wire import Json


class Workspace(WorkspaceState):
    """The workspace and all that a person does in it.

    People and channels are named by id or by name (`"ana"`, `"#fleet-ops"`). What a person does is
    delivered to the app over `link`, which a `SlackApi` plugs in; KeyError says that there is no
    such person, channel, message or element.
    """

    link: AppLink = Unplugged()

    async def say(
        self, user: str, channel: str, text: str, thread_ts: str | None = None
    ) -> Message:
        """Write into a channel or thread as a person; the app hears of it as its scopes allow."""
        person, place = self.person(user), self._entered(user, channel)
        sent = as_slack_sends(text, self.people.values(), self.channels.values())
        message = self.write(place.id, person.id, sent, thread_ts=thread_ts)
        for event in events.of_message(message, place):
            self.link.emit(event)
        return message

    async def command(self, user: str, channel: str, command: str, text: str) -> Delivery:
        """Type a slash command; what the ack carries is shown at once."""
        person, place = self.person(user), self._entered(user, channel)
        if command not in self.commands:
            self._slackbot(person, place, f"`{command}` is not a valid command.")
            return Delivery(ok=False, error="unknown_command")
        payload = payloads.slash_command(person, place, command, text)
        ticket = self.tickets.issue(person.id, place.id)
        typed = payload | self._keys(person, ticket)
        delivery = await self._hand_over("slash_commands", typed, person)
        if delivery.error:
            said = f'{command} failed with the error "{delivery.error}"'
            self._slackbot(person, place, said)
        elif delivery.answer:
            said = f"{command} {text}".strip()
            Answers(self).to_command(person, place, said, delivery.answer)
        return delivery

    async def click(  # noqa: PLR0913 -- the parts of one click
        self,
        user: str,
        message_ts: str,
        block_id: str,
        action_id: str,
        *,
        value: str | None = None,
        selected: object = None,
    ) -> Delivery:
        """Press a button of a message or choose in it.

        `selected` is an option's value, an id, a date or a text; `value` forges another value than
        the button's own, as somebody might who writes their own client.
        """
        person, message = self.person(user), self._seen_message(user, message_ts)
        element = find_element(message.blocks, block_id, action_id)
        key = (person.id, message_ts)
        known = self.message_inputs.get(key, {})
        self.message_inputs[key] = merged(known, _typed(element, block_id, selected))
        values = merged(initial_values(message.blocks), self.message_inputs[key])
        place = self.channels[message.channel]
        ticket = self.tickets.issue(person.id, place.id, message_ts)
        payload = payloads.from_message(person, place, message, values)
        payload |= self._keys(person, ticket)
        payload["actions"] = [self._action(element, block_id, value, selected)]
        return await self._hand_over("interactive", payload, person)

    async def click_in_view(
        self, user: str, block_id: str, action_id: str, *, selected: object = None
    ) -> Delivery:
        """Press a button of the open modal, or choose in it."""
        view = self._open_view(user)
        return await self._click_view(view, block_id, action_id, selected)

    async def click_home(
        self, user: str, block_id: str, action_id: str, *, selected: object = None
    ) -> Delivery:
        """Press a button in the app's Home tab, or choose in it."""
        view = self.views.home(self.person(user).id)
        if view is None:
            raise KeyError(user)
        return await self._click_view(view, block_id, action_id, selected)

    async def submit_view(self, user: str, values: Json | None = None) -> Delivery:
        """Send off the open modal; `values` maps block id and action id to what was filled in."""
        person, view = self.person(user), self._open_view(user)
        filled = {
            block: {
                a: answer_of(find_element(view.body["blocks"], block, a), v) for a, v in by.items()
            }
            for block, by in (values or {}).items()
        }
        view = self._whole(self.views.fill(view, filled))
        payload = payloads.from_view("view_submission", person, view)
        payload |= {"trigger_id": self.triggers.issue(person.id), "response_urls": []}
        delivery = await self._hand_over("interactive", payload, person)
        if delivery.ok:
            return Answers(self).to_submission(view, delivery)
        return delivery

    async def close_view(self, user: str) -> Delivery:
        """Close the open modal; the app hears of it where it asked to."""
        person, view = self.person(user), self._open_view(user)
        self.views.pop(person.id)
        self.show("view_closed", view)
        if not view.body.get("notify_on_close"):
            return Delivery(ok=True)
        payload = payloads.from_view("view_closed", person, view) | {"is_cleared": False}
        return await self._hand_over("interactive", payload, person)

    async def open_home(self, user: str, tab: str = "home") -> None:
        """Open the app's Home or Messages tab; the app hears app_home_opened."""
        person = self.person(user)
        now = self.messages.next_ts(self.clock.now())
        home = self.views.home(person.id)
        self.link.emit(events.home_opened(person, self.dm(person.id), tab, now, home))

    async def shortcut(
        self, user: str, callback_id: str, message_ts: str | None = None
    ) -> Delivery:
        """Use a global shortcut, or one on a message."""
        person = self.person(user)
        if message_ts is None:
            payload = payloads.interaction("shortcut", person) | self._keys(person)
        else:
            message = self._seen_message(user, message_ts)
            place = self.channels[message.channel]
            ticket = self.tickets.issue(person.id, place.id, message_ts)
            payload = payloads.on_message(person, place, message) | self._keys(person, ticket)
        payload |= {"callback_id": callback_id, "action_ts": self._now_ts()}
        return await self._hand_over("interactive", payload, person)

    def _entered(self, user: str, channel: str) -> Channel:
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

    def _open_view(self, user: str) -> View:
        view = self.views.top(self.person(user).id)
        if view is None:
            raise KeyError(user)
        return view

    async def _click_view(
        self, view: View, block_id: str, action_id: str, selected: object
    ) -> Delivery:
        person = self.people[view.user]
        element = find_element(view.body["blocks"], block_id, action_id)
        view = self._whole(self.views.fill(view, _typed(element, block_id, selected)))
        payload = payloads.from_view("block_actions", person, view)
        payload |= {"container": {"type": "view", "view_id": view.id}, **self._keys(person)}
        payload["actions"] = [self._action(element, block_id, None, selected)]
        return await self._hand_over("interactive", payload, person)

    async def _hand_over(self, kind: EnvelopeKind, payload: Json, person: Person) -> Delivery:
        ack = await self.link.hand_over(kind, payload)
        if ack.error:
            self.publish(Change("delivery_failed", {"error": ack.error}, only_for=person.id))
        return _delivery(ack)

    def _keys(self, person: Person, ticket: str | None = None) -> Json:
        keys: Json = {"trigger_id": self.triggers.issue(person.id)}
        return keys | {"response_url": self.link.response_url(ticket)} if ticket else keys

    def _action(self, element: Json, block_id: str, value: str | None, selected: object) -> Json:
        about = {key: element[key] for key in ("text", "value", "style", "url") if key in element}
        forged = {} if value is None else {"value": value}
        chosen = answer_of(element, selected)
        return (
            chosen
            | about
            | forged
            | {
                "action_id": element["action_id"],
                "block_id": block_id,
                "action_ts": self._now_ts(),
            }
        )

    def _whole(self, view: View) -> View:
        return replace(view, values=merged(initial_values(view.body["blocks"]), view.values))

    def _slackbot(self, person: Person, place: Channel, text: str) -> None:
        self.write(place.id, SLACKBOT.id, text, ephemeral_to=person.id)

    def _now_ts(self) -> str:
        return self.messages.next_ts(self.clock.now())


def _typed(element: Json, block_id: str, selected: object) -> Json:
    if element["type"] in STATELESS:
        return {}
    return {block_id: {element["action_id"]: answer_of(element, selected)}}


def _delivery(ack: Ack) -> Delivery:
    return Delivery(ack.error is None, ack.error, ack.seconds, ack.payload)
