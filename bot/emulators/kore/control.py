"""The stand-in's own endpoints, for this machine only: they set faults and trigger events.

    curl $KORE/_faults -d '{"next": [{"kind": "too_many", "path": "DataSessions", "times": 3}]}'
    curl $KORE/_faults -d '{"next": [{"kind": "answer", "status": 429, "retry_after": "1e9"}]}'
    curl $KORE/_faults -d '{"latency": 0.2, "requests_per_second": 100, "expire_tokens": true}'
    curl $KORE/_faults -X DELETE
    curl $KORE/_events -d '{"sim": "pump-7", "event": "recover"}'

GET returns what is set, or the events there are. `/_requests` lists the requests so far; DELETE
clears them.
"""

import json
from collections import deque
from collections.abc import Callable

from bot.emulators.kore import faults as kinds
from bot.emulators.kore.events import ScenarioEvents
from bot.emulators.kore.faults import Fault, Faults
from bot.emulators.kore.http import LoggedRequest, Request, Response, Row, Value, json_response
from bot.emulators.kore.tokens import AN_HOUR, Tokens
from bot.struct import asdict

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
    """Answers them."""

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
            ("GET", "/_faults"): lambda _: json_response(self._state()),
            ("POST", "/_faults"): self._set,
            ("DELETE", "/_faults"): self._clear,
            ("GET", "/_requests"): lambda _: json_response(self._last_requests()),
            ("DELETE", "/_requests"): self._clear_requests,
            ("GET", "/_events"): lambda _: json_response({"events": self._events.titles()}),
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
            return json_response({"message": f"{type(error).__name__}: {error}"} | known, 400)
        return json_response(self._state())

    def _clear(self, _: bytes) -> Response:
        self._faults.clear()
        self._tokens.seconds = AN_HOUR
        return json_response(self._state())

    def _trigger(self, body: bytes) -> Response:
        try:
            wanted = json.loads(body)
            self._events.trigger(wanted["sim"], wanted["event"])
        except (ValueError, TypeError, KeyError) as error:
            known = {"events": self._events.titles()}
            return json_response({"message": f"{type(error).__name__}: {error}"} | known, 400)
        return json_response(wanted)

    def _clear_requests(self, _: bytes) -> Response:
        self._requests.clear()
        return json_response(self._last_requests())

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
