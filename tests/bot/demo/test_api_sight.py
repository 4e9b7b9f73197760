"""What a person sees."""

import httpx
import pytest
from starlette.applications import Starlette

from bot.demo.action import Scene
from bot.demo.api import viewer
from bot.demo.page.page import page_routes
from bot.emulators.slack.files import File
from bot.emulators.slack.people import ANA, BEN, BOT

FLEET = "C0FLEETOP"


async def state_of(browser, user):
    """Ask for what somebody sees."""
    return (await browser.get("/page/state", params={"user": user})).json()


async def test_state_says_who_and_where(browser):
    """
    The state names the person, the workspace, its people, channels and commands.
    """
    state = await state_of(browser, "ben")

    assert ("Ben Okafor", "Europe/Berlin") == (state["user"]["real_name"], state["user"]["tz"])
    assert "Acme IoT" == state["team"]
    assert "fleet-ops" in [channel["name"] for channel in state["channels"]]
    assert ["/simsessions"] == state["commands"]


@pytest.mark.parametrize(("user", "seen"), [("ana", ["for all", "for ana"]), ("ben", ["for all"])])
async def test_an_ephemeral_message_is_for_one(browser, workspace, user, seen):
    """
    What only Ana may see is not in what Ben's page is told.
    """
    workspace.write(FLEET, BOT.id, "for all")
    workspace.write(FLEET, BOT.id, "for ana", ephemeral_to=ANA.id)
    state = await state_of(browser, user)

    assert seen == [message["text"] for message in state["messages"][FLEET]]


@pytest.mark.parametrize(
    ("name", "person"), [("ben", BEN), (BEN.id, BEN), ("", ANA), ("nobody", ANA), (BOT.id, ANA)]
)
def test_viewer(workspace, name, person):
    """
    A person is found by name or id; nobody, and no bot, is the first of the people.
    """
    assert person == viewer(workspace, name)


async def test_kores_side_has_its_moods(browser):
    """
    The page can show how KORE's API answers and what else it could do.
    """
    kore = (await state_of(browser, "ana"))["kore"]

    assert "well" == kore["mood"]
    assert ["well", "slow", "busy", "down"] == [mood["name"] for mood in kore["moods"]]


async def test_without_a_stand_in_there_is_no_kores_side(workspace):
    """
    Where nobody can make KORE misbehave the page is told so, and a try is refused.
    """
    transport = httpx.ASGITransport(Starlette(routes=page_routes(Scene(workspace))))
    here = "http://localhost"
    async with httpx.AsyncClient(transport=transport, base_url=here) as browser:
        state = await state_of(browser, "ana")
        deed = {"user": ANA.id, "mood": "down"}
        refused = await browser.post("/page/kore", json=deed, headers={"Origin": here})

    assert state["kore"] is None
    assert (404, "not_found") == (refused.status_code, refused.json()["error"])


def upload(workspace, name, content):
    """Upload a file as the bot does."""
    url = f"http://127.0.0.1:1/files/F0000000001/{name}"
    ticket = workspace.files.announce(File("F0000000001", name, len(content), url, 0))
    return workspace.files.receive(ticket, content)


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("timeline.png", "image/png"),
        ("sessions.csv", "application/octet-stream"),
        ("evil.svg", "application/octet-stream"),
        ("evil.html", "application/octet-stream"),
    ],
)
async def test_files_are_served_as_pictures_or_as_bytes(browser, workspace, name, media_type):
    """
    A picture is served as one; whatever could run in a browser is served as mere bytes.
    """
    file = upload(workspace, name, b"content")
    answers = [
        await browser.get("/page/file", params=p) for p in ({"id": file.id}, {"url": file.url})
    ]

    assert [(b"content", media_type)] * 2 == [
        (a.content, a.headers["content-type"]) for a in answers
    ]


@pytest.mark.parametrize(
    "params", [{"id": "F404"}, {"url": "https://elsewhere.example/F404/x.png"}, {"url": "x"}, {}]
)
async def test_no_other_file_is_served(browser, params):
    """
    What was not uploaded is not found.
    """
    assert 404 == (await browser.get("/page/file", params=params)).status_code


async def test_a_file_without_its_bytes_is_not_served(browser, workspace):
    """
    A file that is announced and not uploaded is not found.
    """
    workspace.files.announce(File("F0000000002", "late.png", 1, "http://127.0.0.1:1/x", 0))

    assert 404 == (await browser.get("/page/file", params={"id": "F0000000002"})).status_code
