"""What is asked of the table of jobs, each statement compiled once; bot/store/jobs.py uses them."""

from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Double,
    Executable,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    column,
    delete,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    update,
)

from bot.store.database import insert_into
from bot.store.schema import NOW, jobs, schedules

CHANNEL = "simsessions_jobs"
SWEPT_AT_ONCE = 1000
NEW_COLUMNS = ("key", "kind", "args", "parent", "due", "made", "state", "memo", "attempt", "claim")
KEPT_COLUMNS = ("key", "made", "claim")  # of a job that is begun anew


def new_rows(*, is_postgres: bool) -> Select[*tuple[Any, ...]]:
    """Return NEW_COLUMNS of the objects in the JSON `rows`: one statement, however many there are.

    The text is bound once; SQLite wants a WHERE before ON CONFLICT.
    """
    rows = bindparam("rows", type_=Text)
    each = func.json_array_elements(cast(rows, JSON)) if is_postgres else func.json_each(rows)
    value = each.table_valued(column("value")).c.value
    given = {n: value.op("->>", return_type=Text())(n) for n in (*NEW_COLUMNS[:4], "delay")}
    due = NOW + cast(given.pop("delay"), Double)
    return select(*given.values(), due, NOW, _READY, _EMPTY, _NONE, _NONE).where(true())


# in the words of the indexes of some rows: SQLite uses these for no bound parameter
_READY, _RUNNING = literal_column("'ready'", Text), literal_column("'running'", Text)
_EMPTY, _NONE = literal_column("'{}'", Text), literal_column("0", Integer)
_KEYS, _ME = bindparam("keys", type_=Text, expanding=True), bindparam("me", type_=Text)
_THIS, _ROOT = bindparam("this", type_=Text), bindparam("root", type_=Text)
_COLUMNS = [c for c in jobs.c if c.name not in {"owner", "lease", "made", "ended"}]
_LEASE = NOW + bindparam("seconds", type_=Double)
_other, _third = jobs.alias("other"), jobs.alias("third")

GET = select(*_COLUMNS).where(jobs.c.key == _THIS)
_NEXT_SCHEDULE = (
    select(func.min(schedules.c.next_due))
    .where(schedules.c.next_due.is_not(None))
    .scalar_subquery()
)
NOTIFY = select(func.pg_notify(CHANNEL, ""))
DEPTH = (
    select(jobs.c.kind, func.count().label("due"))
    .where(jobs.c.state == _READY, jobs.c.due <= NOW)
    .group_by(jobs.c.kind)
)


@cache
def inserts(*, is_postgres: bool) -> tuple[Executable, Executable]:
    """Return two INSERTs of new rows: one leaves jobs alone that are there, one begins those anew.

    Only what has ended is begun anew.
    """
    into = insert_into(jobs, is_postgres=is_postgres)
    new = into.from_select(NEW_COLUMNS, new_rows(is_postgres=is_postgres))
    afresh = {name: new.excluded[name] for name in NEW_COLUMNS if name not in KEPT_COLUMNS}
    anew = new.on_conflict_do_update(
        index_elements=[jobs.c.key],
        set_=afresh | dict.fromkeys(("ended", "result", "error")),
        where=jobs.c.ended.is_not(None),
    )
    return new.on_conflict_do_nothing(), anew


@cache
def look_at(kinds: tuple[str, ...]) -> Select[Any]:
    """Return the time now, the next schedule's, and when the next job of each kind is due."""
    due = select(func.min(jobs.c.due)).where(jobs.c.state == _READY)
    return select(
        NOW, _NEXT_SCHEDULE, *(due.where(jobs.c.kind == kind).scalar_subquery() for kind in kinds)
    )


