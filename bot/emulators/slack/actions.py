"""What all actions of people share: delivery, what elements and actions carry; those in modals."""

from collections.abc import Iterable, Iterator
from typing import Literal

from bot.emulators.slack import payloads
from bot.emulators.slack.app_responses import AppResponses
from bot.emulators.slack.blocks.schema import OPTION, OPTION_GROUP, array, just_one_of, shape
from bot.emulators.slack.blocks.whole import elements, flat
from bot.emulators.slack.delivery import AppLink, Delivery, EnvelopeKind, Unplugged
from bot.emulators.slack.messages import Message
from bot.emulators.slack.people import SLACKBOT, Channel, Json, Person
from bot.emulators.slack.state import Change, WorkspaceState, sees
from bot.emulators.slack.views import View, merged
from bot.struct import replace

ONE_OPTION = {"static_select", "external_select", "overflow", "radio_buttons"}
MANY_OPTIONS = {"multi_static_select", "multi_external_select", "checkboxes"}
FIELDS = {
    **dict.fromkeys(ONE_OPTION, "selected_option"),
    **dict.fromkeys(MANY_OPTIONS, "selected_options"),
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
}
"""Where the answer of each kind of element stands."""
OFFERED = shape(
    {},
    {"options": array(OPTION, 0, 100), "option_groups": array(OPTION_GROUP, 0, 100)},
    just_one_of("options", "option_groups"),
)
STATELESS = {"button", "overflow", "icon_button", "feedback_buttons", "workflow_button"}


def find_element(blocks: Iterable[Json], block_id: str, action_id: str) -> Json:
    """Find an element by its ids. Raises KeyError."""
    for block in flat(blocks):
        for element in elements(block):
            if (block.get("block_id"), element.get("action_id")) == (block_id, action_id):
                return element
    raise KeyError((block_id, action_id))


def answer_of(element: Json, selected: object) -> Json:
    """Report a choice: `selected` is an option's value (or several), an id, a date or a text.

    None is what was emptied.
    """
    kind = element["type"]
    if kind == "feedback_buttons":
        return {"type": kind} | _feedback(element, selected)
    if kind not in FIELDS:
        return {"type": kind}
    if kind in ONE_OPTION:
        selected = _option(element, selected)
    elif kind in MANY_OPTIONS:
        selected = [_option(element, one) for one in _many(selected)]
    return {"type": kind, FIELDS[kind]: selected}


def typed_values(blocks: Iterable[Json], values: dict[str, Json]) -> Json:
    """Report what was filled in, by block id and action id. Raises KeyError."""
    return {
        block: {
            action: answer_of(find_element(blocks, block, action), value)
            for action, value in by_action.items()
        }
        for block, by_action in values.items()
    }


def missing_inputs(blocks: Iterable[Json], values: Json) -> list[str]:
    """Return the ids of the input blocks that must be filled in and are not."""
    needed = [b for b in flat(blocks) if b.get("type") == "input" and not b.get("optional")]
    return [
        block["block_id"]
        for block in needed
        if _is_empty(values[block["block_id"]][block["element"]["action_id"]])
    ]


def checked_options(delivery: Delivery) -> Delivery:
    """Check the options that the app offers for what was typed into an external select."""
    if not delivery.ok:
        return delivery
    faults = list(OFFERED(delivery.answer, ""))
    return replace(delivery, ok=False, error="invalid_options") if faults else delivery


def initial_values(blocks: Iterable[Json]) -> Json:
    """Return the state of what nobody has touched yet: block id, action id, value."""
    values: Json = {}
    for block in flat(blocks):
        for element in elements(block):
            if element["type"] not in STATELESS:
                of_block = values.setdefault(block["block_id"], {})
                of_block[element["action_id"]] = _untouched(element)
    return values


def _untouched(element: Json) -> Json:
    kind = element["type"]
    several = kind in MANY_OPTIONS or kind.startswith("multi_") or kind == "file_input"
    initial = FIELDS[kind].replace("selected_", "initial_")
    first = element.get(initial, element.get("initial_value"))
    return {"type": kind, FIELDS[kind]: [] if several and first is None else first}


def _is_empty(answer: Json) -> bool:
    return not any(value for key, value in answer.items() if key != "type")


def _feedback(element: Json, selected: object) -> Json:
    for side in ("positive_button", "negative_button"):
        if element[side]["value"] == selected:
            return {key: element[side][key] for key in ("text", "value")}
    raise KeyError(selected)


def _option(element: Json, selected: object) -> Json | None:
    if selected is None or isinstance(selected, dict):
        return selected
    groups = (group.get("options", ()) for group in element.get("option_groups") or ())
    for option in (*(element.get("options") or ()), *(one for group in groups for one in group)):
        if option.get("value") == selected:
            return dict(option)
    raise KeyError(selected)


def _many(selected: object) -> tuple[object, ...]:
    if selected is None:
        return ()
    return tuple(selected) if isinstance(selected, (list, tuple)) else (selected,)


