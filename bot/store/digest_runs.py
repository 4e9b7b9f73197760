"""Each time that a digest was due: what became of it, how many SIMs were how, and the digest."""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Double,
    Row,
    Select,
    Update,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from bot.store.database import Rows, Transaction
from bot.store.jobs import Write
from bot.store.schema import NOW, digest_runs, scan_chunks, subscriptions
from bot.struct import Struct, field


class RunStage(StrEnum):
    """How far a run is; the last four are its ends."""

    LISTING = "listing"
    SCANNING = "scanning"
    POSTING = "posting"
    POSTED = "posted"
    QUIET = "quiet"
    SKIPPED = "skipped"
    FAILED = "failed"


ENDS = (RunStage.POSTED, RunStage.QUIET, RunStage.SKIPPED, RunStage.FAILED)
COMPLETE = (RunStage.POSTED, RunStage.QUIET)
SCANNED = (RunStage.POSTING, *COMPLETE, RunStage.SKIPPED)
"""Stages of which the rows, if there are any, are those of a whole scan."""
SHARED = "scan:"
"""What the names of scans begin with that no digest has asked for."""
PREVIEW = "preview:"
"""What the names of scans begin with of which nothing is kept."""
KEPT_SHARED = 86_400.0
MOST_AHEAD = 60.0
_AT = digest_runs.c


class Run(Struct):
    """One run; times are epoch seconds. `counts` is by state; `digest` is the digest as JSON.

    `job` is the key of what makes it. `why` says why it was skipped or failed. `sims` and `chunks`
    are None before the SIMs are listed. `has_rows`: what was scanned is still there. `accounts` are
    the names of the accounts whose SIMs it is about, by commas.
    """

    id: int
    subscription: str
    due: float
    started: float
    stage: RunStage
    job: str
    ended: float | None = None
    sims: int | None = None
    chunks: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    digest: str | None = None
    channel: str | None = None
    ts: str | None = None
    why: str | None = None
    has_rows: bool = False
    accounts: str = ""

    @property
    def shown(self) -> frozenset[str]:
        """The names of the accounts whose SIMs it is about."""
        return frozenset(self.accounts.split(","))

    def shows_only(self, accounts: frozenset[str]) -> bool:
        """Return whether it is about SIMs of these accounts only."""
        return self.shown <= accounts

    @property
    def is_over(self) -> bool:
        """Return whether nothing more will come of it."""
        return self.stage in ENDS


class Progress(Struct):
    """How many of the chunks of a running scan are done; None of `chunks`: still listing."""

    due: float
    done: int
    chunks: int | None

    @property
    def percent(self) -> int:
        """Return it as people say it, rounded down."""
        return 100 * self.done // self.chunks if self.chunks else 0


