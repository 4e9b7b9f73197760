""""""

import pytest
from msgspec.structs import astuple

from bot.errors import Candidate
from bot.kore.models import Sim
from bot.sims.identifier import Identifier, IdentifierKind, identify
from bot.sims.index import NearMisses, SimBlock, SimTable
from tests.bot.sims.conftest import sid

SIMS = (
    Sim(sid=sid(1), unique_name="pump-7", iccid="8901", status="active"),
    Sim(sid=sid(2), friendly_name="Größe\n7", iccid="89012"),
    Sim(sid=sid(3), unique_name="Pump-7", friendly_name="pump-7", status="new"),
    Sim(sid=sid(4)),
)


@pytest.fixture
def block():
    return SimBlock.of(SIMS)


def test_equal(block):
    """Only whole values count, and the empty one counts for none."""
    for column, value, rows in (
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
    ):
        assert rows == list(block.equal(column, value)), (column, value, rows)


def test_having(block):
    """A piece is found anywhere in a value, or at its start or end, once a row."""
    for column, piece, rows in (
        ("unique_name", "ump", [0, 2]),
        ("iccid", "890", [0, 1]),
        ("iccid", "\n89012", [1]),
        ("iccid", "01\n", [0]),
        ("sid", "DE", [0, 1, 2, 3]),
        ("sid", "DE00000001", []),
    ):
        assert rows == list(block.having(column, piece)), (column, piece, rows)


def test_values(block):
    """A column comes back in order, with blanks for what is unknown."""
    assert ["8901", "89012", "", ""] == block.values("iccid")
    assert ["", "GRößE 7", "PUMP-7", ""] == block.values("friendly_name", bytes.upper)


def test_candidates(block):
    """A SIM is called by the name that it was found by, else by what people call it."""
    assert Candidate(sid(1), "pump-7", "8901", "active") == block.candidate(0)
    assert Candidate(sid(2), "Größe 7", "89012") == block.candidate(1)
    assert Candidate(sid(3), "Pump-7", None, "new") == block.candidate(2, "unique_key")
    assert Candidate(sid(3), "pump-7", None, "new") == block.candidate(2, "friendly_key")
    assert Candidate(sid(4), sid(4)) == block.candidate(3, "iccid")


def test_a_table_counts_each_sim_once():
    """A SIM that stood on two pages is found once."""
    table = SimTable()
    table.add(SIMS[:2])
    table.add(SIMS)

    assert 6 == table.count
    assert [sid(1), sid(3)] == [sim.sid for sim in table.equal("unique_key", "pump-7")]


def test_it_weighs_little():
    """A SIM with two names takes at most 140 bytes."""
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

    columns = (each for block in table.blocks for each in astuple(block) if isinstance(each, bytes))
    weight = sum({id(each): len(each) for each in columns}.values())

    assert 140 > weight / table.count


NAMED = "DE0a1b2c3d4e5f60718293a4b5c6d7e8f9"
ICCID = "8901260012345678909"
FLEET = (
    Sim(sid=NAMED, unique_name="pump-7", iccid=ICCID),
    Sim(sid=sid(2), unique_name="pump-17", friendly_name="Gate pump north"),
    Sim(sid=sid(3), unique_name="pump-70", iccid="8901260099999999999"),
    Sim(sid=sid(4), friendly_name="North Gate 12"),
    Sim(sid=sid(5), unique_name="warehouse_freezer_3", friendly_name="Warehouse Freezer 3"),
    Sim(sid=sid(6), unique_name="Größe"),
    Sim(sid=sid(7), unique_name="p1"),
    Sim(sid=sid(8)),
)


def near(text, *, fleet=FLEET, limit=5):
    nearest = NearMisses(identify(text), limit)
    nearest.look_at(SimBlock.of(fleet))
    return [sim.name for sim in nearest.candidates]


def test_what_comes_near():
    """Slips, swapped words, parts of names and of numbers lead to the SIM, the nearest first."""
    for typed, names in (
        ("pmp-7", ["pump-7", "pump-17", "pump-70"]),
        ("pump_7", ["pump-7", "pump-17", "pump-70"]),
        ("PUMP 70", ["pump-70", "pump-7", "pump-17"]),
        ("gate north", ["North Gate 12", "Gate pump north"]),
        ("wharehouse freezer 3", ["warehouse_freezer_3"]),
        ("freezer", ["warehouse_freezer_3"]),
        ("grosse", ["Größe"]),
        ("p2", ["p1"]),
        (NAMED[:12], ["pump-7"]),
        (NAMED[:-1], ["pump-7"]),
        (NAMED[:9] + NAMED[10:], ["pump-7"]),
        (NAMED[:-1] + "0", ["pump-7"]),
        (NAMED[:9] + NAMED[10] + NAMED[9] + NAMED[11:], ["pump-7"]),
        (f"{NAMED[:4]}…{NAMED[-3:]}", ["pump-7"]),
        ("8901 2600 … 8909", ["pump-7"]),
        (ICCID[:-1] + "8", ["pump-7"]),
        ("8901260012354678909", ["pump-7"]),
        (ICCID[-8:], ["pump-7"]),
        ("8901 2600 1234", ["pump-7"]),
    ):
        assert names == near(typed), (typed, names)


@pytest.mark.parametrize(
    "typed",
    ["qwertz", "x", "7", "zzzzzz-99", sid(99)[:-3] + "fff", "8944000000000000000", "0000", "DEpot"],
)
def test_what_does_not(typed):
    """What has little in common with any name or number is left alone."""
    assert [] == near(typed)


def test_each_sim_once_and_no_more_than_asked():
    """A SIM found by both its names counts once, and the limit holds over many blocks."""
    nearest = NearMisses(Identifier(IdentifierKind.NAME, "pump", "pump"), 5)
    for start in range(0, 4000, 100):
        nearest.look_at(
            SimBlock.of(
                [
                    Sim(sid=sid(n), unique_name=f"pump-{n}", friendly_name=f"Pump {n}")
                    for n in range(start, start + 100)
                ]
            )
        )

    assert [f"pump-{n}" for n in range(5)] == [sim.name for sim in nearest.candidates]


def test_the_best_may_come_last():
    """What was found before does not keep a better one out."""
    fleet = [Sim(sid=sid(n), unique_name=f"pump-{n}00") for n in range(2, 300)]

    assert "pump-7" == near("pmp-7", fleet=[*fleet, *FLEET])[0]
