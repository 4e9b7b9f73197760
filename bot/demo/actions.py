"""What people do on the page: each action by the name under which the page posts it."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, validate_call

from bot.demo.controls import Controls, DeliveryMode, KoreMode
from bot.demo.examples import post_alert
from bot.demo.subprocesses import BotDidNotStart
from bot.emulators.slack.delivery import Delivery
from bot.emulators.slack.faults import Fault
from bot.emulators.slack.workspace import Workspace

T = TypeVar("T")
Act = Callable[..., Awaitable[object]]


async def set_kore_mode(controls: Controls, mode: KoreMode) -> None:
    """Change how the stand-in for KORE's API answers, for everybody."""
    _offered(controls.kore).set(mode)


async def set_partner_mode(controls: Controls, mode: KoreMode) -> None:
    """Change how the stand-in of the second account answers, for everybody."""
    _offered(controls.partner).set(mode)


async def set_delivery_mode(controls: Controls, mode: DeliveryMode) -> None:
    """Change how Slack delivers events, for everybody."""
    _offered(controls.delivery).set(mode)


async def trigger_event(controls: Controls, sim: str, event: str) -> None:
    """Let an event happen to a SIM."""
    _offered(controls.events).trigger(sim, event)


async def control_bot(
    controls: Controls, number: int, to: Literal["kill", "start"]
) -> Delivery | None:
    """Kill a bot's process, or start it again."""
    bots = _offered(controls.bots)
    if to == "kill":
        bots.kill(number)
        return None
    try:
        await bots.start(number)
    except BotDidNotStart:
        return Delivery(ok=False, error="bot_did_not_start")
    return None


async def fail_slack(  # noqa: PLR0913 -- a fault's own fields
    controls: Controls,
    method: str,
    *,
    status: int = 200,
    body: str = "",
    headers: dict[str, str] | None = None,
    hang_up: bool = False,
    after_work: bool = False,
    times: Annotated[int, Field(ge=0, le=1000)] = 1,
) -> None:
    """Let the next calls of a method go wrong; `/response` stands for response_urls.

    0 times lets everything work again.
    """
    faults = _offered(controls.slack)
    if not times:
        faults.clear()
    faults.add(method, Fault(status, body, headers or {}, hang_up, after_work), times=times)


async def alert(controls: Controls, channel: str) -> None:
    """Let another app's bot raise an alert that names SIMs."""
    await post_alert(controls.workspace, channel)


def _offered(control: T | None) -> T:
    """Return a control. Raises KeyError where the page does not offer it."""
    if control is None:
        raise KeyError
    return control


def _checked(acts: dict[str, Act]) -> dict[str, Act]:
    check = validate_call(config=ConfigDict(arbitrary_types_allowed=True))
    return {name: check(act) for name, act in acts.items()}


OF_A_PERSON = _checked({
    "say": Workspace.say,
    "forward": Workspace.forward,
    "compose": Workspace.compose,
    "edit": Workspace.edit,
    "delete": Workspace.delete,
    "command": Workspace.command,
    "shortcut": Workspace.shortcut,
    "click": Workspace.click,
    "suggest": Workspace.suggest,
    "click-view": Workspace.click_in_view,
    "submit": Workspace.submit_view,
    "close": Workspace.close_view,
    "home": Workspace.open_home,
    "click-home": Workspace.click_home,
})  # fmt: skip
"""What the workspace itself lets a person do."""
FOR_ALL = _checked({
    "kore": set_kore_mode,
    "partner": set_partner_mode,
    "event": trigger_event,
    "delivery": set_delivery_mode,
    "bot": control_bot,
    "alert": alert,
    "fail-slack": fail_slack,
})  # fmt: skip
ACTIONS = OF_A_PERSON.keys() | FOR_ALL.keys()


class Posted(BaseModel):
    """The body of an action: by whom, by id, and what else its function takes, by name."""

    model_config = ConfigDict(extra="allow")
    user: str


async def act(controls: Controls, action: str, body: bytes) -> Delivery:
    """Do what was posted and return how it went.

    Raises ValidationError where the body is none of that action's, KeyError where a thing is not
    there, and SlackError.
    """
    posted = Posted.model_validate_json(body)
    told = posted.model_extra or {}
    if action in FOR_ALL:
        done = await FOR_ALL[action](controls, **told)
    else:
        done = await OF_A_PERSON[action](controls.workspace, posted.user, **told)
    return done if isinstance(done, Delivery) else Delivery(ok=True)
