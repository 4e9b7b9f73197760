"""The digest as a channel reads it: one sentence, what changed, one table, the trend, buttons."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.blocks import ids
from bot.blocks.charts import Chart, as_chart, as_words
from bot.blocks.digest_words import (
    changes_words,
    foot_words,
    headline,
    outage_words,
    quiet_headline,
    state_sign,
    state_words,
    talkers_words,
    warnings,
    worst_words,
)
from bot.blocks.kit import Block, Screen, actions, button, context, screen, section
from bot.blocks.ladder import NOTHING, Refused, draw_table, lowered
from bot.blocks.speech import MRKDWN, NOTICE
from bot.blocks.tables import Number, Row, Table
from bot.blocks.units import grouped
from bot.diagnosis.state import State
from bot.digests.digest import COUNTED, FAILED, Digest, Point

WORST = 5
PREVIEW = "A preview: only you see it, and the next digest does not count it."
_SERIES = {
    "online": (State.ONLINE,),
    "silent": (State.STALE, State.OFFLINE, State.NEVER_SEEN),
    "blocked": (State.BLOCKED, State.NOT_ACTIVATED),
    "could not be read": (FAILED, State.UNKNOWN),
}


def digest_screen(digest: Digest, *, refused: Refused = NOTHING) -> Screen:
    """Draw the parent message, within the budgets of one; its details stand in its thread."""
    blocks = [
        section(headline(digest, MRKDWN)),
        *(section(line) for line in warnings(digest, MRKDWN)),
        *(section(outage_words(lost, MRKDWN)) for lost in digest.outages[:3]),
        *_paragraph(changes_words(digest, MRKDWN)),
        *_counts(digest, refused),
        *_paragraph(_worst(digest)),
        *_trend(digest, refused),
        context(*_foot(digest)),
        buttons(digest),
    ]
    return lowered(screen(headline(digest, NOTICE), blocks), refused)


def quiet_screen(digest: Digest, *, refused: Refused = NOTHING) -> Screen:
    """Draw the one line of a digest in which nothing is new."""
    blocks = [section(quiet_headline(digest, MRKDWN)), context(foot_words(digest, MRKDWN))]
    return lowered(screen(quiet_headline(digest, NOTICE), blocks), refused)


def preview_screen(digest: Digest, *, refused: Refused = NOTHING) -> Screen:
    """Draw it for one person, without buttons: nothing of it is kept that they could show."""
    whole = digest_screen(digest, refused=refused)
    note = context(f"{PREVIEW} Nothing changed." if digest.is_quiet else PREVIEW)
    drawn = [block for block in whole.blocks if block["type"] != "actions"]
    return lowered(screen(f"Preview: {whole.text}", [note, *drawn]), refused)


def buttons(digest: Digest) -> Block:
    """Give what can be done with a digest."""
    name = digest.name
    run = ids.DigestRun(id=digest.subscription, due=digest.due).to_value()
    subscription = ids.DigestButton(id=digest.subscription).to_value()
    return actions(
        ids.DIGEST_ACTIONS,
        [
            button(
                "Details", ids.DIGEST_DETAILS, f"Every SIM of {name}, the worst first", value=run
            ),
            button("Edit", ids.DIGEST_EDIT, f"Edit the digest {name}", value=subscription),
            button("Pause", ids.DIGEST_PAUSE, f"Pause the digest {name}", value=subscription),
        ],
    )


def _paragraph(lines: Sequence[str]) -> list[Block]:
    return [section("\n".join(lines))] if lines else []


def _worst(digest: Digest) -> list[str]:
    shown = [worst_words(sim, digest, MRKDWN) for sim in digest.worst.first[:WORST]]
    rest = digest.worst.count - len(shown)
    return [*shown, f"and {grouped(rest)} more with a warning, in the thread"] if rest else shown


def _counts(digest: Digest, refused: Refused) -> list[Block]:
    before = digest.trend[-2].counts if len(digest.trend) > 1 and digest.since else {}
    rows = [
        _count_row(state, digest.counts.get(state, 0), before.get(state, 0) if before else None)
        for state in COUNTED
        if digest.counts.get(state) or before.get(state)
    ]
    if not rows:
        return []
    header = ("State", "SIMs", "Change") if before else ("State", "SIMs")
    return draw_table(Table("SIMs by state", header, tuple(rows)), refused).blocks


def _count_row(state: str, now: int, before: int | None) -> Row:
    shown: Row = (f"{state_sign(state)} {state_words(state)}", Number(now, grouped(now)))
    if before is None:
        return shown
    change = now - before
    words = f"+{grouped(change)}" if change > 0 else f"−{grouped(-change)}" if change else "0"
    return (*shown, Number(change, words))


def _trend(digest: Digest, refused: Refused) -> list[Block]:
    if len(digest.trend) < 2:  # noqa: PLR2004 -- one point is no trend
        return []
    chart = trend_chart(digest.trend, ZoneInfo(digest.zone))
    if "data_visualization" in refused:
        return [context(*as_words(chart))]
    return [as_chart(chart)]


def trend_chart(points: Sequence[Point], zone: ZoneInfo) -> Chart:
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
    talkers = [talkers_words(digest.talkers, MRKDWN)] if digest.talkers else []
    return [*talkers, foot_words(digest, MRKDWN)]
