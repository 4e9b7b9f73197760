"""The windows behind an answer's three dots."""

import pytest
from hypothesis import given, settings

from bot.blocks import ids
from bot.blocks.card_windows import feedback_view, how_view, ticket_lines, ticket_view
from bot.diagnosis.rule import When
from bot.kore.models import RatePlan
from bot.sessions.redaction import redacted
from tests.bot.blocks.reports import HOSTILE, REPORTS, a_finding, a_report, view_wrongs, words
from tests.builders import ICCID, IMEI, SID, a_session, a_sim

OVER = a_finding(rule="idle_session", title="Idle", when=When.OVER, next_step=None)
UNDER = a_finding(rule="gone_silent", title="Silent", explained_by="flapping", next_step=None)

SAID = "1 246 session starts between 2026-01-05 12:00 UTC and 2026-01-05 15:00 UTC."


def test_how_we_know():
    """Each finding has its evidence and whose line it is; what is over stands under "Earlier"."""
    report = a_report(findings=(a_finding(), UNDER, OVER))
    text = "\n".join(words(how_view(report, ["flapping: 3 of 4 starts"])["blocks"]))
    parts = ["Critical · Flapping.", "→ Check", "Rule: `flapping`", "*Also seen*"]
    parts += ["Silent.", "↳ explained by `flapping`", "*Earlier*", "Idle.", "↳ over", "3 of 4"]
    places = [text.find(part) for part in parts]

    assert -1 not in places
    assert sorted(places) == places
    assert f"SIM pump-7 · `{SID}` · ICCID" in text
    assert "Last 30 days: 212 sessions, 3 networks" in text


def test_a_ticket():
    """KORE's support gets ids, times in UTC and the evidence as plain text."""
    plan = RatePlan(sid="WP1", unique_name="pumps-mx")
    report = a_report(findings=(a_finding(), OVER), rate_plan=plan)

    assert [
        "SIM: pump-7",
        f"SIM SID: {SID}",
        "ICCID: 8901 2600 1234 5678 909",
        "Status: active, plan pumps-mx",
        "State: online since 2026-01-05T12:00:00Z",
        f"Session SID: {a_session().sid}",
        "Last session: 2026-01-05T12:00:00Z to still open",
        "Last updated: 2026-01-05T14:56:00Z",
        "Network: T-Mobile USA, 310-260, USA, LTE",
        "Cell: 310-260-40482-1243, ≈ 37.883, -122.368 (tower, not device)",
        "Packets: ↑ 246 ↓ 296 packets",
        "IMEI: 01493100-012970-0",
        f"Finding: Flapping. {SAID}",
        f"Also (over): Idle. {SAID}",
        "Read from the API: 2026-01-05T14:59:48Z",
    ] == [line.replace("\u202f", " ") for line in ticket_lines(report)]

    told = " ".join(words(ticket_view(redacted(report, "Left out."))))

    assert "SIM SID" in told
    assert not [s for s in (ICCID, IMEI, "8901 26", "0149310", "37.88", "redacted") if s in told]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_only_a_name(name):
    """Whatever a SIM is called, the windows keep to Slack's limits and page nobody."""
    report = a_report(sim=a_sim(unique_name=name), findings=(a_finding(),))
    for view in (how_view(report), ticket_view(report)):
        assert [] == view_wrongs(view)
        assert not [text for text in words(view) if "<!channel" in text or "<@U1" in text]


@given(report=REPORTS)
@settings(max_examples=60, deadline=None)
def test_any_report_fits(report):
    """Whatever is known or unknown, Slack takes the windows."""
    assert [] == view_wrongs(how_view(report, ["x" * 2000] * 9))
    assert [] == view_wrongs(ticket_view(report))


def test_the_form_of_feedback():
    """It asks about the rule that the answer named, and brings it back."""
    asked = ids.More(sid=SID, what=ids.Extra.RIGHT, rule="flapping")
    view = feedback_view(asked)

    assert [] == view_wrongs(view)
    assert "Was “flapping” right?" in list(words(view))
    assert asked == ids.More.from_value(view["private_metadata"])
