"""CSV files: the sessions of a SIM, the SIMs of a digest."""

import csv
import io
from dataclasses import replace

import pytest

from bot.blocks.csv_files import (
    DIGEST_COLUMNS,
    SESSION_COLUMNS,
    csv_text,
    digest_file,
    head_line,
    page_lines,
)
from bot.blocks.kit import without_hidden
from bot.diagnosis.evidence import State
from bot.digests.digest import ScannedSim
from bot.kore.models import DataSession
from bot.sessions.snapshot import Found, Snapshot
from tests.bot.blocks.digests import QUIET
from tests.bot.blocks.reports import HOSTILE, NOW
from tests.builders import ICCID, NOON, SID, a_session


def read(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_nothing_is_missing():
    """
    Every property of KORE is a column, every session a row, and unknown an empty cell, never a 0.
    """
    assert set(DataSession().model_dump()) == {name.partition(".")[0] for name in SESSION_COLUMNS}

    [row] = read(csv_text([DataSession.model_construct()]))

    assert {""} == set(row.values())

    assert 5000 == len(read(csv_text([a_session()] * 5000)))


def test_a_row():
    """Values are written as KORE gave them, times as ISO in UTC."""
    [row] = read(csv_text([a_session(end=NOW)]))

    assert "T-Mobile USA" == row["operator_name"]
    assert "310" == row["operator_mcc"]
    assert "37.8828168" == row["cell_location_estimate.lat"]
    assert "-122.3684899" == row["cell_location_estimate.lon"]
    assert "246" == row["packets_uploaded"]
    assert "2026-01-05T15:00:00Z" == row["end"]
    assert "014931000129700" == row["imei"]


@pytest.mark.parametrize(
    "typed",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "x;=1+1;",
        'x","=1',
        "＝1+1",
        "＠x",
    ],
)
def test_no_formula_reaches_a_spreadsheet(typed):
    """Text that a spreadsheet would run is written as text."""
    session = a_session().model_copy(update={"operator_name": typed})
    [row] = read(csv_text([session]))

    assert f"'{typed}" == row["operator_name"]


def test_every_cell_is_quoted():
    """A semicolon in a name begins no cell where a spreadsheet parts cells by it."""
    session = a_session().model_copy(update={"operator_name": "x;y"})

    assert '"x;y"' in csv_text([session])


@pytest.mark.parametrize("typed", [*HOSTILE[:-1], 'a,"b"', "AT&T", "T-Mobile"])
def test_text_is_kept(typed):
    """Any other text comes back as it was, but for what would hide or reorder it."""
    session = a_session().model_copy(update={"operator_name": typed})
    [row] = read(csv_text([session]))

    assert without_hidden(typed) == row["operator_name"]
    assert "\u202e" not in row["operator_name"]


FULL = Snapshot(
    sid=SID,
    name="pump-7",
    as_of=NOON,
    state=State.OFFLINE,
    iccid=ICCID,
    seen_at=NOON,
    findings=(Found("gone_silent", "critical", "Gone silent"), Found("x", "info", "X")),
)


def read_digest(*seen):
    return list(
        csv.DictReader(io.StringIO((head_line() + page_lines(seen)).removeprefix("\ufeff")))
    )


def test_a_line_names_the_account():
    """Where there are several; else the cell is empty."""
    theirs, ours = read_digest(ScannedSim(replace(FULL, account="globex")), ScannedSim(FULL))

    assert ["globex", ""] == [theirs["account"], ours["account"]]


def test_a_line_a_sim():
    """Every column, unknown empty, times ISO in UTC; no state where it could not be read."""
    (line,) = read_digest(ScannedSim(FULL, packets=5))

    assert list(DIGEST_COLUMNS) == list(line)
    assert ("pump-7", ICCID, "offline", "2026-01-05T12:00:00Z", "5", "") == tuple(
        line[name]
        for name in ("name", "iccid", "state", "last_heard_of", "packets_last_24_h", "since")
    )
    assert ("critical", "Gone silent", "gone_silent x") == tuple(
        line[name] for name in ("severity", "cause", "findings")
    )

    (line,) = read_digest(ScannedSim(FULL, fault="No answer."))

    assert ("", "No answer.", "pump-7") == (line["state"], line["could_not_be_read"], line["name"])


def test_the_digest_file(tmp_path):
    """No formula, a head alone without SIMs, a name that is safe on any disk."""
    (line,) = read_digest(ScannedSim(replace(FULL, name="=1+1")))

    assert "'=1+1" == line["name"]

    assert [] == read_digest()

    file = digest_file(replace(QUIET, name="../../Pumps & <x>"), tmp_path)

    assert "Pumps-x-2026-01-05-1200.csv" == file.name
    assert "140 SIMs" in file.title
    assert "<x>" not in file.words