class DigestRuns(Rows):
    """The runs of all subscriptions."""

    async def begin(self, subscription: str, due: float, job: str) -> Run:
        """Return the run of that time, made if it is not there."""
        new = self._db.insert(digest_runs).values(
            subscription=subscription,
            due=due,
            started=NOW,
            stage=RunStage.LISTING.value,
            job=job,
            has_rows=False,
        )
        async with self._db.write() as tx:
            await tx.execute(new.on_conflict_do_nothing())
            found = await tx.execute(_ONE, {"of": subscription, "at": due}, last=True)
            return _run(found.one())

    async def find(self, subscription: str, due: float) -> Run | None:
        """Return the run of that time; None where there is none."""
        return await self._first(_ONE, {"of": subscription, "at": due})

    async def under_way(self) -> tuple[Run, ...]:
        """Return all runs that are not over, the oldest first."""
        return await self._runs(_UNDER_WAY, {})

    async def before(self, subscription: str, due: float, accounts: str) -> Run | None:
        """Return the newest run before that time whose SIMs were looked at to the end.

        It is about the same accounts: where those changed, there is nothing to compare with.
        """
        values = {"of": subscription, "at": due, "most": 1, "accounts": accounts}
        return await self._first(_BEFORE, values)

    async def trend(
        self, subscription: str, due: float, most: int, accounts: str
    ) -> tuple[Run, ...]:
        """Return the newest runs before that time that were looked at to the end, oldest first."""
        values = {"of": subscription, "at": due, "most": most, "accounts": accounts}
        return (await self._runs(_BEFORE, values))[::-1]

    async def scanned(self, subscriptions: Sequence[str]) -> tuple[Run, ...]:
        """Return the newest run of each whose SIMs were looked at to the end and are still kept."""
        found = await self._runs(_SCANNED, {"subscriptions": list(subscriptions)})
        newest: dict[str, Run] = {}
        for run in found:
            newest.setdefault(run.subscription, run)
        return tuple(newest.values())

    async def newest_scans(self, accounts: frozenset[str]) -> tuple[Run, ...]:
        """Return the newest run of each digest, and of each selection of alerts, the newest first.

        Their rows are still kept, and they show none but these accounts. One of alerts that is
        under way counts too: it has the rows of the last time, and replaces them one by one.
        """
        newest: dict[str, Run] = {}
        for run in await self._runs(_NEWEST_SCANS, {}):
            if run.shows_only(accounts):
                newest.setdefault(run.subscription, run)
        return tuple(newest.values())

    async def last(self, subscription: str) -> Run | None:
        """Return the newest run, however far it is; None where there is none."""
        return await self._first(_LAST, {"of": subscription})

    async def newest_of(
        self, subscriptions: Sequence[str], age: float, accounts: str
    ) -> Run | None:
        """Return the newest whole scan of these, with its rows, of the last so many seconds.

        It is about the same accounts.
        """
        values = {"subscriptions": list(subscriptions), "age": age, "accounts": accounts}
        return await self._first(_NEWEST_OF, values)

    async def restart(self, run: Run, job: str) -> bool:
        """Begin a run anew in its place; False where somebody else was first."""
        again = (
            update(digest_runs)
            .where(_AT.id == run.id, _AT.started == run.started)
            .values(due=NOW, started=NOW, stage=RunStage.LISTING.value, job=job, ended=None)
        )
        return await self._db.change(again) == 1

    async def unreported_between(
        self, subscription: str, after: float, due: float
    ) -> tuple[Run, ...]:
        """Return the runs between two times of which nothing was posted, oldest first."""
        return await self._runs(_UNREPORTED, {"of": subscription, "after": after, "at": due})

    async def with_old_rows(self, kept: int, keep: float, most: int) -> tuple[Run, ...]:
        """Return runs that are over and still have rows, but for each digest's last `kept`.

        Those of digests that are removed, or due more than `keep` seconds ago, are old in any case.
        """
        gone = _AT.subscription.not_in(select(subscriptions.c.id))
        late = _AT.due < NOW - keep
        used = _IS_SHARED & (_AT.due > NOW - KEPT_SHARED)
        old = _OLD_ROWS.where(or_(_AT.id.not_in(_KEPT), gone, late), ~used)
        return await self._runs(old, {"kept": kept, "most": most})

    async def progress(self) -> dict[str, Progress]:
        """Return how far the scans that run now are, by subscription."""
        rows = await self._db.fetch(_PROGRESS)
        return {
            row.subscription: Progress(row.due, (row.chunks or 0) - row.left, row.chunks)
            for row in rows
        }

    async def _first(self, query: Select[Any], values: Mapping[str, Any]) -> Run | None:
        return next(iter(await self._runs(query, values)), None)

    async def _runs(self, query: Select[Any], values: Mapping[str, Any]) -> tuple[Run, ...]:
        return tuple(_run(row) for row in await self._db.fetch(query, values))

    async def change(
        self,
        run: int,
        stage: RunStage,
        tx: Transaction | None = None,
        **values: Any,  # noqa: ANN401 -- any column's value
    ) -> None:
        """Set the stage of a run and other columns; the time of its end comes with the stage."""
        await self._db.change(_changed(run, stage, values), tx=tx)

    async def change_if_unchanged(self, run: Run, stage: RunStage, **values: Any) -> None:  # noqa: ANN401 -- as above
        """Do the same, but not where a run got on, or was begun anew, since it was read."""
        same = _AT.stage == run.stage.value, _AT.started == run.started, _AT.job == run.job
        await self._db.change(_changed(run.id, stage, values).where(*same))

    def changing(self, run: int, stage: RunStage, **values: Any) -> Write:  # noqa: ANN401 -- as above
        """Return the same as a part of somebody else's transaction."""

        async def write(tx: Transaction) -> None:
            await self.change(run, stage, tx, **values)

        return write

    async def forget(self, older_than: float, most: int) -> int:
        """Drop runs without rows that were due more than so many seconds ago; return how many."""
        late = _AT.due < NOW - older_than
        old = select(_AT.id).where(late, ~_AT.has_rows).limit(most)
        return await self._db.change(delete(digest_runs).where(_AT.id.in_(old)))


