"""All SIMs of a digest as a CSV file."""

import csv
import io
from dataclasses import replace

from bot.blocks.csv_files import DIGEST_COLUMNS, digest_file, head_line, page_lines
from bot.diagnosis.state import State
from bot.digests.digest import ScannedSim
from bot.sessions.snapshot import Found, Snapshot
from tests.bot.blocks.digests import QUIET
from tests.builders import ICCID, NOON, SID

FULL = Snapshot(
    sid=SID,
    name="pump-7",
    as_of=NOON,
    state=State.OFFLINE,
    iccid=ICCID,
    seen_at=NOON,
    findings=(Found("gone_silent", "critical", "Gone silent"), Found("x", "info", "X")),
)


def read(*seen):
    return list(
        csv.DictReader(io.StringIO((head_line() + page_lines(seen)).removeprefix("\ufeff")))
    )


def test_a_line_a_sim():
    """
    A line has every column; unknown is empty and times are ISO in UTC.
    """
    (line,) = read(ScannedSim(FULL, packets=5))

    assert list(DIGEST_COLUMNS) == list(line)
    assert ("pump-7", ICCID, "offline", "2026-01-05T12:00:00Z", "5", "") == tuple(
        line[name]
        for name in ("name", "iccid", "state", "last_heard_of", "packets_last_24_h", "since")
    )
    assert ("critical", "Gone silent", "gone_silent x") == tuple(
        line[name] for name in ("severity", "finding", "findings")
    )


def test_a_sim_that_could_not_be_read_has_no_state():
    """
    What was known before stands in its line, but not as if it were so now.
    """
    (line,) = read(ScannedSim(FULL, fault="No answer."))

    assert ("", "No answer.", "pump-7") == (line["state"], line["could_not_be_read"], line["name"])


def test_a_name_is_no_formula():
    """
    What a spreadsheet would calculate is shown as text.
    """
    (line,) = read(ScannedSim(replace(FULL, name="=1+1")))

    assert "'=1+1" == line["name"]


def test_nothing_is_no_line():
    """
    Without SIMs the file has its head.
    """
    assert [] == read()


def test_the_file_is_named_after_its_digest(tmp_path):
    """
    The name is safe on any disk; the sentence tells what it is.
    """
    file = digest_file(replace(QUIET, name="../../Pumps & <x>"), tmp_path)

    assert "Pumps-x-2026-01-05-1200.csv" == file.name
    assert "140 SIMs" in file.title
    assert "<x>" not in file.words
