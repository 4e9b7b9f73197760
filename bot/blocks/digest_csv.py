"""All SIMs of a digest as lines of a CSV file, made a few at a time, and the file itself."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.blocks.csv_text import CsvCell, csv_lines
from bot.blocks.speech import MRKDWN, utc
from bot.blocks.text import clean
from bot.blocks.units import count
from bot.digests.digest import Digest, Seen

COLUMNS = (
    "sid",
    "name",
    "iccid",
    "status",
    "state",
    "since",
    "last_heard_of",
    "operator",
    "network",
    "country",
    "radio_link",
    "imei",
    "cell_id",
    "packets_last_24_h",
    "severity",
    "finding",
    "findings",
    "could_not_be_read",
)
MARK = "\ufeff"
"""What a spreadsheet knows UTF-8 by."""


@dataclass(frozen=True, slots=True)
class DigestFile:
    """A file on the disk on its way to somebody; `words` is mrkdwn."""

    name: str
    content: Path
    title: str
    words: str
    alt: str = ""


def digest_file(digest: Digest, content: Path) -> DigestFile:
    """Name the file of a digest and the sentence that comes with it."""
    name = re.sub(r"[^\w-]+", "-", clean(digest.name, 60)).strip("-") or "digest"
    title = f"{clean(digest.name, 60)}, {count(digest.sims, 'SIM')}"
    words = f"{MRKDWN.strong(MRKDWN.data(title))}, as of {MRKDWN.when(digest.made_at)}"
    return DigestFile(f"{name}-{utc(digest.due):%Y-%m-%d-%H%M}.csv", content, title, words)


def head_line() -> str:
    """Give the first line of the file."""
    return MARK + csv_lines([COLUMNS])


def page_lines(sims: Sequence[Seen]) -> str:
    """Give a line for each SIM; unknown is an empty cell, times are ISO in UTC."""
    return csv_lines(map(_cells, sims))


def _cells(seen: Seen) -> Sequence[CsvCell]:
    sim, found = seen.snapshot, seen.snapshot.findings
    return (
        sim.sid,
        sim.name,
        sim.iccid,
        sim.status,
        None if seen.fault else sim.state.value,
        sim.since,
        sim.seen_at,
        sim.operator,
        sim.network,
        sim.country,
        sim.radio,
        sim.imei14,
        sim.cell_id,
        seen.packets,
        found[0].severity if found else None,
        found[0].title if found else None,
        " ".join(each.rule for each in found) or None,
        seen.fault,
    )
