"""A stand-in for KORE's Programmable Wireless API: the documented answers over real HTTP.

Who asks what, in this package: `tokens` lets in, `resources` answers, `account` holds the SIMs,
`paging` cuts lists, `faults` says what to do wrong, `delivery` does it, and `control` lets you set
it from outside.
"""

from collections import deque
from collections.abc import Iterable, Sequence

from cachetools import LRUCache
from starlette.types import Receive, Scope, Send

from bot.clock import Clock
from bot.emulators.kore.account import Account
from bot.emulators.kore.control import Control
from bot.emulators.kore.events import ScenarioEvents
from bot.emulators.kore.faults import Fault, Faults
from bot.emulators.kore.fleet import WINDOW_DAYS, Fleet
from bot.emulators.kore.http import (
    Answer,
    Asked,
    Question,
    Refusal,
    Row,
    answer_of,
    body_of,
    deliver,
    deliver_badly,
    no_such,
    question_of,
    replacing,
)
from bot.emulators.kore.records import Story, ToldSim
from bot.emulators.kore.resources import Resources
from bot.emulators.kore.tokens import Tokens

TOKEN_PATH = "/api-services/v1/auth/token"  # noqa: S105 -- a path
CONTROL = "/_"
_REMEMBERED = 10_000
_RENDERED_BYTES = 16 * 1024 * 1024


class KoreApi:
    """The API as an ASGI app. Answers are true for the minute in which they are asked for."""

    client_id = "sandbox-client"
    client_secret = "sandbox-secret"  # noqa: S105 -- opens nothing but this stand-in

    def __init__(
        self,
        clock: Clock,
        *,
        stories: Iterable[Story] = (),
        sims: int = 0,
        fleet_days: int = WINDOW_DAYS,
        seed: int = 1,
    ) -> None:
        """Hold the stories that are handed in, and a generated fleet of so many SIMs.

        `fleet_days` is how far back the sessions of the fleet go: the fewer, the cheaper to tell.
        """
        self._clock = clock
        self.account = Account(Fleet(sims, seed, fleet_days))
        self.tokens = Tokens(clock, self.client_id, self.client_secret)
        self.faults = Faults(clock)
        self.requests: deque[Asked] = deque(maxlen=_REMEMBERED)
        self._resources = Resources(self.account)
        self._rendered: LRUCache[tuple[object, ...], Answer] = LRUCache(
            _RENDERED_BYTES, getsizeof=lambda answer: len(answer.body)
        )
        self.turns = ScenarioEvents(self.account, clock, self._rendered.clear)
        self._control = Control(self.faults, self.tokens, self.turns, self.requests)
        for story in stories:
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
        question = question_of(scope, self._clock.now().replace(second=0, microsecond=0))
        if question.raw_path.startswith(CONTROL):
            answer = self._control.answer(question, await body_of(receive))
            await deliver(answer or no_such(question.raw_path).answer, send)
            return
        self.requests.append(question.asked)
        if self.faults.latency:
            await self._clock.sleep(self.faults.latency)
        fault = self.faults.take(question.raw_path)
        if fault is None:
            await deliver(await self._answer(question, receive), send)
        else:
            await self._misbehave(fault, question, receive, send)

    async def _misbehave(
        self, fault: Fault, question: Question, receive: Receive, send: Send
    ) -> None:
        if fault.delay:
            await self._clock.sleep(fault.delay)
        answer = replacing(fault) or await self._answer(question, receive)
        await deliver_badly(answer, fault, receive, send, self._clock)

    async def _answer(self, question: Question, receive: Receive) -> Answer:
        try:
            if question.raw_path == TOKEN_PATH:
                _only("POST", question)
                return self.tokens.ask(await body_of(receive))
            refused = self.tokens.refusal(question.authorization)
            return refused or self._resource(question)
        except Refusal as refusal:
            return refusal.answer

    def _resource(self, question: Question) -> Answer:
        """Return a resource; the same question within the same minute is rendered once."""
        _only("GET", question)
        key = (question.base, question.raw_path, question.raw_query, question.now)
        answer = self._rendered.get(key)
        if answer is None:
            answer = self._rendered[key] = answer_of(self._resources.answer(question))
        return answer


def _only(method: str, question: Question) -> None:
    if question.method != method:
        raise Refusal(405, 20004, "Method not allowed")
