"""The digest as a channel reads it: one sentence, what changed, one table, the trend, buttons."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from bot.blocks import ids
from bot.blocks.digest_setup import DIGEST
from bot.blocks.digest_text import (
    KINDS,
    change_side_text,
    changes_text,
    count_label,
    digest_headline,
    foot_text,
    incidents_text,
    outage_text,
    quiet_headline,
    state_details,
    talkers_text,
    warnings,
    worst_text,
)
from bot.blocks.format import MRKDWN, NOTICE, PLAIN, Formatter, count, grouped
from bot.blocks.kit import Block, Part, Screen, actions, button, context, screen, section
from bot.blocks.sim_text import no_cause, state_label
from bot.blocks.tables_and_charts import (
    Cell,
    Chart,
    Drawn,
    NumberCell,
    Row,
    Table,
    TimeCell,
    chart_parts,
    number_cell,
    table_parts,
)
from bot.diagnosis.evidence import State
from bot.digests.digest import (
    COUNTED,
    FAILED,
    ChangeGroup,
    Digest,
    SimSample,
    SimSummary,
    TrendPoint,
)

WORST = 5
PREVIEW = "A preview: only you see it, and the next digest ignores it."
_SERIES = {
    "online": (State.ONLINE,),
    "silent": (State.STALE, State.OFFLINE, State.NEVER_SEEN),
    "blocked": (State.BLOCKED, State.NOT_ACTIVATED),
    "could not be read": (FAILED, State.UNKNOWN),
}


def digest_screen(digest: Digest) -> Screen:
    """Draw the parent message, within the budgets of one; its details stand in its thread."""
    return screen(digest_headline(digest, NOTICE), [*_parts(digest), buttons(digest)])


def _parts(digest: Digest) -> list[Part]:
    return [
        section(digest_headline(digest, MRKDWN)),
        *(section(line) for line in warnings(digest, MRKDWN)),
        *(section(outage_text(lost, MRKDWN)) for lost in digest.outages[:3]),
        *_paragraph(incidents_text(digest, MRKDWN)),
        *_paragraph(changes_text(digest, MRKDWN)),
        *_counts(digest),
        *_paragraph(_worst(digest)),
        *_trend(digest),
        context(*_foot(digest)),
    ]


def quiet_screen(digest: Digest) -> Screen:
    """Draw the one line of a digest in which nothing is new."""
    blocks = [section(quiet_headline(digest, MRKDWN)), context(foot_text(digest, MRKDWN))]
    return screen(quiet_headline(digest, NOTICE), blocks)


def preview_screen(digest: Digest) -> Screen:
    """Draw it for one person, without buttons: nothing of it is kept that they could show."""
    note = context(f"{PREVIEW} Nothing changed." if digest.is_quiet else PREVIEW)
    return screen(f"Preview: {digest_headline(digest, NOTICE)}", [note, *_parts(digest)])


def buttons(digest: Digest) -> Block:
    """Return what can be done with a digest."""
    name = digest.name
    run = ids.DigestRun(id=digest.subscription, due=digest.due)
    subscription = ids.SubscriptionButton(id=digest.subscription)
    return actions(
        ids.DIGEST_ACTIONS,
        [
            button("Details", ids.DIGEST_DETAILS, f"Every SIM of {name}, the worst first", run),
            button("Edit", DIGEST.action("edit"), f"Edit the digest {name}", subscription),
            button("Pause", DIGEST.action("pause"), f"Pause the digest {name}", subscription),
        ],
    )


def _paragraph(lines: Sequence[str]) -> list[Block]:
    return [section("\n".join(lines))] if lines else []


def _worst(digest: Digest) -> list[str]:
    shown = [worst_text(sim, digest, MRKDWN) for sim in digest.worst.first[:WORST]]
    rest = digest.worst.count - len(shown)
    return (
        [*shown, f"and {grouped(rest)} more that need attention, in the thread"] if rest else shown
    )


def _counts(digest: Digest) -> list[Part]:
    before = digest.trend[-2].counts if len(digest.trend) > 1 and digest.since else {}
    rows = [
        _count_row(state, digest.counts.get(state, 0), before.get(state, 0) if before else None)
        for state in COUNTED
        if digest.counts.get(state) or before.get(state)
    ]
    if not rows:
        return []
    header = ("State", "SIMs", "Change") if before else ("State", "SIMs")
    return table_parts(Table("SIMs by state", header, tuple(rows)))


def _count_row(state: str, now: int, before: int | None) -> Row:
    shown: Row = (count_label(state), NumberCell(now, grouped(now)))
    if before is None:
        return shown
    change = now - before
    words = f"+{grouped(change)}" if change > 0 else f"−{grouped(-change)}" if change else "0"
    return (*shown, NumberCell(change, words))


def _trend(digest: Digest) -> list[Part]:
    if len(digest.trend) < 2:  # noqa: PLR2004 -- one point is no trend
        return []
    return chart_parts([trend_chart(digest.trend, ZoneInfo(digest.zone))])


def trend_chart(points: Sequence[TrendPoint], zone: ZoneInfo) -> Chart:
    """Count SIMs by what matters, digest by digest; what never was is left out."""
    labels = _labels([f"{at.day} {at:%b %H:%M}" for at in (p.due.astimezone(zone) for p in points)])
    series = {
        name: [sum(point.counts.get(state, 0) for state in states) for point in points]
        for name, states in _SERIES.items()
    }
    kept = {name: numbers for name, numbers in series.items() if name == "online" or any(numbers)}
    return Chart(f"The last {len(points)} digests", labels, kept)


def _labels(names: Sequence[str]) -> list[str]:
    """Make each unique, as an axis wants it: an hour that the clocks show twice is told apart."""
    return [name + "′" * names[:at].count(name) for at, name in enumerate(names)]


def _foot(digest: Digest) -> list[str]:
    talkers = [talkers_text(digest.talkers, MRKDWN)] if digest.talkers else []
    return [*talkers, foot_text(digest, MRKDWN)]


_CHANGES = ("SIM", "What", "Before", "Now", "State", "Last heard from")
_SIMS = ("SIM", "State", "Severity", "Cause", "Network", "Last heard from")


def detail_screens(digest: Digest) -> Iterator[tuple[str, Screen]]:
    """Return what the thread holds: each message with a name of its own."""
    changed = tuple(row for group in digest.changes for row in _changed(group, digest))
    every = sum(group.count for group in digest.changes)
    lists = (
        ("changes", "Changes", _CHANGES, changed, every),
        ("new", "New SIMs", _SIMS, *_some(digest.new, digest)),
        ("gone", "SIMs that are gone", _SIMS, *_some(digest.gone, digest)),
        ("worst", "The worst", _SIMS, *_some(digest.worst, digest)),
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
            yield name, _list_screen(title, Table(title, header, rows), whole)


def details_screen(digest: Digest, worst: tuple[SimSummary, ...]) -> Screen:
    """Show the SIMs of a digest, the worst first, to who asks; the file has them all."""
    table = Table("SIMs, the worst first", _SIMS, tuple(_row(sim, digest) for sim in worst))
    run = ids.DigestRun(id=digest.subscription, due=digest.due)
    file = button("CSV file", ids.DIGEST_CSV, f"All SIMs of {digest.name} as a CSV file", run)

    def shown(drawn: Drawn) -> list[Block]:
        return [context(_shown(drawn.rows, digest.sims))]

    parts: list[Part] = [section(_title(digest, MRKDWN))]
    if worst:
        parts += [*table_parts(table, shown), actions(ids.DIGEST_FILE_ACTIONS, [file])]
    return screen(_title(digest, NOTICE), parts)


def _title(digest: Digest, fmt: Formatter) -> str:
    title = f"{fmt.data(digest.name)}: {count(digest.sims, 'SIM')}, the worst first"
    return f"{fmt.strong(title)}, as of {fmt.when(digest.made_at)}"


def _list_screen(title: str, table: Table, whole: int) -> Screen:
    head = f"{title}: {grouped(whole)}"

    def shown(drawn: Drawn) -> list[Block]:
        return [context(_shown(drawn.rows, whole))] if drawn.rows < whole else []

    return screen(head, [section(MRKDWN.strong(head)), *table_parts(table, shown)])


def _shown(rows: int, whole: int) -> str:
    if rows >= whole:
        return f"all {grouped(rows)} shown"
    return f"{grouped(rows)} of {grouped(whole)} shown; press Details, then CSV file, for all"


def _some(some: SimSample, digest: Digest) -> tuple[tuple[Row, ...], int]:
    return tuple(_row(sim, digest) for sim in some.first), some.count


def _unread(digest: Digest) -> tuple[tuple[Row, ...], int]:
    return tuple((sim.name,) for sim in digest.unread.first), digest.failed


def _talkers(digest: Digest) -> tuple[tuple[Row, ...], int]:
    rows = tuple(
        (sim.name, number_cell(sim.packets), sim.operator or "unknown") for sim in digest.talkers
    )
    return rows, len(rows)


def _changed(group: ChangeGroup, digest: Digest) -> Iterator[Row]:
    sign, what = KINDS[group.kind]
    for changed in group.first:
        yield (
            changed.sim.name,
            f"{sign} {what}",
            change_side_text(group.kind, changed.before, PLAIN, "none"),
            change_side_text(group.kind, changed.after, PLAIN, "none"),
            state_label(changed.sim.state, *state_details(changed.sim, digest)),
            _seen(changed.sim),
        )


def _row(sim: SimSummary, digest: Digest) -> Row:
    return (
        sim.name,
        state_label(sim.state, *state_details(sim, digest)),
        sim.severity or "none",
        sim.what or no_cause(sim.state),
        sim.operator or "unknown",
        _seen(sim),
    )


def _seen(sim: SimSummary) -> Cell:
    return TimeCell(sim.seen_at) if sim.seen_at else "unknown"