_found = (
    select(jobs.c.key)
    .where(jobs.c.state == _READY, jobs.c.kind.in_(bindparam("kinds", expanding=True)))
    .where(jobs.c.due <= NOW)
    .order_by(jobs.c.due, jobs.c.key)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("found")
)
CLAIM = (
    update(jobs)
    .where(jobs.c.key.in_(select(_found.c.key)))
    .values(state=_RUNNING, owner=_ME, lease=_LEASE)
    .values(claim=jobs.c.claim + 1, attempt=jobs.c.attempt + 1)
    .returning(*_COLUMNS)
)
_mine = (
    select(_other.c.key)
    .where(_other.c.owner == _ME, _other.c.state == _RUNNING)
    .order_by(_other.c.key)
    .with_for_update()
)
_held = _mine.where(_other.c.key.in_(_KEYS))
RENEW = update(jobs).where(jobs.c.key.in_(_held)).values(lease=_LEASE).returning(jobs.c.key)
_lost = (
    select(_other.c.key)
    .where(_other.c.state == _RUNNING, _other.c.lease <= NOW, _other.c.key.not_in(_KEYS))
    .with_for_update(skip_locked=True)
)
FREE = update(jobs).where(jobs.c.key.in_(_lost)).values(state=_READY)
RELEASE = update(jobs).where(jobs.c.key.in_(_mine)).values(state=_READY, attempt=jobs.c.attempt - 1)
_BACK, AHEAD_SECONDS = bindparam("back", type_=Double), 60.0
_ahead = (
    select(_other.c.key)
    .where(_other.c.ended.is_(None))
    .where(or_(_other.c.made > NOW, _other.c.lease > NOW + AHEAD_SECONDS))
    .order_by(_other.c.key)
    .with_for_update()
)
REALIGN = (
    update(jobs)
    .where(jobs.c.key.in_(_ahead))
    .values(due=jobs.c.due - _BACK, lease=jobs.c.lease - _BACK)
    .values(made=case((jobs.c.made > NOW, jobs.c.made - _BACK), else_=jobs.c.made))
)
LAST_TOUCHED = select(func.max(jobs.c.made), func.max(jobs.c.lease)).where(jobs.c.ended.is_(None))
LOCK = (
    select(jobs.c.key, jobs.c.state, jobs.c.owner, jobs.c.claim)
    .where(jobs.c.key.in_(_KEYS))
    .order_by(jobs.c.key)
    .with_for_update()
)
_is_over = bindparam("is_over", type_=Boolean)
_is_hastened = jobs.c.due > bindparam("claimed_due", type_=Double)
_is_anew = and_(_is_over, _is_hastened)
_LATER = NOW + bindparam("after", type_=Double)
_MEMO = func.coalesce(bindparam("new_memo", type_=Text), jobs.c.memo)
_TRIES = bindparam("tries", type_=Integer)
CHANGE = (
    update(jobs)
    .where(jobs.c.key == _THIS)
    .values(state=case((_is_anew, _READY), else_=bindparam("to", type_=Text)))
    .values(due=case((_is_hastened, NOW), else_=_LATER))
    .values(attempt=case((_is_anew, _NONE), else_=_TRIES))
    .values(result=bindparam("new_result"), error=bindparam("new_error"))
    .values(memo=case((_is_anew, _EMPTY), else_=_MEMO))
    .values(ended=case((and_(_is_over, not_(_is_hastened)), NOW)))
)
WAKE = (
    update(jobs)
    .where(jobs.c.key.in_(_KEYS), jobs.c.state == "waiting")
    .where(~exists().where(_other.c.parent == jobs.c.key, _other.c.ended.is_(None)))
    .values(state=_READY, due=NOW)
    .returning(jobs.c.key)
)
POSTPONE = (
    update(jobs)
    .where(jobs.c.key.in_(_KEYS), jobs.c.state == _READY)
    .values(due=NOW + bindparam("seconds", type_=Double))
)
DROP = delete(jobs).where(jobs.c.key.in_(_KEYS))
_MARK = 0.001  # seconds by which a job that runs is put off: whoever has claimed it sees that
HASTEN = (
    update(jobs)
    .where(jobs.c.key.in_(_KEYS), jobs.c.state.in_((_READY, _RUNNING)))
    .values(due=case((jobs.c.state == _RUNNING, jobs.c.due + _MARK), else_=NOW))
)
_over = select(_other.c.key).where(_other.c.key.in_(_KEYS), _other.c.ended.is_not(None))
LET_GO = update(jobs).where(jobs.c.parent.in_(_over)).values(parent=None)
_old = (
    select(_other.c.key)
    .where(_other.c.ended < NOW - bindparam("keep", type_=Double))
    .where(~exists().where(_third.c.key == _other.c.parent, _third.c.ended.is_(None)))
    .order_by(_other.c.ended)
    .limit(SWEPT_AT_ONCE)
    .with_for_update(skip_locked=True)
)
SWEEP = delete(jobs).where(jobs.c.key.in_(_old))
_tree = select(cast(_ROOT, Text).label("key")).cte("tree", recursive=True)
_tree = _tree.union_all(select(_other.c.key).join(_tree, _other.c.parent == _tree.c.key))
_in_tree = jobs.c.key.in_(select(_tree.c.key))
_parent = select(_third.c.parent).where(_third.c.key == _ROOT).scalar_subquery()
LOCK_TREE = (
    select(jobs.c.key, jobs.c.parent)
    .where(or_(_in_tree, jobs.c.key == _parent))
    .order_by(jobs.c.key)
    .with_for_update()
)
CANCEL_TREE = (
    update(jobs).where(_in_tree, jobs.c.ended.is_(None)).values(state="cancelled", ended=NOW)
)
