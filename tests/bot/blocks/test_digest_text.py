"""What changed of a SIM, in words."""

import pytest

from bot.blocks.digest_text import change_lines, change_text, incidents_text, worst_text
from bot.blocks.format import MRKDWN, PLAIN
from bot.diagnosis.evidence import State
from bot.digests.digest import IncidentSums
from bot.sessions.redaction import REDACTED
from bot.sessions.snapshot import Change, ChangeKind
from bot.struct import replace
from tests.bot.blocks.digests import QUIET, a_sim


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            Change(ChangeKind.STATUS_CHANGED, "active", "suspended"),
            "SIM status: active → suspended",
        ),
        (Change(ChangeKind.NEW_COUNTRY, "MEX", "USA"), "Country: 🇲🇽 MEX → 🇺🇸 USA"),
        (Change(ChangeKind.NEW_OPERATOR, "Telcel", "310-260"), "Operator: Telcel → 310-260"),
        (Change(ChangeKind.NEW_OPERATOR, None, "Telcel"), "Operator: unknown → Telcel"),
        (
            Change(ChangeKind.NEW_IMEI, "01493100012970", "35693803564380"),
            "Device (IMEI): 01493100-012970 → 35693803-564380",
        ),
        (Change(ChangeKind.NEW_IMEI, REDACTED, REDACTED), "Device (IMEI): changed, redacted here"),
        (Change(ChangeKind.NEW_RADIO, "LTE", "GSM"), "Radio: LTE → GSM"),
        (Change(ChangeKind.NEW_FINDING, None, "Flapping"), "New finding: Flapping"),
        (Change(ChangeKind.FINDING_GONE, "Flapping", None), "Finding gone: Flapping"),
        (Change(ChangeKind.STATE_CHANGED, "offline", "blocked"), "State: offline → SIM blocked"),
    ],
)
def test_a_change_is_one_line(change, expected):
    """What it is, what was, what is; unknown is said."""
    assert expected == change_text(change, PLAIN)


def test_change_lines():
    """Lines beside a headline leave the state to it, and an operator's name is data."""
    changes = [
        Change(ChangeKind.CAME_BACK, "offline", "online"),
        Change(ChangeKind.WENT_SILENT, "online", "offline"),
        Change(ChangeKind.STATE_CHANGED, "offline", "blocked"),
        Change(ChangeKind.NEW_RADIO, "LTE", "GSM"),
    ]

    assert ["Radio: LTE → GSM"] == change_lines(changes, PLAIN)

    change = Change(ChangeKind.NEW_OPERATOR, "<!channel>", "*T*")

    assert "Operator: &lt;!channel&gt; → `*T*`" == change_text(change, MRKDWN)


def test_the_line_of_incidents():
    """How many there were, how they stand, and how long they usually took, where that is known."""
    for sums, says in (
        (IncidentSums(1, 1), "1 incident since Friday 12:00, 1 still open."),
        (
            IncidentSums(3, 0, 240.0, 4800.0),
            "3 incidents since Friday 12:00, all over. Usually taken after 4 min, over after 1 h",
        ),
    ):
        (line,) = incidents_text(replace(QUIET, incidents=sums, zone="UTC"), PLAIN)

        assert line.replace("\xa0", " ").startswith(f"🚨 {says}"), line
    assert [] == incidents_text(QUIET, PLAIN)


def test_one_of_the_worst_without_a_finding_is_said_by_its_state():
    """A SIM that was suspended an hour ago: nothing is wrong with it but that."""
    sim = a_sim(7, state=State.BLOCKED, status="suspended", what=None, severity=None)

    assert worst_text(sim, QUIET, PLAIN).startswith("🔴 pump-7 — SIM suspended, last heard from")
