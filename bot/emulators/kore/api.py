"""A stand-in for KORE's Programmable Wireless API: the documented answers over real HTTP.

`http` reads requests and sends responses, `resources` are the endpoints, `account` holds the SIMs,
`faults` lists what to do wrong, and `events` changes SIMs while the stand-in runs.
"""

import base64
import json
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from cachetools import LRUCache
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.clock import Clock
from bot.emulators.kore import faults as kinds
from bot.emulators.kore.account import Account, Plot, Role, story_sims
from bot.emulators.kore.events import ScenarioEvents
from bot.emulators.kore.faults import Fault, Faults
from bot.emulators.kore.fleet import WINDOW_DAYS, Fleet
from bot.emulators.kore.http import (
    ApiError,
    LoggedRequest,
    Request,
    Row,
    Value,
    faulty,
    not_found,
    read_body,
    read_request,
    replacement,
)
from bot.emulators.kore.resources import Resources
from bot.struct import asdict

AN_HOUR = 3600
UNAUTHORIZED = JSONResponse({"message": "Unauthorized"}, 401)
DENIED = JSONResponse(
    {
        "message": "User is not authorized to access this resource with an explicit deny",
        "error": "Invalid or expired token",
    },
    403,
)
_BAD_CLIENT = JSONResponse(
    {
        "error": "invalid_client",
        "error_description": "Invalid client or Invalid client credentials",
    },
    401,
)


class Tokens:
    """Issues bearers that live `seconds`, and knows which of them still hold."""

    def __init__(self, clock: Clock, client_id: str, client_secret: str) -> None:
        self._clock = clock
        self._client = (client_id, client_secret)
        self._expiry: dict[str, float] = {}
        self.seconds = AN_HOUR
        self.expires_in_as_text = False

    def ask(self, form: bytes) -> Response:
        """Answer one request for a token: `grant_type`, `client_id` and `client_secret`."""
        fields = parse_qs(form.decode("latin-1"))
        if fields.get("grant_type") != ["client_credentials"]:
            return JSONResponse(
                {"code": 400, "message": "grant_type must be client_credentials"}, 400
            )
        given = (fields.get("client_id", [""])[0], fields.get("client_secret", [""])[0])
        if not secrets.compare_digest(repr(given).encode(), repr(self._client).encode()):
            return _BAD_CLIENT
        expires_in = str(self.seconds) if self.expires_in_as_text else self.seconds
        bearer = {"access_token": self.issue(), "expires_in": expires_in}
        return JSONResponse(bearer | {"token_type": "Bearer", "scope": "email"})

    def issue(self) -> str:
        """Make a token that holds from now on: a JWT in its looks, as KORE's are."""
        expiry = self._clock.now() + timedelta(seconds=self.seconds)
        claims = {"exp": int(expiry.timestamp()), "azp": self._client[0]}
        parts: tuple[dict[str, object], ...] = ({"alg": "RS256", "typ": "JWT"}, claims)
        token = ".".join([*map(_encoded, parts), secrets.token_urlsafe(32)])
        self._expiry[token] = expiry.timestamp()
        return token

    def expire_all(self) -> None:
        """Let every token given out so far be worth nothing."""
        self._expiry.clear()

    def refusal(self, authorization: str | None) -> Response | None:
        """Return 401 without a header, 403 for a token unknown or expired, None where it holds."""
        if not authorization:
            return UNAUTHORIZED
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return DENIED
        return None if self._expiry.get(token, 0) > self._clock.now().timestamp() else DENIED


def _encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


SHOWN = 100
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
KINDS: dict[str, Callable[..., Fault]] = {
    "answer": Fault,
    "too_many": kinds.too_many,
    "broken": kinds.broken,
    "not_json": kinds.not_json,
    "truncated": kinds.truncated,
    "slow_body": kinds.slow_body,
    "late": kinds.late,
    "hang": kinds.hang,
    "foreign_next_page": kinds.foreign_next_page,
}


