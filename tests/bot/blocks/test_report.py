"""The answer, drawn."""

from datetime import timedelta

import pytest
from hypothesis import given, settings

from bot.blocks import ids
from bot.blocks.kit import ALL_BLOCKS, Screen
from bot.blocks.report import person, session_report, unfurl_card
from bot.blocks.weblinks import WebLinks
from bot.diagnosis.evidence import State
from bot.sessions.redaction import redacted
from tests.bot.blocks.reports import (
    HOSTILE,
    NOW,
    REPORTS,
    RUNGS,
    a_finding,
    a_report,
    faults,
    words,
)
from tests.builders import ICCID, IMEI, SID, a_session, a_sim


def buttons(screen):
    return {element["action_id"]: element for element in screen.blocks[-1]["elements"]}


def test_order():
    """
    What is going on, why we think so, the facts, what to press; the notification says the first.
    """
    drawn = session_report(a_report(findings=(a_finding(),)))

    assert [
        "section",
        "context",
        "context",
        "actions",
    ] == [block["type"] for block in drawn.blocks]
    assert drawn.blocks[0]["text"]["text"].startswith("🟢 *pump-7 is online*")
    assert "\n*Flapping.* 1\u202f246 session starts" in drawn.blocks[0]["text"]["text"]
    assert drawn.blocks[0]["text"]["text"].endswith("\n→ Check its antenna.")

    drawn = session_report(a_report())

    assert "🟢 pump-7 is online since 12:00 UTC (3 h), on T-Mobile USA, LTE" == drawn.text


def test_buttons():
    """To read again, see the history, watch, share, and more; a shared answer says by whom."""
    shown = buttons(session_report(a_report()))

    assert [ids.REFRESH, ids.HISTORY, ids.WATCH, ids.SHARE, ids.MORE] == list(shown)
    assert ids.Refresh(sid=SID) == ids.Refresh.from_value(shown[ids.REFRESH]["value"])
    assert ids.Window(sid=SID, days=30) == ids.Window.from_value(shown[ids.HISTORY]["value"])
    how, ticket, the_map = shown[ids.MORE]["options"]
    assert ["How we know", "Copy as ticket", "Map of the cell tower"] == [
        each["text"]["text"] for each in (how, ticket, the_map)
    ]
    assert ids.More(sid=SID, what=ids.Extra.HOW) == ids.More.from_value(how["value"])
    assert the_map["url"].startswith("https://www.openstreetmap.org/?mlat=37.88282")

    drawn = session_report(a_report(), shared_by="U012AB")
    shown = buttons(drawn)

    assert any("shared by <@U012AB>" in text for text in words(drawn.blocks))
    assert [ids.REFRESH, ids.HISTORY, ids.WATCH, ids.MORE] == list(shown)
    assert "U012AB" == ids.Refresh.from_value(shown[ids.REFRESH]["value"]).shared_by


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"sessions": None}, ["Retry", "Watch", "Share"]),
        ({"stale": True}, ["Retry", "History", "Watch", "Share", "map"]),
        ({"sessions": ()}, ["Refresh", "Watch", "Share"]),
        (
            {"sessions": (a_session(cell_location_estimate=None),)},
            ["Refresh", "History", "Watch", "Share"],
        ),
        (
            {"findings": (a_finding(),)},
            ["Refresh", "History", "Watch", "Share", "Open in KORE", "Runbook", "right", "map"],
        ),
    ],
)
def test_no_button_leads_nowhere(changes, shown):
    """There is no map without a place, no history without sessions, no runbook without a cause."""
    console = "https://console.example/sims/{sid}" if changes.get("findings") else None
    links = WebLinks(console, "https://wiki.example/{rule}")
    *found, more = buttons(session_report(a_report(**changes), links=links)).values()
    extras = [ids.More.from_value(each["value"]).what for each in more["options"][2:]]

    assert shown == [*(each["text"]["text"] for each in found), *extras]
    assert {f"https://console.example/sims/{SID}", "https://wiki.example/flapping"} >= {
        each["url"] for each in found if "url" in each
    }


@pytest.mark.parametrize("user", ["<!channel>", "U1> <!here", "u1", ""])
def test_only_a_person_is_mentioned(user):
    """What is no user id mentions nobody."""
    assert "<" not in person(user)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names(name):
    """Whatever a SIM or its network is called, nobody is paged and Slack takes the blocks."""
    session = a_session()
    fields = {"operator_name": name, "radio_link": name, "cell_id": name, "imei": name}
    session = session.model_copy(update=fields | {"operator_country": name})
    sim = a_sim().model_copy(update={"unique_name": name, "friendly_name": name, "status": name})
    report = a_report(sim=sim, sessions=(session,), findings=(a_finding(evidence={"first": name}),))
    drawn = session_report(report)
    text = "\n".join([drawn.text, *words(drawn.blocks[:-1])])

    assert [] == faults(drawn)
    assert "<!channel" not in text
    assert "<@U1" not in text
    assert "<https://evil" not in text
    assert "\u202e" not in text
    assert "\n> three" not in text


@given(report=REPORTS)
@settings(max_examples=150, deadline=None)
def test_any_report_fits(report):
    """Whatever is known or unknown, Slack takes the answer, with and without newer blocks."""
    for refused in RUNGS:
        assert [] == faults(session_report(report, shared_by="U1").without(refused))


@pytest.mark.parametrize("state", State)
def test_unknown_is_never_none(state):
    """A report of which next to nothing is known shows words and no placeholder."""
    session = type(a_session()).model_construct()
    sim = type(a_sim()).model_construct(sid=SID)
    report = a_report(sim=sim, sessions=(session,), state=state, since=None, summary=None)
    text = "\n".join(words(session_report(report).blocks))

    assert "None" not in text
    assert "N/A" not in text
    assert "↑ 0" not in text


def test_what_may_be_wrong_is_said():
    """What may have changed is marked with the reason, and rows that lack are counted."""
    why = "KORE is limiting how much we may ask right now."
    old = a_report(stale=True, why_stale=why, as_of=NOW - timedelta(minutes=6))
    drawn = session_report(old)

    assert "was online (as of 6 min ago)" in drawn.text
    assert 1 == sum(why in text for text in words(drawn.blocks))
    assert 1 == sum("6\u00a0min" in text for text in words(drawn.blocks))

    drawn = session_report(a_report(skipped_rows=2))

    assert any("2 rows of KORE's could not be read" in text for text in words(drawn.blocks))


def test_plainer_than_blocks():
    """Without blocks the text says everything; a preview nothing of card, device and place."""
    drawn = session_report(a_report(findings=(a_finding(),))).without(ALL_BLOCKS)

    assert [] == drawn.blocks
    assert all(
        part in drawn.text
        for part in ("is online", "Flapping", "Tower 310-260-40482-1243", "ICCID", "▃▃▃ last 24")
    )

    report = a_report(state=State.OFFLINE, findings=(a_finding(),))
    told = " ".join(words(unfurl_card(redacted(report, "Left out."))))

    assert "pump-7 is offline" in told
    assert "Flapping" in told
    assert not [secret for secret in (ICCID, IMEI, "37.88", "310-260-40482") if secret in told]


@given(report=REPORTS)
def test_any_report_is_a_card_that_slack_takes(report):
    """Whatever KORE says, the card keeps Slack's limits."""
    assert [] == faults(Screen("x", unfurl_card(report)))
