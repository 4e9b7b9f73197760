"""Many SIMs in one go: some at once, each judged as soon as all of it is there."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

from bot.errors import BotError, TookTooLong
from bot.sessions.allowance import Allowance, AllowanceReader
from bot.sessions.errands import Errands
from bot.sessions.reading import Read, SimReader
from bot.sessions.report import SessionReport

AT_ONCE = 20
log = logging.getLogger(__name__)

Answer = SessionReport | BotError
Told = Callable[[int, Answer], None]


def keep_nobody_posted(_place: int, _answer: Answer) -> None:
    """Do nothing with an answer that may still become fuller."""


class Batch:
    """One asking for several SIMs.

    While SIMs are still being read there is no hurry for the plans and usages of others: queued
    behind so many requests of our own they would come too late one by one. `told` is given each
    answer as soon as its SIM is read, with its place; what is judged in the end may say more.
    """

    def __init__(
        self,
        sims: SimReader,
        allowances: AllowanceReader,
        errands: Errands,
        judge: Callable[[Read, Allowance], SessionReport],
        told: Told = keep_nobody_posted,
    ) -> None:
        self._sims = sims
        self._allowances = allowances
        self._judge = judge
        self._told = told
        self._errands = errands
        self._answers: list[Answer] = []
        self._unfinished: dict[int, tuple[Read, asyncio.Task[None]]] = {}

    async def answer(
        self,
        texts: Sequence[str],
        *,
        fresh: bool,
        done: Callable[[], None],
        within: float | None = None,
    ) -> list[Answer]:
        """Give each its answer, in the order asked. Never raises BotError.

        What is not read `within` so many seconds is TookTooLong.
        """
        self._answers = [TookTooLong()] * len(texts)
        waiting = iter(enumerate(texts))

        async def work() -> None:
            for place, text in waiting:
                await self._read(place, text, fresh=fresh)
                done()

        with suppress(TimeoutError):
            async with asyncio.timeout(within), asyncio.TaskGroup() as group:
                for _ in range(min(AT_ONCE, len(texts))):
                    group.create_task(work())
        await self._finish_all()
        return self._answers

    async def _read(self, place: int, text: str, *, fresh: bool) -> None:
        """Read one; judging it goes on behind while the next one is read."""
        try:
            read = await self._sims.read(text, self._errands, fresh=fresh)
        except BotError as error:
            self._answers[place] = error
            self._told(place, error)
        except Exception:  # a fault of ours in one SIM must not cost the others their answer
            log.exception("look-up-broke")
            self._answers[place] = BotError()
        else:
            finishing = self._errands.begin(self._finish(place, read))
            self._unfinished[place] = (read, finishing)
            self._tell(place, read)

    async def _finish(self, place: int, read: Read) -> None:
        self._judge_one(place, read, await self._allowances.whole(read.asked))

    async def _finish_all(self) -> None:
        """Wait for what is still under way, as long as for one; then judge what is there."""
        tasks = {task for _, task in self._unfinished.values()}
        if tasks:
            await asyncio.wait(tasks, timeout=self._allowances.patience)
        for place, (read, task) in list(self._unfinished.items()):
            task.cancel()
            self._judge_one(place, read, self._allowances.so_far(read.asked))
            await asyncio.sleep(0)  # whoever else waits for the loop gets it between two SIMs

    def _tell(self, place: int, read: Read) -> None:
        """Judge by what is there already, for whoever wants to see the first results early."""
        if self._told is not keep_nobody_posted:
            with suppress(Exception):  # it is judged again, and logged, when all of it is there
                self._told(place, self._judge(read, self._allowances.so_far(read.asked)))

    def _judge_one(self, place: int, read: Read, allowance: Allowance) -> None:
        self._unfinished.pop(place, None)
        try:
            self._answers[place] = self._judge(read, allowance)
        except Exception:  # as above
            log.exception("report-broke")
            self._answers[place] = BotError()