ABOUT = ("text", "value", "style", "url")


class Actions(WorkspaceState):
    """A workspace whose people can act; `link` is the way to the app, a `SlackApi` plugs it in."""

    link: AppLink = Unplugged()

    def write(self, channel: str, user: str, text: str, **more: object) -> Message:
        """Write a message; the app hears of it as its scopes and subscriptions allow."""
        message = super().write(channel, user, text, **more)
        self._emit(payloads.of_written(message, self.channels[channel]))
        return message

    def keep(self, message: Message, **fields: object) -> Message:
        """Keep a message with other fields; the app hears of it."""
        anew, place = super().keep(message, **fields), self.channels[message.channel]
        self._emit(payloads.of_changed(message, anew, place, self._now_ts()))
        return anew

    def erase(self, message: Message) -> None:
        """Take a message away; the app hears of it."""
        super().erase(message)
        place = self.channels[message.channel]
        self._emit(payloads.of_deleted(message, place, self._now_ts()))

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


REQUIRED = "Please complete this required field."


class ModalActions(Actions):
    """Clicking, filling in, sending off and closing."""

    async def click_in_view(
        self,
        user: str,
        block_id: str,
        action_id: str,
        *,
        selected: object = None,
        values: dict[str, Json] | None = None,
    ) -> Delivery:
        """Press a button of the open modal, or choose in it, with what is filled in by then."""
        view = self._open_view(user)
        view = self.views.fill(view, typed_values(view.body["blocks"], values or {}))
        return await self._click_view(view, block_id, action_id, selected)

    async def click_home(
        self, user: str, block_id: str, action_id: str, *, selected: object = None
    ) -> Delivery:
        """Press a button in the app's Home tab, or choose in it."""
        view = self._open_view(user, in_home=True)
        return await self._click_view(view, block_id, action_id, selected)

    async def submit_view(self, user: str, values: dict[str, Json] | None = None) -> Delivery:
        """Send off the open modal; `values` maps block id and action id to what was filled in.

        Slack's client does not send a modal whose required inputs are empty:
        `required_input_missing`.
        """
        person, view = self.person(user), self._open_view(user)
        blocks = view.body["blocks"]
        view = self._whole(self.views.fill(view, typed_values(blocks, values or {})))
        missing = missing_inputs(blocks, view.values)
        if missing:
            self.show_errors(view, dict.fromkeys(missing, REQUIRED))
            return Delivery(ok=False, error="required_input_missing")
        payload = payloads.from_view("view_submission", person, view) | self._keys(person)
        payload["response_urls"] = list(self._response_urls(person, view))
        delivery = await self._hand_over("interactive", payload, person)
        return AppResponses(self).to_submission(view, delivery) if delivery.ok else delivery

    async def close_view(self, user: str) -> Delivery:
        """Close the open modal; the app hears of it where it asked to."""
        person, view = self.person(user), self._open_view(user)
        self.views.close(view)
        self.show("view_closed", view)
        if not view.body.get("notify_on_close"):
            return Delivery(ok=True)
        payload = payloads.from_view("view_closed", person, view) | {"is_cleared": False}
        return await self._hand_over("interactive", payload, person)

    async def open_home(self, user: str, tab: Literal["home", "messages"] = "home") -> None:
        """Open the app's Home or Messages tab; the app hears app_home_opened."""
        person = self.person(user)
        home = self.views.home(person.id)
        event = payloads.home_opened(person, self.dm(person.id), tab, self._now_ts(), home)
        self.link.emit(event)

    async def _click_view(
        self, view: View, block_id: str, action_id: str, selected: object
    ) -> Delivery:
        person = self.people[view.user]
        element = find_element(view.body["blocks"], block_id, action_id)
        view = self._whole(self.views.fill(view, typed_in(element, block_id, selected)))
        payload = payloads.from_view("block_actions", person, view) | self._keys(person)
        payload["container"] = {"type": "view", "view_id": view.id}
        payload["actions"] = [self._action(element, block_id, selected)]
        return await self._hand_over("interactive", payload, person)

    def _open_view(self, user: str, *, in_home: bool = False) -> View:
        person = self.person(user).id
        view = self.views.home(person) if in_home else self.views.top(person)
        if view is None:
            raise KeyError(user)
        return view

    def _whole(self, view: View) -> View:
        return replace(view, values=merged(initial_values(view.body["blocks"]), view.values))

    def _response_urls(self, person: Person, view: View) -> Iterator[Json]:
        """Return an address for each channel chosen where the app asked for one."""
        for block in flat(view.body["blocks"]):
            element = block.get("element") or {}
            if element.get("response_url_enabled"):
                ids = {"block_id": block["block_id"], "action_id": element["action_id"]}
                chosen = view.values[ids["block_id"]][ids["action_id"]]
                channel = chosen.get("selected_conversation") or chosen.get("selected_channel")
                url = self.link.response_url(self.tickets.issue(person.id, str(channel)))
                yield ids | {"channel_id": channel, "response_url": url}
