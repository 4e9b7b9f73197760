"""Sessions as CSV."""

import csv
import io

import pytest

from bot.blocks.csv_files import SESSION_COLUMNS, csv_text
from bot.kore.models import DataSession
from tests.bot.blocks.reports import HOSTILE, NOW
from tests.builders import a_session


def read(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_property_is_a_column():
    """
    The file has all that KORE's resource has.
    """
    assert set(DataSession.model_fields) == {name.partition(".")[0] for name in SESSION_COLUMNS}


def test_a_row():
    """
    Values are written as KORE gave them, times as ISO in UTC.
    """
    [row] = read(csv_text([a_session(end=NOW)]))

    assert "T-Mobile USA" == row["operator_name"]
    assert "310" == row["operator_mcc"]
    assert "37.8828168" == row["cell_location_estimate.lat"]
    assert "-122.3684899" == row["cell_location_estimate.lon"]
    assert "246" == row["packets_uploaded"]
    assert "2026-01-05T15:00:00Z" == row["end"]
    assert "014931000129700" == row["imei"]


def test_unknown_is_empty():
    """
    What is unknown is an empty cell, never a 0.
    """
    [row] = read(csv_text([DataSession.model_construct()]))

    assert {""} == set(row.values())


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_formula_reaches_a_spreadsheet(typed):
    """
    Text that a spreadsheet would run is written as text.
    """
    session = a_session().model_copy(update={"operator_name": typed})
    [row] = read(csv_text([session]))

    assert f"'{typed}" == row["operator_name"]


@pytest.mark.parametrize("typed", [*HOSTILE[:-1], 'a,"b"', "AT&T", "T-Mobile"])
def test_text_is_kept(typed):
    """
    Any other text comes back as it was.
    """
    session = a_session().model_copy(update={"operator_name": typed})
    [row] = read(csv_text([session]))

    assert typed == row["operator_name"]


def test_all_rows_are_there():
    """
    The file leaves nothing out.
    """
    assert 5000 == len(read(csv_text([a_session()] * 5000)))
