"""The table of sessions."""

from bot.blocks.history_table import history_table
from tests.bot.blocks.reports import NOW
from tests.builders import NOON, a_session


def test_a_row():
    """
    A session's row has what is known of it, under the right heads.
    """
    table = history_table([a_session(end=NOW)], NOW)
    shown = dict(zip(table.header, (getattr(c, "text", c) for c in table.rows[0]), strict=True))

    assert {
        "Started (UTC)": "2026-01-05 12:00",
        "Ended (UTC)": "2026-01-05 15:00",
        "Lasted": "3 h",
        "Operator": "T-Mobile USA",
        "Radio": "LTE",
        "Packets up": "246",
        "Packets down": "296",
        "MCC-MNC": "310-260",
        "Country": "USA",
        "Cell": "310-260-40482-1243",
        "Tower at": "≈ 37.883, -122.368",
        "IMEI": "01493100-012970-0",
    } == shown


def test_an_unknown_row():
    """
    What is unknown is said so in every cell.
    """
    table = history_table([type(a_session()).model_construct()], NOON)

    assert (
        "unknown",
        "still open",
        "unknown",
        "unknown",
        "unknown",
        "unknown",
        "unknown",
        "cell unknown",
        "IMEI not reported",
        "unknown",
        "unknown",
        "unknown",
    ) == table.rows[0]


def test_no_more_rows_than_can_be_drawn():
    """
    Rows beyond what any rung draws are not made.
    """
    assert 200 == len(history_table([a_session()] * 5000, NOON).rows)
