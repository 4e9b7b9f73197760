"""A watch as its row, and back."""

from datetime import UTC, datetime

from bot.diagnosis.state import State
from bot.sessions.snapshot import Snapshot
from bot.store.watches import WatchRow
from bot.watches.watch import Asker, Card, Ending, Goal, Watch


def to_row(watch: Watch) -> WatchRow:
    """Give the row of a watch."""
    asker, card = watch.asker, watch.card
    return WatchRow(
        id=watch.id,
        sid=watch.sid,
        name=watch.name,
        team=asker.team,
        enterprise=asker.enterprise,
        person=asker.person,
        channel=asker.channel,
        thread=asker.thread,
        goal=watch.goal,
        started=watch.started.timestamp(),
        ends=watch.ends.timestamp(),
        noticed=watch.noticed.to_json(),
        latest=watch.latest.to_json(),
        checked=watch.checked.timestamp(),
        turned=_seconds(watch.turned),
        blind=_seconds(watch.blind),
        blind_why=watch.blind_why,
        told=_seconds(watch.told),
        untold=watch.untold,
        notices=watch.notices,
        ended=_seconds(watch.ended),
        ending=watch.ending,
        ended_by=watch.ended_by,
        cards=watch.cards,
        card_channel=card.channel if card else None,
        card_ts=card.ts if card else None,
        edited=card.edited.timestamp() if card else None,
        drawn=card.drawn if card else None,
    )


def from_row(row: WatchRow) -> Watch:
    """Give the watch of a row, also of one that another version wrote."""
    return Watch(
        id=row.id,
        sid=row.sid,
        name=row.name,
        asker=Asker(row.person, row.channel, row.thread, row.team, row.enterprise),
        goal=Goal(row.goal) if row.goal in set(Goal) else Goal.CHANGES,
        started=_moment(row.started),
        ends=_moment(row.ends),
        noticed=_snapshot(row.noticed, row),
        latest=_snapshot(row.latest, row),
        checked=_moment(row.checked),
        turned=_maybe(row.turned),
        blind=_maybe(row.blind),
        blind_why=row.blind_why,
        told=_maybe(row.told),
        untold=row.untold,
        notices=row.notices,
        ended=_maybe(row.ended),
        ending=Ending(row.ending) if row.ending in set(Ending) else None,
        ended_by=row.ended_by,
        cards=row.cards,
        card=_card(row),
    )


def _card(row: WatchRow) -> Card | None:
    if row.card_channel is None:
        return None
    return Card(row.card_channel, row.card_ts, _moment(row.edited or 0), row.drawn or "")


def _snapshot(text: str, row: WatchRow) -> Snapshot:
    try:
        return Snapshot.from_json(text)
    except ValueError:
        return Snapshot(row.sid, row.name, _moment(row.checked), State.UNKNOWN)


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _maybe(seconds: float | None) -> datetime | None:
    return None if seconds is None else _moment(seconds)
