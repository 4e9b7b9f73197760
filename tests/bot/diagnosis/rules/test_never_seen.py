import pytest

from bot.diagnosis.rhythm import Contact
from bot.diagnosis.rules.never_seen import never_seen
from bot.struct import replace
from tests.bot.diagnosis.cases import (
    D,
    H,
    a_plan,
    ago,
    closed,
    evidence,
    found,
    still_open,
    used,
    words,
)

OLD = {"date_created": ago(300 * D)}
NOTHING = {"usage": (used(0),)}
NO_START = {"sessions": [still_open(5, start=None)]}
FIRES = [
    ("active, and nothing was used", NOTHING, {}, "critical"),
    ("usage unknown", {}, {}, "warning"),
    ("active, of unknown age", NOTHING, {"date_created": None}, "critical"),
    (
        "rows without a start are none",
        NOTHING | {"sessions": [still_open(5, start=None)]},
        {},
        "critical",
    ),
    ("ready", {}, {"status": "ready"}, "info"),
    ("made today", NOTHING, {"date_created": ago(9 * H)}, "info"),
    ("data was used all the same", {"usage": (used(5),)}, {}, "info"),
    ("in roaming", {"usage": (used(5, home=0),)}, {}, "info"),
    ("rows were lost", {"skipped": 1}, {}, "warning"),
]
MUST_NOT = [
    ("new SIMs are explained", "new", (), False),
    ("blocked SIMs are explained", "suspended", (), False),
    ("a change is under way", "updating", (), False),
    ("an unknown status", None, (), False),
    ("a status nobody has heard of", "inactive", (), False),
    ("unread is not empty", "active", (), True),
    ("a session that ended long ago", "active", (closed(29 * D, 5),), False),
    ("a session open for 35 days", "active", (still_open(35 * D),), False),
    ("a session of which little is known", "active", (still_open(5, None),), False),
]


@pytest.mark.parametrize(("why", "known", "sim", "word"), FIRES)
def test_an_empty_window_is_found(why, known, sim, word):
    """A SIM that may connect and has an empty window is critical, unless something explains it."""
    sessions, known = known.get("sessions", ()), {**known}
    known.pop("sessions", None)

    assert [word] == words(never_seen, evidence(*sessions, **known, **OLD | sim)), why


@pytest.mark.parametrize(
    ("plan", "apn", "sms"),
    [
        (None, "wireless.twilio.com", True),
        ({"unique_name": "fleet-1gb"}, "wireless.twilio.com", True),
        ({"unique_name": "NB-IoT 10"}, "iot.nb", True),
        ({"friendly_name": "Narrowband", "messaging_enabled": False}, "iot.nb", False),
    ],
)
def test_the_advice_fits_the_plan(plan, apn, sms):
    """The APN is that of the plan's radio, and an SMS is advised only where the plan allows it."""
    (finding,) = found(never_seen, evidence(plan=plan and a_plan(**plan), **OLD))

    assert apn in finding.next_step
    assert sms == ("SMS" in finding.next_step)


@pytest.mark.parametrize(("why", "status", "sessions", "unread"), MUST_NOT)
def test_what_is_not_never_seen(why, status, sessions, unread):
    """A SIM that may not connect, and a window that holds or may hold a session, find nothing."""
    assert [] == words(never_seen, evidence(*sessions, status=status, unread=unread)), why


def test_who_was_alive_has_the_right_apn():
    """Data that was used, or contacts from before the window, tell that its settings are right."""
    at = ago(60 * D).timestamp()
    before = Contact(at, at, is_open=False, up=None, down=None)
    seldom = replace(evidence(**NOTHING, **OLD), earlier=(before,))
    both = seldom, evidence(usage=(used(5),), **OLD)
    steps = [found(never_seen, known)[0].next_step for known in both]

    assert all(step.startswith("Fine if") and "APN" not in step for step in steps)
