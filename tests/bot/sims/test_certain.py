"""Identifiers that nothing else looks like."""

import pytest

from bot.sims.certain import Certain, certain_in
from tests.builders import ICCID, IMEI, SID

HS = "HS" + "f" * 32


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (SID, [Certain(0, SID)]),
        (f"x {HS}.", [Certain(2, HS)]),
        (f"https://api.korewireless.com/v1/Sims/{SID}/DataSessions).", [Certain(0, SID)]),
        (
            "https://programmable-wireless.api.korewireless.com/v1/Sims/pump-7.",
            [Certain(0, "pump-7")],
        ),
        (f"({ICCID})", [Certain(1, ICCID)]),
        (f"sim:{ICCID}F", [Certain(4, ICCID)]),
        ("8901-2600-1234-5678-909 and on", [Certain(0, "8901-2600-1234-5678-909")]),
        (f"{IMEI},{ICCID}", [Certain(0, IMEI), Certain(16, ICCID)]),
        ("01493100-012970-0", [Certain(0, "01493100-012970-0")]),
        ("IMEI: 123456789012345", [Certain(6, "123456789012345")]),
        ("ICCID #8901260012345678900", [Certain(7, "8901260012345678900")]),
        ("iccid 890126001234567890", [Certain(6, "890126001234567890")]),
        ("imei 4931 2 months", []),
        ("123456789012345", []),
        ("8901260012345678900", []),
        ("#8901260012345678909", []),
        ("01 493100 012970 0", [Certain(0, "01 493100 012970 0")]),
        ("014 931000 12970 0", []),
        ("2026-01-05 02:10:00.123456789", []),
        ("010000000000000", []),
    ],
)
def test_certain_in(line, found):
    """
    Grouped, labelled and linked numbers are found where they stand; others are left alone.
    """
    assert found == certain_in(line)[0]


def test_what_was_found_is_taken_out_of_the_line():
    """
    What is left has the same length, so that what follows keeps its place.
    """
    line = f"{SID} and {ICCID} of pump-7"

    rest = certain_in(line)[1]

    assert (len(line), line.index("pump-7")) == (len(rest), rest.index("pump-7"))
    assert not any(map(str.isdigit, rest.replace("pump-7", "")))
