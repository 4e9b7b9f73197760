"""What people do on the page: each action by the name under which the page posts it."""

from abc import ABC, abstractmethod
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from bot.demo.controls import BotDidNotStart, Controls, DeliveryMode, KoreMode
from bot.demo.page.examples import post_alert
from bot.emulators.slack.delivery import Delivery
from bot.emulators.slack.faults import Fault

Selected = str | int | list[str] | list[dict[str, Any]] | dict[str, Any] | None
T = TypeVar("T")


class Action(BaseModel, ABC):
    """Something done by a person, named by id."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    user: str

    @abstractmethod
    async def do(self, controls: Controls) -> Delivery | None:
        """Do it; return how it went, if that varies. Raises KeyError where a thing is not there."""


class Say(Action):
    """Write a message, or a reply in a thread."""

    channel: str
    text: str
    thread_ts: str | None = None

    async def do(self, controls: Controls) -> None:
        """Write it."""
        await controls.workspace.say(self.user, self.channel, self.text, self.thread_ts)


class Forward(Action):
    """Forward a message to a channel or thread, with a note or without one."""

    ts: str
    channel: str
    text: str = ""
    thread_ts: str | None = None

    async def do(self, controls: Controls) -> None:
        """Write it."""
        await controls.workspace.forward(
            self.user, self.ts, self.channel, self.text, self.thread_ts
        )


class Compose(Action):
    """Type without sending: links of the app's domains get their previews."""

    channel: str
    text: str

    async def do(self, controls: Controls) -> None:
        """Send the app the links."""
        await controls.workspace.compose(self.user, self.channel, self.text)


class Edit(Action):
    """Edit one's own message."""

    ts: str
    text: str

    async def do(self, controls: Controls) -> None:
        """Change it."""
        await controls.workspace.edit(self.user, self.ts, self.text)


class Delete(Action):
    """Delete one's own message."""

    ts: str

    async def do(self, controls: Controls) -> None:
        """Delete it."""
        await controls.workspace.delete(self.user, self.ts)


class Command(Action):
    """Type a slash command."""

    channel: str
    command: str
    text: str

    async def do(self, controls: Controls) -> Delivery:
        """Send it to the app."""
        return await controls.workspace.command(self.user, self.channel, self.command, self.text)


class Shortcut(Action):
    """Use a shortcut of the app's, on a message or anywhere."""

    callback_id: str
    message_ts: str | None = None

    async def do(self, controls: Controls) -> Delivery:
        """Deliver it to the app."""
        return await controls.workspace.shortcut(self.user, self.callback_id, self.message_ts)


class Click(Action):
    """Press or choose something in a message."""

    message_ts: str
    block_id: str
    action_id: str
    value: str | None = None
    selected: Selected = None

    async def do(self, controls: Controls) -> Delivery:
        """Deliver it to the app."""
        return await controls.workspace.click(
            self.user,
            self.message_ts,
            self.block_id,
            self.action_id,
            value=self.value,
            selected=self.selected,
        )


class Suggest(Action):
    """Type into an external select of a message, of Home, or else of the open modal."""

    block_id: str
    action_id: str
    typed: str
    message_ts: str | None = None
    in_home: bool = False

    async def do(self, controls: Controls) -> Delivery:
        """Ask the app for options; they are in the delivery's answer."""
        return await controls.workspace.suggest(
            self.user,
            self.block_id,
            self.action_id,
            self.typed,
            self.message_ts,
            in_home=self.in_home,
        )


class ClickInView(Action):
    """Press or choose something in the open modal; `values` is as for `Submit`."""

    block_id: str
    action_id: str
    selected: Selected = None
    values: dict[str, dict[str, Selected]] = Field(default_factory=dict)

    async def do(self, controls: Controls) -> Delivery:
        """Deliver it to the app, with all that is filled in by then."""
        return await controls.workspace.click_in_view(
            self.user, self.block_id, self.action_id, selected=self.selected, values=self.values
        )


