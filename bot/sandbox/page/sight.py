"""What a person sees of the workspace: its state as JSON, and its files."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.sandbox.page.deed import Scene
from bot.sandbox.page.examples import groups
from bot.sandbox.page.kore_side import TITLES, KoreSide, Mood
from bot.sandbox.page.slack_side import TITLES as POSTS
from bot.sandbox.page.slack_side import Post, SlackSide
from bot.sandbox.slack_api.errors import SlackError
from bot.sandbox.slack_api.files import IMAGES
from bot.sandbox.slack_api.people import Person
from bot.sandbox.slack_api.wire import Json
from bot.sandbox.slack_api.workspace import Workspace
from bot.sandbox.stories.story import Story

NO_STORE = {"Cache-Control": "no-store"}


class Sight:
    """Answers what the page asks for."""

    def __init__(self, scene: Scene, stories: Sequence[Story]) -> None:
        self._scene = scene
        self._workspace = scene.workspace
        self._examples = groups(stories, scene.workspace.clock.now())

    async def state(self, request: Request) -> Response:
        """Answer `GET /page/state?user=…` with all that this person sees."""
        person = viewer(self._workspace, request.query_params.get("user", ""))
        more: Json = {
            "team": self._workspace.team.name,
            "examples": self._examples,
            "kore": kore_state(self._scene.kore_side),
            "post": post_state(self._scene.slack_side),
            "turns": self._scene.turns.titles() if self._scene.turns else None,
            "bots": self._scene.bot_side.state() if self._scene.bot_side else None,
        }
        return JSONResponse(self._workspace.snapshot(person.id) | more, headers=NO_STORE)

    async def file(self, request: Request) -> Response:
        """Answer `GET /page/file?id=…`, or `url=…` as a block may name it, with its bytes."""
        try:
            file = self._workspace.files.get(_file_id(request))
        except SlackError:
            return PlainTextResponse("Not Found", 404, NO_STORE)
        if file.content is None:
            return PlainTextResponse("Not Found", 404, NO_STORE)
        shown = file.mimetype if file.mimetype in IMAGES else "application/octet-stream"
        return Response(file.content, 200, NO_STORE, shown)


def viewer(workspace: Workspace, name: str) -> Person:
    """Give the person of an id or name; the first of the people where there is none such."""
    humans = [person for person in workspace.people.values() if not person.is_bot]
    return next((person for person in humans if name in {person.id, person.name}), humans[0])


def _file_id(request: Request) -> str:
    """Read the id out of a request, which a file's own URL carries before the file's name."""
    parts = urlsplit(request.query_params.get("url", "")).path.split("/")
    return request.query_params.get("id") or (parts[-2] if len(parts) > 1 else "")


def kore_state(kore_side: KoreSide | None) -> Json | None:
    """Give the moods that KORE's side can take and the one it is in."""
    if kore_side is None:
        return None
    moods = [{"name": mood.value, "title": TITLES[mood]} for mood in Mood]
    return {"mood": kore_side.mood.value, "moods": moods}


def post_state(slack_side: SlackSide | None) -> Json | None:
    """Give the ways in which Slack can deliver events and the one it does."""
    if slack_side is None:
        return None
    ways = [{"name": post.value, "title": POSTS[post]} for post in Post]
    return {"post": slack_side.post.value, "ways": ways}
