"""The web page of the local workspace: its routes, to be put into any Starlette app."""

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from bot.demo.action import Scene
from bot.demo.api import ActionsApi, Feed, StateApi
from bot.demo.page.assets import Assets
from bot.demo.page.guard import Guard
from bot.demo.stories.story import Story


def page_routes(scene: Scene, *, stories: Sequence[Story] = ()) -> list[BaseRoute]:
    """Return the routes of the page: `/`, its static files, and what it asks and tells.

    `stories` are listed as things to try; the sides of the scene are what the page can change
    beside the workspace. Every route answers to a loopback host name only, and a POST to its own
    origin only.
    """
    assets, feed = Assets(), Feed(scene.workspace)
    sight, doing = StateApi(scene, stories), ActionsApi(scene)
    guarded = [Middleware(Guard)]
    return [
        Route("/", assets.index, middleware=guarded),
        Route("/static/{path:path}", assets.serve, middleware=guarded),
        Route("/page/state", sight.state, middleware=guarded),
        Route("/page/file", sight.file, middleware=guarded),
        Route("/page/changes", feed.serve, middleware=guarded),
        Route("/page/{deed}", doing.serve, methods=["POST"], middleware=guarded),
    ]
