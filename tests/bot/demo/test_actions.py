"""What the page does to the world around the people."""

import httpx
import pytest
from starlette.applications import Starlette

from bot.demo.action import Scene
from bot.demo.page.bot_side import BotDidNotStart
from bot.demo.page.page import page_routes
from bot.demo.page.slack_side import Post, SlackSide
from bot.demo.stories.story import all_stories
from bot.emulators.kore.api import KoreApi
from bot.emulators.slack.api import SlackApi
from tests.bot.demo.conftest import HERE

ANA = "U0ANA0001"


class Bots:
    """Two bots of which the second never starts."""

    def __init__(self):
        self.done = []

    def state(self):
        return [{"number": 1, "pid": 7, "running": True}]

    def kill(self, number=1):
        self.done.append(("kill", {1: 1, 2: 2}[number]))

    async def start(self, number=1):
        if number == 2:
            raise BotDidNotStart
        self.done.append(("start", {1: 1}[number]))


@pytest.fixture
def scene(workspace, clock):
    """A stage with all its sides."""
    slack = SlackApi(workspace, bot_token="xoxb", app_token="xapp", signing_secret="s")
    return Scene(
        workspace,
        None,
        KoreApi(clock, stories=all_stories()).turns,
        SlackSide(slack.courier),
        Bots(),
    )


@pytest.fixture
def post(scene):
    """Post a deed as the page does; give status and answer."""

    async def posted(deed, **body):
        transport = httpx.ASGITransport(Starlette(routes=page_routes(scene)))
        headers = {"Origin": HERE}
        async with httpx.AsyncClient(
            transport=transport, base_url=HERE, headers=headers
        ) as browser:
            answer = await browser.post(f"/page/{deed}", json={"user": ANA, **body})
            state = await browser.get("/page/state", params={"user": ANA})
        return answer.status_code, answer.json(), state.json()

    return posted


async def test_a_sim_takes_a_turn(post):
    """
    The page lists what can happen, and it happens.
    """
    status, told, state = await post("turn", sim="gateway-3", act="go_silent")

    assert (200, True) == (status, told["ok"])
    assert {"act": "recover", "title": "Recover: a new session, now"} in state["turns"]


@pytest.mark.parametrize(
    ("deed", "body"),
    [
        ("turn", {"sim": "nobody", "act": "recover"}),
        ("turn", {"sim": "gateway-3", "act": "explode"}),
        ("turn", {"sim": "nobody", "act": "blink"}),
        ("bot", {"number": 3, "to": "kill"}),
        ("bot", {"number": 3, "to": "start"}),
        ("alert", {"channel": "nowhere"}),
    ],
)
async def test_what_is_not_there_is_not_changed(post, deed, body):
    """
    No such SIM, act, bot or channel: not found.
    """
    assert (404, "not_found") == ((answer := await post(deed, **body))[0], answer[1]["error"])


@pytest.mark.parametrize(
    ("deed", "body"),
    [("post", {"post": "lost"}), ("bot", {"number": 1, "to": "dance"}), ("home", {"tab": "x"})],
)
async def test_what_makes_no_sense_is_refused(post, deed, body):
    """
    Unknown words are invalid arguments.
    """
    assert 422 == (await post(deed, **body))[0]


async def test_the_post_is_changed_for_everybody(post, scene):
    """
    From then on the courier delivers so, and the page shows it.
    """
    _, told, state = await post("post", post="twice")

    assert told["ok"]
    assert Post.TWICE == scene.slack_side.post
    assert "twice" == state["post"]["post"]
    assert ["well", "twice", "backwards", "late"] == [way["name"] for way in state["post"]["ways"]]


async def test_bots_are_killed_and_started(post, scene):
    """
    A bot that does not start is an error on the page, not a crash.
    """
    _, killed, state = await post("bot", number=1, to="kill")
    _, started, _ = await post("bot", number=1, to="start")
    _, failed, _ = await post("bot", number=2, to="start")

    assert killed["ok"]
    assert started["ok"]
    assert (False, "bot_did_not_start") == (failed["ok"], failed["error"])
    assert [("kill", 1), ("start", 1)] == scene.bot_side.done
    assert [7] == [each["pid"] for each in state["bots"]]


async def test_an_alert_names_five_sims(post, workspace):
    """
    In its text, in its blocks, and by SID and ICCID in its attachment, from a bot without a user.
    """
    await post("alert", channel="fleet-ops")

    (message,) = workspace.messages.all()
    told = str(message.to_slack())
    assert "bot_message" == message.subtype
    assert all(f"well-{number}" in told for number in (1, 2, 3))
    (attachment,) = message.attachments
    assert ["DE", "89"] == [field["value"][:2] for field in attachment["fields"]]


async def test_without_sides_nothing_is_offered(workspace):
    """
    A page over a workspace alone has neither turns, nor post, nor bots.
    """
    transport = httpx.ASGITransport(Starlette(routes=page_routes(Scene(workspace))))
    async with httpx.AsyncClient(
        transport=transport, base_url=HERE, headers={"Origin": HERE}
    ) as browser:
        state = (await browser.get("/page/state", params={"user": ANA})).json()
        refused = [
            (await browser.post(f"/page/{deed}", json={"user": ANA, **body})).status_code
            for deed, body in (
                ("turn", {"sim": "gateway-3", "act": "recover"}),
                ("post", {"post": "twice"}),
                ("bot", {"number": 1, "to": "kill"}),
                ("kore", {"mood": "down"}),
            )
        ]

    assert [None] * 4 == [state[side] for side in ("kore", "post", "turns", "bots")]
    assert [404] * 4 == refused
