"""Takes the deeds that the page posts, has them done, and says how it went."""

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.page.deed import Scene
from bot.sandbox.page.deeds import DEEDS
from bot.sandbox.slack_api.delivery import Delivery
from bot.sandbox.slack_api.errors import SlackError

LARGEST_BODY = 256 * 1024


class Doing:
    """Answers `POST /page/{deed}` with `{"ok": …, "error": …, "answer": …}`."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    async def serve(self, request: Request) -> Response:
        """Do it."""
        kind = DEEDS.get(request.path_params["deed"])
        if kind is None:
            return _refusal("no_such_deed", 404)
        body = await _read(request)
        if body is None:
            return _refusal("too_large", 413)
        try:
            delivery = await kind.model_validate_json(body).do(self._scene)
        except ValidationError:
            return _refusal("invalid_arguments", 422)
        except KeyError:
            return _refusal("not_found", 404)
        except SlackError as error:
            return _refusal(error.code, 200)
        return _answer(delivery)


async def _read(request: Request) -> bytes | None:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return body


def _refusal(error: str, status: int) -> Response:
    return _answer(Delivery(ok=False, error=error), status)


def _answer(delivery: Delivery, status: int = 200) -> Response:
    told = {"ok": delivery.ok, "error": delivery.error, "answer": delivery.answer}
    return JSONResponse(told, status, {"Cache-Control": "no-store"})