class Submit(Action):
    """Submit the open modal; `values` is by block id and action id."""

    values: dict[str, dict[str, Selected]]

    async def do(self, controls: Controls) -> Delivery:
        """Send it to the app."""
        return await controls.workspace.submit_view(self.user, self.values)


class Close(Action):
    """Close the open modal."""

    async def do(self, controls: Controls) -> Delivery:
        """Close it; the app is notified where it asked to be."""
        return await controls.workspace.close_view(self.user)


class OpenHome(Action):
    """Open the app's Home or Messages tab."""

    tab: Literal["home", "messages"] = "home"

    async def do(self, controls: Controls) -> None:
        """Notify the app, which publishes the view."""
        await controls.workspace.open_home(self.user, self.tab)


class ClickInHome(Action):
    """Press or choose something in the app's Home."""

    block_id: str
    action_id: str
    selected: Selected = None

    async def do(self, controls: Controls) -> Delivery:
        """Deliver it to the app."""
        return await controls.workspace.click_home(
            self.user, self.block_id, self.action_id, selected=self.selected
        )


class SetKoreMode(Action):
    """Change how the stand-in for KORE's API answers, for everybody."""

    mode: KoreMode

    async def do(self, controls: Controls) -> None:
        """Change it."""
        _offered(controls.kore).set(self.mode)


class SetPartnerMode(Action):
    """Change how the stand-in of the second account answers, for everybody."""

    mode: KoreMode

    async def do(self, controls: Controls) -> None:
        """Change it."""
        _offered(controls.partner).set(self.mode)


class SetDeliveryMode(Action):
    """Change how Slack delivers events, for everybody."""

    mode: DeliveryMode

    async def do(self, controls: Controls) -> None:
        """Change it."""
        _offered(controls.delivery).set(self.mode)


class TriggerEvent(Action):
    """Let an event happen to a SIM."""

    sim: str
    event: str

    async def do(self, controls: Controls) -> None:
        """Let it happen."""
        _offered(controls.events).trigger(self.sim, self.event)


class ControlBot(Action):
    """Kill a bot's process, or start it again."""

    number: int
    to: Literal["kill", "start"]

    async def do(self, controls: Controls) -> Delivery | None:
        """Do it."""
        bots = _offered(controls.bots)
        if self.to == "kill":
            bots.kill(self.number)
            return None
        try:
            await bots.start(self.number)
        except BotDidNotStart:
            return Delivery(ok=False, error="bot_did_not_start")
        return None


class FailSlack(Action):
    """Let the next calls of a method go wrong; `/response` stands for response_urls."""

    method: str
    status: int = 200
    body: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    hang_up: bool = False
    after_work: bool = False
    times: int = Field(1, ge=0, le=1000)

    async def do(self, controls: Controls) -> None:
        """Let them; 0 times lets everything work again."""
        faults = _offered(controls.slack)
        if not self.times:
            faults.clear()
        answer = Fault(self.status, self.body, self.headers, self.hang_up, self.after_work)
        faults.add(self.method, answer, times=self.times)


class Alert(Action):
    """Let another app's bot raise an alert that names SIMs."""

    channel: str

    async def do(self, controls: Controls) -> None:
        """Post it."""
        await post_alert(controls.workspace, self.channel)


def _offered(control: T | None) -> T:
    """Return a control. Raises KeyError where the page does not offer it."""
    if control is None:
        raise KeyError
    return control


ACTIONS: dict[str, type[Action]] = {
    "say": Say,
    "forward": Forward,
    "compose": Compose,
    "edit": Edit,
    "delete": Delete,
    "command": Command,
    "shortcut": Shortcut,
    "click": Click,
    "suggest": Suggest,
    "click-view": ClickInView,
    "submit": Submit,
    "close": Close,
    "home": OpenHome,
    "click-home": ClickInHome,
    "kore": SetKoreMode,
    "partner": SetPartnerMode,
    "event": TriggerEvent,
    "delivery": SetDeliveryMode,
    "bot": ControlBot,
    "alert": Alert,
    "fail-slack": FailSlack,
}
