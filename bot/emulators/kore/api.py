"""A stand-in for KORE's Programmable Wireless API: the documented answers over real HTTP.

`http` reads requests and sends responses, `tokens` authorizes, `resources` are the endpoints,
`account` holds the SIMs, `faults` lists what to do wrong, `events` changes SIMs while the stand-in
runs, and `control` sets both from outside.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime

from cachetools import LRUCache
from starlette.types import Receive, Scope, Send

from bot.clock import Clock
from bot.emulators.kore.account import Account, StaticSim, Story, story_sims
from bot.emulators.kore.control import Control
from bot.emulators.kore.events import ScenarioEvents
from bot.emulators.kore.faults import Fault, Faults
from bot.emulators.kore.fleet import WINDOW_DAYS, Fleet
from bot.emulators.kore.http import (
    ApiError,
    LoggedRequest,
    Request,
    Response,
    Row,
    json_response,
    not_found,
    read_body,
    read_request,
    replacement,
    send_faulty_response,
    send_response,
)
from bot.emulators.kore.resources import Resources
from bot.emulators.kore.tokens import Tokens

TOKEN_PATH = "/api-services/v1/auth/token"  # noqa: S105 -- a path
CONTROL = "/_"
_REMEMBERED = 10_000
_RENDERED_BYTES = 16 * 1024 * 1024


class KoreApi:
    """The API as an ASGI app. Responses are true for the minute of their request."""

    client_id = "sandbox-client"
    client_secret = "sandbox-secret"  # noqa: S105 -- opens nothing but this stand-in

    def __init__(  # noqa: PLR0913 -- what differs from account to account
        self,
        clock: Clock,
        *,
        name: str = "sandbox",
        stories: Iterable[Story] = (),
        sims: int = 0,
        fleet_days: int = WINDOW_DAYS,
        seed: int = 1,
    ) -> None:
        """Hold the stories that are handed in, and a generated fleet of so many SIMs.

        What happened in a story before now stays where it is; only its open sessions grow.
        `name` makes its client id and secret; another `seed` makes a fleet of other SIMs.
        `fleet_days` is how far back the sessions of the fleet go: the fewer, the cheaper to make.
        """
        self._clock = clock
        self.client_id, self.client_secret = f"{name}-client", f"{name}-secret"
        self.account = Account(Fleet(sims, seed, fleet_days))
        self.tokens = Tokens(clock, self.client_id, self.client_secret)
        self.faults = Faults(clock)
        self.requests: deque[LoggedRequest] = deque(maxlen=_REMEMBERED)
        self._resources = Resources(self.account)
        self._rendered: LRUCache[tuple[object, ...], Response] = LRUCache(
            _RENDERED_BYTES, getsizeof=lambda response: len(response.body)
        )
        self.events = ScenarioEvents(self.account, clock, self._rendered.clear)
        self._control = Control(self.faults, self.tokens, self.events, self.requests)
        for story in stories:
            self._add_story(story)

    def add(
        self,
        sim: Row,
        sessions: Sequence[Row] = (),
        *,
        rate_plan: Row | None = None,
        bytes_per_day: int | None = None,
        registration_code: str | None = None,
    ) -> None:
        """Put a SIM in, or another in its place, with its sessions in the order of the API.

        `sim` needs a `sid`; the plan must carry the SID that `sim` names. `bytes_per_day` is its
        usage where it does not follow from its packets.
        """
        record = StaticSim(sim, list(sessions), registration_code, bytes_per_day)
        self.account.add(record, self._clock.now())
        if rate_plan is not None:
            self.account.add_plan(lambda _now: rate_plan)
        self._rendered.clear()

    def _add_story(self, story: Story) -> None:
        start = self._this_minute()
        for sim in story_sims(story, start):
            self.account.add(sim, start)
        if story.rate_plan is not None:
            plan = story.rate_plan(start)
            self.account.add_plan(lambda _now: plan)

    def _this_minute(self) -> datetime:
        return self._clock.now().replace(second=0, microsecond=0)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI request."""
        if scope["type"] != "http":
            return
        request = read_request(scope, self._this_minute())
        if request.raw_path.startswith(CONTROL):
            response = self._control.answer(request, await read_body(receive))
            await send_response(response or not_found(request.raw_path).response, send)
            return
        self.requests.append(request.logged)
        if self.faults.latency:
            await self._clock.sleep(self.faults.latency)
        fault = self.faults.take(request.raw_path)
        if fault is None:
            await send_response(await self._answer(request, receive), send)
        else:
            await self._misbehave(fault, request, receive, send)

    async def _misbehave(
        self, fault: Fault, request: Request, receive: Receive, send: Send
    ) -> None:
        if fault.delay:
            await self._clock.sleep(fault.delay)
        response = replacement(fault) or await self._answer(request, receive)
        await send_faulty_response(response, fault, receive, send, self._clock)

    async def _answer(self, request: Request, receive: Receive) -> Response:
        try:
            if request.raw_path == TOKEN_PATH:
                _only("POST", request)
                return self.tokens.ask(await read_body(receive))
            refused = self.tokens.refusal(request.authorization)
            return refused or self._resource(request)
        except ApiError as error:
            return error.response

    def _resource(self, request: Request) -> Response:
        """Return a resource; the same request within the same minute is rendered once."""
        _only("GET", request)
        key = (request.base, request.raw_path, request.raw_query, request.now)
        response = self._rendered.get(key)
        if response is None:
            response = self._rendered[key] = json_response(self._resources.answer(request))
        return response


def _only(method: str, request: Request) -> None:
    if request.method != method:
        raise ApiError(405, 20004, "Method not allowed")
