"""Lets whoever sits on this machine tell a running stand-in what to do wrong or what happens.

    curl $KORE/_faults -d '{"next": [{"kind": "too_many", "path": "DataSessions", "times": 3}]}'
    curl $KORE/_faults -d '{"latency": 0.2, "requests_per_second": 100, "expire_tokens": true}'
    curl $KORE/_faults -X DELETE
    curl $KORE/_turns -d '{"sim": "pump-7", "act": "recover"}'

GET tells what is set, or what can happen. `/_requests` tells what was asked, and DELETE forgets it.
"""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import asdict

from bot.emulators.kore import faults as kinds
from bot.emulators.kore.events import ScenarioEvents
from bot.emulators.kore.faults import Fault, Faults
from bot.emulators.kore.http import Answer, Asked, Question, Row, Value, answer_of
from bot.emulators.kore.tokens import AN_HOUR, Tokens

SHOWN = 100
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
KINDS: dict[str, Callable[..., Fault]] = {
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
    """The stand-in's own endpoints, which no KORE has."""

    def __init__(
        self, faults: Faults, tokens: Tokens, turns: ScenarioEvents, requests: deque[Asked]
    ) -> None:
        self._faults = faults
        self._turns = turns
        self._tokens = tokens
        self._requests = requests
        self._settings: dict[str, Callable[[Value], None]] = {
            "next": self._next,
            "latency": self._latency,
            "requests_per_second": faults.limit,
            "expire_tokens": self._expire_tokens,
            "token_seconds": self._token_seconds,
        }
        self._endpoints: dict[tuple[str, str], Callable[[bytes], Answer]] = {
            ("GET", "/_faults"): lambda _: answer_of(self._told()),
            ("POST", "/_faults"): self._set,
            ("DELETE", "/_faults"): self._clear,
            ("GET", "/_requests"): lambda _: answer_of(self._asked()),
            ("DELETE", "/_requests"): self._forget,
            ("GET", "/_turns"): lambda _: answer_of({"turns": self._turns.titles()}),
            ("POST", "/_turns"): self._turn,
        }

    def answer(self, question: Question, body: bytes) -> Answer | None:
        """Answer a question of this machine about the stand-in; None where it is not one."""
        if question.client not in _LOOPBACK:
            return None
        endpoint = self._endpoints.get((question.method, question.raw_path))
        return endpoint(body) if endpoint else None

    def _set(self, body: bytes) -> Answer:
        try:
            wishes = json.loads(body)
            for name, value in wishes.items():
                self._settings[name](value)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            known = {"settings": list(self._settings), "kinds": list(KINDS)}
            return answer_of({"message": f"{type(error).__name__}: {error}"} | known, 400)
        return answer_of(self._told())

    def _clear(self, _: bytes) -> Answer:
        self._faults.clear()
        self._tokens.seconds = AN_HOUR
        return answer_of(self._told())

    def _turn(self, body: bytes) -> Answer:
        try:
            wish = json.loads(body)
            self._turns.act(wish["sim"], wish["act"])
        except (ValueError, TypeError, KeyError) as error:
            known = {"turns": self._turns.titles()}
            return answer_of({"message": f"{type(error).__name__}: {error}"} | known, 400)
        return answer_of(wish)

    def _forget(self, _: bytes) -> Answer:
        self._requests.clear()
        return answer_of(self._asked())

    def _next(self, wishes: list[Row]) -> None:
        for wish in wishes:
            told = dict(wish)
            self._faults.add(KINDS[told.pop("kind")](**told))

    def _latency(self, seconds: float) -> None:
        self._faults.latency = float(seconds)

    def _expire_tokens(self, wished: object) -> None:
        if wished:
            self._tokens.expire_all()

    def _token_seconds(self, seconds: float) -> None:
        self._tokens.seconds = int(seconds)

    def _told(self) -> Row:
        return {
            "latency": self._faults.latency,
            "requests_per_second": self._faults.requests_per_second,
            "token_seconds": self._tokens.seconds,
            "next": [asdict(fault) for fault in self._faults.waiting],
        }

    def _asked(self) -> Row:
        last = [asdict(asked) for asked in list(self._requests)[-SHOWN:]]
        return {"count": len(self._requests), "last": last}
