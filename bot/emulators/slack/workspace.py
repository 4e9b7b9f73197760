"""A local Slack workspace in which a person types, clicks and fills in; no HTTP of its own."""

from bot.emulators.slack import payloads
from bot.emulators.slack.actions import (
    checked_options,
    find_element,
    initial_values,
    typed_in,
)
from bot.emulators.slack.app_responses import AppResponses
from bot.emulators.slack.delivery import Delivery
from bot.emulators.slack.faults import SlackError
from bot.emulators.slack.message_actions import MessageActions
from bot.emulators.slack.messages import Message
from bot.emulators.slack.people import SLACKBOT, Json, Person
from bot.emulators.slack.views import merged
from bot.struct import replace


class Workspace(MessageActions):
    """The workspace and all that a person does in it.

    People and channels are named by id or by name (`"ana"`, `"#fleet-ops"`). What a person does is
    delivered to the app over `link`; KeyError says that there is no such person, channel, message
    or element, or that this person does not see it.
    """

    async def command(self, user: str, channel: str, command: str, text: str) -> Delivery:
        """Type a slash command; what the ack carries is shown at once.

        What goes wrong is shown by Slackbot: operation_timeout, dispatch_failed,
        invalid_command_response, unknown_command.
        """
        person, place = self.person(user), self._open_channel(user, channel)
        if command not in self.commands:
            self._slackbot(person, place, f"`{command}` is not a valid command.")
            return Delivery(ok=False, error="unknown_command")
        ticket = self.tickets.issue(person.id, place.id)
        payload = payloads.slash_command(person, place, command, text)
        payload |= self._keys(person, ticket)
        delivery = replace(await self._hand_over("slash_commands", payload, person), ticket=ticket)
        if delivery.answer:
            delivery = self._answered(ticket, f"{command} {text}".strip(), delivery)
        if delivery.error:
            said = f'{command} failed with the error "{delivery.error}"'
            self._slackbot(person, place, said)
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
        element = find_element(message.every_block, block_id, action_id)
        if message.user == SLACKBOT.id:
            return self._answer_slackbot(person, message, element)
        place = self.channels[message.channel]
        values = self._filled(person, message, typed_in(element, block_id, selected))
        payload = payloads.from_message(person, place, message, values, block_id)
        ticket = self.tickets.issue(person.id, place.id, message_ts)
        payload |= self._keys(person, ticket)
        payload["actions"] = [self._action(element, block_id, selected, value=value)]
        return replace(await self._hand_over("interactive", payload, person), ticket=ticket)

    async def suggest(  # noqa: PLR0913 -- the parts of one question
        self,
        user: str,
        block_id: str,
        action_id: str,
        typed: str,
        message_ts: str | None = None,
        *,
        in_home: bool = False,
    ) -> Delivery:
        """Type into an external select of a message, of Home, else of the open modal.

        `answer` carries the options that the app offers; more than 100, or wrong ones, are
        `invalid_options`.
        """
        person = self.person(user)
        payload = payloads.interaction("block_suggestion", person)
        payload |= {"block_id": block_id, "action_id": action_id, "value": typed}
        if message_ts is None:
            view = self._open_view(user, in_home=in_home)
            blocks = tuple(view.body["blocks"])
            payload |= payloads.in_view(view)
        else:
            message = self._seen_message(user, message_ts)
            blocks = message.every_block
            payload |= payloads.in_message(self.channels[message.channel], message)
        find_element(blocks, block_id, action_id)
        return checked_options(await self._hand_over("interactive", payload, person))

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

    def _answered(self, ticket: str, typed: str, delivery: Delivery) -> Delivery:
        try:
            AppResponses(self).to_command(ticket, typed, delivery.answer or {})
        except SlackError:
            return replace(delivery, ok=False, error="invalid_command_response")
        return delivery

    def _filled(self, person: Person, message: Message, fresh: Json) -> Json:
        """Return the state of a message's inputs for one person, what was just chosen included."""
        key, untouched = (person.id, message.ts), initial_values(message.every_block)
        known = merged(self.message_inputs.get(key, {}), fresh)
        self.message_inputs[key] = {b: known[b] for b in known if b in untouched}
        return merged(untouched, self.message_inputs[key])
