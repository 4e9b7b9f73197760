"""What stands in a digest's thread, a table a message, and what its Details button shows."""

from collections.abc import Callable, Iterator
from functools import partial

from bot.blocks import ids
from bot.blocks.digest_words import KINDS, state_sign, state_words
from bot.blocks.kit import Block, Screen, actions, button, context, screen, section
from bot.blocks.ladder import NOTHING, Refused, draw_table, lowered
from bot.blocks.speech import MRKDWN, NOTICE, Speech, utc
from bot.blocks.tables import Cell, Number, Row, Table
from bot.blocks.units import count, grouped
from bot.digests.digest import Digest, Group, Known, Some

Draw = Callable[[Refused], Screen]
_CHANGES = ("SIM", "What", "Before", "Now", "State", "Last heard of (UTC)")
_SIMS = ("SIM", "State", "Severity", "Finding", "Operator", "Last heard of (UTC)")


def detail_screens(digest: Digest) -> Iterator[tuple[str, Draw]]:
    """Give what the thread holds: each message with a name of its own, and how it is drawn."""
    changed = tuple(row for group in digest.changes for row in _changed(group))
    every = sum(group.count for group in digest.changes)
    lists = (
        ("changes", "Changes", _CHANGES, changed, every),
        ("new", "New SIMs", _SIMS, *_some(digest.new)),
        ("gone", "SIMs that are gone", _SIMS, *_some(digest.gone)),
        ("worst", "The worst", _SIMS, *_some(digest.worst)),
        ("unread", "SIMs that could not be read", _SIMS[:1], *_unread(digest)),
        (
            "talkers",
            "Top talkers of the last 24 h",
            ("SIM", "Packets", "Operator"),
            *_talkers(digest),
        ),
    )
    for name, title, header, rows, whole in lists:
        if rows:
            yield name, partial(_list_screen, title, Table(title, header, rows), whole)


def details_screen(
    digest: Digest, worst: tuple[Known, ...], *, refused: Refused = NOTHING
) -> Screen:
    """Show the SIMs of a digest, the worst first, to who asks; the file has them all."""
    table = Table("SIMs, the worst first", _SIMS, tuple(_row(sim) for sim in worst))
    run = ids.DigestRun(id=digest.subscription, due=digest.due).to_value()
    file = button("CSV file", ids.DIGEST_CSV, f"All SIMs of {digest.name} as a CSV file", value=run)
    drawn = draw_table(table, refused)
    blocks = [section(_title(digest, MRKDWN))]
    if worst:
        shown = context(_shown(drawn.rows, digest.sims))
        blocks += [*drawn.blocks, shown, actions(ids.DIGEST_FILE_ACTIONS, [file])]
    return lowered(screen(_title(digest, NOTICE), blocks), refused)


def file_screen(name: str, *, is_ready: bool) -> Screen:
    """Say that the file went to the asker directly."""

    def words(speak: Speech) -> str:
        late = "" if is_ready else " Slack is still reading it in, so it may take a minute to show."
        where = "is in our direct messages (Apps, simsessions): only you see it."
        return f"📎 {speak.strong(speak.data(name))} {where}{late}"

    return screen(words(NOTICE), [section(words(MRKDWN))])


def _title(digest: Digest, speak: Speech) -> str:
    title = f"{speak.data(digest.name)}: {count(digest.sims, 'SIM')}, the worst first"
    return f"{speak.strong(title)}, as of {speak.when(digest.made_at)}"


def _list_screen(title: str, table: Table, whole: int, refused: Refused = NOTHING) -> Screen:
    drawn = draw_table(table, refused)
    head = f"{title}: {grouped(whole)}"
    blocks: list[Block] = [section(MRKDWN.strong(head)), *drawn.blocks]
    if drawn.rows < whole:
        blocks.append(context(_shown(drawn.rows, whole)))
    return lowered(screen(head, blocks), refused)


def _shown(rows: int, whole: int) -> str:
    if rows >= whole:
        return f"{grouped(rows)} shown, that is all. Times in UTC"
    return (
        f"{grouped(rows)} of {grouped(whole)} shown; Details, then CSV file, has all. Times in UTC"
    )


def _some(some: Some) -> tuple[tuple[Row, ...], int]:
    return tuple(_row(sim) for sim in some.first), some.count


def _unread(digest: Digest) -> tuple[tuple[Row, ...], int]:
    return tuple((sim.name,) for sim in digest.unread.first), digest.failed


def _talkers(digest: Digest) -> tuple[tuple[Row, ...], int]:
    rows = tuple((sim.name, _packets(sim), sim.operator or "unknown") for sim in digest.talkers)
    return rows, len(rows)


def _packets(sim: Known) -> Cell:
    return "unknown" if sim.packets is None else Number(sim.packets, grouped(sim.packets))


def _changed(group: Group) -> Iterator[Row]:
    sign, what = KINDS[group.kind]
    for changed in group.first:
        yield (
            changed.sim.name,
            f"{sign} {what}",
            changed.before or "none",
            changed.after or "none",
            _state(changed.sim),
            _seen(changed.sim),
        )


def _row(sim: Known) -> Row:
    return (
        sim.name,
        _state(sim),
        sim.severity or "none",
        sim.what or "nothing amiss",
        sim.operator or "unknown",
        _seen(sim),
    )


def _state(sim: Known) -> str:
    return f"{state_sign(sim.state)} {state_words(sim.state)}"


def _seen(sim: Known) -> str:
    return f"{utc(sim.seen_at):%Y-%m-%d %H:%M}" if sim.seen_at else "unknown"