class Control:
    """Answers `/_faults`, `/_events` and `/_requests`, from this machine alone.

    There a running stand-in is told what to do wrong and what happens to a SIM, and tells what it
    was asked.
    """

    def __init__(
        self, faults: Faults, tokens: Tokens, events: ScenarioEvents, requests: deque[LoggedRequest]
    ) -> None:
        self._faults = faults
        self._events = events
        self._tokens = tokens
        self._requests = requests
        self._settings: dict[str, Callable[[Value], None]] = {
            "next": self._next,
            "latency": self._latency,
            "requests_per_second": faults.limit,
            "expire_tokens": self._expire_tokens,
            "token_seconds": self._token_seconds,
        }
        self._endpoints: dict[tuple[str, str], Callable[[bytes], Response]] = {
            ("GET", "/_faults"): lambda _: JSONResponse(self._state()),
            ("POST", "/_faults"): self._set,
            ("DELETE", "/_faults"): self._clear,
            ("GET", "/_requests"): lambda _: JSONResponse(self._last_requests()),
            ("DELETE", "/_requests"): self._clear_requests,
            ("GET", "/_events"): lambda _: JSONResponse({"events": self._events.titles()}),
            ("POST", "/_events"): self._trigger,
        }

    def answer(self, request: Request, body: bytes) -> Response | None:
        """Answer a request to one of these endpoints; None for any other."""
        if request.client not in _LOOPBACK:
            return None
        endpoint = self._endpoints.get((request.method, request.raw_path))
        return endpoint(body) if endpoint else None

    def _set(self, body: bytes) -> Response:
        try:
            for name, value in json.loads(body).items():
                self._settings[name](value)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            known = {"settings": list(self._settings), "kinds": list(KINDS)}
            return JSONResponse({"message": f"{type(error).__name__}: {error}"} | known, 400)
        return JSONResponse(self._state())

    def _clear(self, _: bytes) -> Response:
        self._faults.clear()
        self._tokens.seconds = AN_HOUR
        return JSONResponse(self._state())

    def _trigger(self, body: bytes) -> Response:
        try:
            wanted = json.loads(body)
            self._events.trigger(wanted["sim"], wanted["event"])
        except (ValueError, TypeError, KeyError) as error:
            known = {"events": self._events.titles()}
            return JSONResponse({"message": f"{type(error).__name__}: {error}"} | known, 400)
        return JSONResponse(wanted)

    def _clear_requests(self, _: bytes) -> Response:
        self._requests.clear()
        return JSONResponse(self._last_requests())

    def _next(self, faults: list[Row]) -> None:
        for fault in faults:
            options = dict(fault)
            self._faults.add(KINDS[options.pop("kind")](**options))

    def _latency(self, seconds: float) -> None:
        self._faults.latency = float(seconds)

    def _expire_tokens(self, wanted: object) -> None:
        if wanted:
            self._tokens.expire_all()

    def _token_seconds(self, seconds: float) -> None:
        self._tokens.seconds = int(seconds)

    def _state(self) -> Row:
        return {
            "latency": self._faults.latency,
            "requests_per_second": self._faults.requests_per_second,
            "token_seconds": self._tokens.seconds,
            "next": [asdict(fault) for fault in self._faults.waiting],
        }

    def _last_requests(self) -> Row:
        last = [asdict(logged) for logged in list(self._requests)[-SHOWN:]]
        return {"count": len(self._requests), "last": last}


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
        stories: Iterable[Plot] = (),
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
        rows = list(sessions)
        record = Role(lambda _now: sim, lambda _now: rows, registration_code, bytes_per_day)
        self.account.add(record, self._clock.now())
        if rate_plan is not None:
            self.account.add_plan(lambda _now: rate_plan)
        self._rendered.clear()

    def _add_story(self, story: Plot) -> None:
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
            await (response or not_found(request.raw_path).response)(scope, receive, send)
            return
        self.requests.append(request.logged)
        if self.faults.latency:
            await self._clock.sleep(self.faults.latency)
        fault = self.faults.take(request.raw_path)
        if fault is None:
            await (await self._answer(request, receive))(scope, receive, send)
            return
        if fault.delay:
            await self._clock.sleep(fault.delay)
        response = replacement(fault) or await self._answer(request, receive)
        await faulty(response, fault, self._clock)(scope, receive, send)

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
            response = self._rendered[key] = JSONResponse(self._resources.answer(request))
        return response


def _only(method: str, request: Request) -> None:
    if request.method != method:
        raise ApiError(405, 20004, "Method not allowed")