def _changed(run: int, stage: RunStage, values: dict[str, Any]) -> Update:
    if "counts" in values:
        values["counts"] = json.dumps(values["counts"], separators=(",", ":"))
    if stage in ENDS:
        values["ended"] = func.coalesce(_AT.ended, NOW)
    return update(digest_runs).where(_AT.id == run).values(stage=stage.value, **values)


_NEWEST = _AT.due.desc()
_MOST: BindParameter[int] = bindparam("most")


def _where(*which: ColumnElement[bool], by: ColumnElement[Any] = _NEWEST) -> Select[Any]:
    return select(digest_runs).where(*which).order_by(by)


_OF, _ABOUT = _AT.subscription == bindparam("of"), _AT.accounts == bindparam("accounts")
_OF_SOME = _AT.subscription.in_(bindparam("subscriptions", expanding=True))
_EARLIER, _IS_UNDER_WAY = _AT.due < bindparam("at"), _AT.stage.not_in(ENDS)
_IS_COMPLETE = _AT.stage.in_(COMPLETE)
_ONE = select(digest_runs).where(_OF, _AT.due == bindparam("at"))
_UNDER_WAY = _where(_IS_UNDER_WAY, by=_AT.due)
_BEFORE = _where(_OF, _EARLIER, _IS_COMPLETE, _ABOUT).limit(_MOST)
_SCANNED = _where(_OF_SOME, _IS_COMPLETE, _AT.has_rows)
_LAST = _where(_OF).limit(1)
_OVER = func.coalesce(_AT.ended, _AT.started)
_IS_SHARED = _AT.subscription.startswith(SHARED, autoescape=True)
_NEWEST_SCANS = (
    _where(
        _AT.has_rows,
        _IS_SHARED | _AT.stage.in_(SCANNED),
        ~_AT.subscription.startswith(PREVIEW, autoescape=True),
        by=_OVER.desc(),
    )
    .order_by(_AT.id.desc())
    .limit(20)
)  # of two within one tick of the clock the later
_NEWEST_OF = (
    _where(
        _OF_SOME,
        # what is over later than now was so by a clock that has been set back since
        _OVER.between(NOW - bindparam("age", type_=Double), NOW + MOST_AHEAD),
        _ABOUT,
        _AT.stage.in_(SCANNED),
        _AT.has_rows,
        by=_OVER.desc(),
    )
    .order_by(_AT.id.desc())
    .limit(1)
)
_UNREPORTED = _where(
    _OF,
    _EARLIER,
    _AT.due > bindparam("after"),
    _AT.stage.in_((RunStage.SKIPPED, RunStage.FAILED)),
    _AT.ts.is_(None),
    by=_AT.due,
).limit(100)
_LEFT = (
    select(func.count())
    .select_from(scan_chunks)
    .where(scan_chunks.c.run == _AT.id)
    .scalar_subquery()
)
_PROGRESS = select(_AT.subscription, _AT.due, _AT.chunks, _LEFT.label("left")).where(_IS_UNDER_WAY)
_rank = func.row_number().over(partition_by=_AT.subscription, order_by=_NEWEST).label("rank")
_COMPLETE = select(_AT.id, _rank).where(_IS_COMPLETE).subquery()
_KEPT = select(_COMPLETE.c.id).where(_COMPLETE.c.rank <= bindparam("kept"))
_OLD_ROWS = select(digest_runs).where(_AT.has_rows, _AT.stage.in_(ENDS)).limit(_MOST)


def _run(row: Row[Any]) -> Run:
    counts = json.loads(row.counts or "{}")
    return Run(**row._asdict() | {"stage": RunStage(row.stage), "counts": counts})
