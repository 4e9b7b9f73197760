"""A stand-in for KORE's Programmable Wireless API: the documented answers over real HTTP.

Who asks what, in this package: `tokens` lets in, `resources` answers, `account` holds the SIMs,
`paging` cuts lists, `faults` says what to do wrong and `delivery` does it.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cachetools import LRUCache
from starlette.types import Receive, Scope, Send

from bot.clock import Clock
from bot.sandbox.kore_api.account import Account
from bot.sandbox.kore_api.answers import Answer, Refusal, Row, answer_of
from bot.sandbox.kore_api.delivery import deliver, deliver_badly, replacing
from bot.sandbox.kore_api.faults import Faults
from bot.sandbox.kore_api.fleet import Fleet
from bot.sandbox.kore_api.question import Question, base_of
from bot.sandbox.kore_api.records import ToldSim
from bot.sandbox.kore_api.resources import Resources
from bot.sandbox.kore_api.tokens import Tokens
from bot.sandbox.stories.story import Story, all_stories

TOKEN_PATH = "/api-services/v1/auth/token"  # noqa: S105 -- a path
_REMEMBERED = 10_000
_RENDERED_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that came in: the path and query as they came, and whether it had a key."""

    method: str
    path: str
    query: str
    authorized: bool


class KoreApi:
    """The API as an ASGI app. Answers are true for the minute in which they are asked for."""

    client_id = "sandbox-client"
    client_secret = "sandbox-secret"  # noqa: S105 -- opens nothing but this stand-in

    def __init__(
        self,
        clock: Clock,
        *,
        stories: Iterable[Story] | None = None,
        sims: int = 0,
        seed: int = 1,
    ) -> None:
        self._clock = clock
        self.stories = all_stories() if stories is None else tuple(stories)
        self.account = Account(Fleet(sims, seed))
        self.tokens = Tokens(clock, self.client_id, self.client_secret)
        self.faults = Faults(clock)
        self.requests: deque[Asked] = deque(maxlen=_REMEMBERED)
        self._resources = Resources(self.account)
        self._rendered: LRUCache[tuple[object, ...], Answer] = LRUCache(
            _RENDERED_BYTES, getsizeof=lambda answer: len(answer.body)
        )
        for story in self.stories:
            self._tell(story)

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
        usage where its packets shall not tell it.
        """
        rows = list(sessions)
        record = ToldSim(lambda _now: sim, lambda _now: rows, registration_code, bytes_per_day)
        self.account.add(record, self._clock.now())
        if rate_plan is not None:
            self.account.add_plan(lambda _now: rate_plan)
        self._rendered.clear()

    def _tell(self, story: Story) -> None:
        now = self._clock.now()
        told = ToldSim(story.sim, story.sessions, story.registration_code, story.bytes_per_day)
        self.account.add(told, now)
        for other in story.others:
            self.account.add(ToldSim(other.sim, other.sessions), now)
        if story.rate_plan is not None:
            self.account.add_plan(story.rate_plan)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI request."""
        if scope["type"] != "http":
            return
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
        self.requests.append(
            Asked(
                scope["method"],
                path,
                scope["query_string"].decode("latin-1"),
                _header(scope, b"authorization") is not None,
            )
        )
        if self.faults.latency:
            await self._clock.sleep(self.faults.latency)
        fault = self.faults.take(path)
        if fault is None:
            await deliver(await self._answer(scope, receive, path), send)
            return
        await self._clock.sleep(fault.delay)
        answer = replacing(fault) or await self._answer(scope, receive, path)
        await deliver_badly(answer, fault, receive, send, self._clock)

    async def _answer(self, scope: Scope, receive: Receive, path: str) -> Answer:
        try:
            if path == TOKEN_PATH:
                _only("POST", scope)
                return self.tokens.ask(await _body(receive))
            refusal = self.tokens.refusal(_header(scope, b"authorization"))
            if refusal is not None:
                return refusal
            _only("GET", scope)
            return self._rendered_answer(scope, path)
        except Refusal as refusal:
            return refusal.answer

    def _rendered_answer(self, scope: Scope, path: str) -> Answer:
        now = self._clock.now().replace(second=0, microsecond=0)
        query = scope["query_string"].decode("latin-1")
        question = Question(base_of(scope), path, query, now)
        key = (question.base, path, query, now)
        answer = self._rendered.get(key)
        if answer is None:
            answer = answer_of(self._resources.answer(question))
            if len(answer.body) <= _RENDERED_BYTES:
                self._rendered[key] = answer
        return answer


def _header(scope: Scope, wanted: bytes) -> str | None:
    for name, value in scope["headers"]:
        if name == wanted:
            return str(value.decode("latin-1"))
    return None


def _only(method: str, scope: Scope) -> None:
    if scope["method"] != method:
        raise Refusal(405, 20004, "Method not allowed")


async def _body(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)
