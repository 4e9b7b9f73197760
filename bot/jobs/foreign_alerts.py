"""What an answer to another app's alert is made of: the look-ups, the drawing, the audit."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bot.alerts.listening import Listening
from bot.blocks.alert_setup import triaged_screen
from bot.blocks.format import WebLinks
from bot.blocks.kit import Screen
from bot.blocks.report import session_report
from bot.blocks.triage import triage_screen
from bot.clock import Clock
from bot.errors import BotError
from bot.ops.tasks import WorkerThread
from bot.sessions.audit import Asking, to_row
from bot.sessions.lookup import SessionLookup
from bot.sessions.owners import Owners
from bot.sessions.redaction import redacted, redacted_error
from bot.sessions.report import SessionReport
from bot.sessions.triage import Triage, triage
from bot.slack.access import Actor, Authorizer, Visibility
from bot.store.channels import ListeningRows
from bot.store.lookups import Lookup, Lookups
from bot.store.rate_limit import Allowance
from bot.struct import Struct

SIMS_AT_ONCE, SECONDS_PER_SIM = 60, 3.0
"""What a channel's alerts may have looked up: so many SIMs at once, then 20 a minute."""
PATIENCE_SECONDS = 45.0
ENTRY = "alert"

Answer = SessionReport | BotError


class ForeignAlertWork(Struct):
    """What the jobs work with; `lookup` is behind everybody who waits for an answer.

    It reaches the accounts that it is asked for; a SIM that names none is of `account`.
    """

    rows: ListeningRows
    allowance: Allowance
    lookup: Callable[[frozenset[str]], SessionLookup]
    account: str
    lookups: Lookups
    owners: Owners
    authorizer: Authorizer
    executor: WorkerThread
    links: WebLinks
    clock: Clock

    async def visibility(self, listening: Listening, *, is_shared: bool | None) -> Visibility:
        """Return what all may read there. Raises NotAllowed.

        It is answered in the name of who had the channel listen, as if they had mentioned the bot.
        """
        actor = Actor(
            listening.team,
            listening.enterprise,
            listening.person,
            listening.channel,
            in_shared=is_shared,
        )
        return await self.authorizer.authorize(actor, for_all=True)

    async def look_up(self, texts: Sequence[str], to: Visibility) -> list[Answer]:
        """Report on each as its readers may see it; what fails stands in its place."""
        lookup, redaction = self.lookup(to.accounts), to.redaction
        answers = await lookup.look_up_many(texts, within=PATIENCE_SECONDS)
        if redaction is None:
            return answers
        return [
            redacted_error(answer, text)
            if isinstance(answer, BotError)
            else await self.executor.run(redacted, answer, redaction)
            for text, answer in zip(texts, answers, strict=True)
        ]

    async def draw(self, args: dict[str, Any], answers: Sequence[Answer]) -> Screen:
        """Draw one SIM as a report and several as a table, as a mention's answer is."""
        screen = await self._drawn(triage(args["texts"], answers, cut=args["cut"]), args["channel"])
        return triaged_screen(screen, args["times"], _moment(args["latest"]))

    async def _drawn(self, made: Triage, channel: str) -> Screen:
        if len(made.rows) == 1 and made.reports and not made.cut:
            return session_report(made.reports[0], for_all=True, links=self.links)
        sids = [report.sim.sid for report in made.troubled]
        owners = await self.owners.of(channel, sids) if sids else ()
        return await self.executor.run(partial(triage_screen, made, for_all=True, owners=owners))

    def audit_rows(
        self, listening: Listening, args: dict[str, Any], answers: Sequence[Answer]
    ) -> list[Lookup]:
        """Return what the audit keeps of it, under the person who had the channel listen."""
        asking = Asking(
            request=args["identity"],
            team=listening.team or "",
            person=listening.person,
            channel=listening.channel,
            thread=args["thread"],
            entry=ENTRY,
        )
        at = self.clock.now().timestamp()
        return [to_row(asking, answer, at, self.account) for answer in answers]


def _moment(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)
