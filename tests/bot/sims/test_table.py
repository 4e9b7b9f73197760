import pytest

from bot.kore.models import Sim
from bot.sims.errors import Candidate
from bot.sims.table import Block, SimTable
from tests.bot.sims.conftest import sid

SIMS = (
    Sim(sid=sid(1), unique_name="pump-7", iccid="8901", status="active"),
    Sim(sid=sid(2), friendly_name="Größe\n7", iccid="89012"),
    Sim(sid=sid(3), unique_name="Pump-7", friendly_name="pump-7", status="new"),
    Sim(sid=sid(4)),
)


@pytest.fixture
def block():
    return Block.of(SIMS)


@pytest.mark.parametrize(
    ("column", "value", "rows"),
    [
        ("unique_name", "pump-7", [0]),
        ("unique_key", "pump-7", [0, 2]),
        ("friendly_key", "pump-7", [2]),
        ("friendly_key", "grösse 7", [1]),
        ("iccid", "8901", [0]),
        ("sid", sid(4), [3]),
        ("unique_key", "pump", []),
        ("unique_key", "ump-7", []),
        ("unique_key", "", []),
        ("friendly_key", "pump-8", []),
    ],
)
def test_equal(block, column, value, rows):
    """
    Only whole values count, and the empty one counts for none.
    """
    assert rows == list(block.equal(column, value))


@pytest.mark.parametrize(
    ("column", "piece", "rows"),
    [
        ("unique_name", "ump", [0, 2]),
        ("iccid", "890", [0, 1]),
        ("iccid", "\n89012", [1]),
        ("iccid", "01\n", [0]),
        ("sid", "DE", [0, 1, 2, 3]),
        ("sid", "DE00000001", []),
    ],
)
def test_having(block, column, piece, rows):
    """
    A piece is found anywhere in a value, or at its start or end, once a row.
    """
    assert rows == list(block.having(column, piece))


def test_values(block):
    """
    A column comes back in order, with blanks for what is unknown.
    """
    assert ["8901", "89012", "", ""] == block.values("iccid")
    assert ["", "GRößE 7", "PUMP-7", ""] == block.values("friendly_name", bytes.upper)


def test_candidates(block):
    """
    A SIM is called by the name that it was found by, else by what people call it.
    """
    assert Candidate(sid(1), "pump-7", "8901", "active") == block.candidate(0)
    assert Candidate(sid(2), "Größe 7", "89012") == block.candidate(1)
    assert Candidate(sid(3), "Pump-7", None, "new") == block.candidate(2, "unique_key")
    assert Candidate(sid(3), "pump-7", None, "new") == block.candidate(2, "friendly_key")
    assert Candidate(sid(4), sid(4)) == block.candidate(3, "iccid")


def test_a_table_counts_each_sim_once():
    """
    A SIM that stood on two pages is found once.
    """
    table = SimTable()
    table.add(SIMS[:2])
    table.add(SIMS)

    assert 6 == table.count
    assert [sid(1), sid(3)] == [sim.sid for sim in table.equal("unique_key", "pump-7")]


def test_it_weighs_little():
    """
    A SIM with two names takes at most 140 bytes.
    """
    table = SimTable()
    table.add(
        [
            Sim(
                sid=sid(n),
                unique_name=f"pump-{n:05}",
                friendly_name=f"North pump {n:05}",
                iccid=f"8901260000000{n:06}",
                status="active",
            )
            for n in range(500)
        ]
    )

    assert 140 > table.weight / table.count
