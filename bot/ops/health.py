"""/healthz, /readyz and /metrics: alive, fit to be asked, and what was counted."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.ops.metrics import Metrics

Reasons = Callable[[], Awaitable[tuple[str, ...]]]
Notes = Callable[[], tuple[str, ...]]
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def health_routes(why_not_ready: Reasons, notes: Notes, metrics: Metrics) -> list[Route]:
    """Give the three routes; `why_not_ready` is empty while the bot is fit to be asked.

    `notes` say what is amiss though it is fit.
    """

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_request: Request) -> Response:
        reasons = await why_not_ready()
        body = {"ready": not reasons, "reasons": list(reasons), "notes": list(notes())}
        return JSONResponse(body, 503 if reasons else 200)

    async def counted(_request: Request) -> Response:
        return Response(metrics.text(), headers={"content-type": METRICS_TYPE})

    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", counted),
    ]
