"""The answer, drawn."""

from datetime import timedelta

import pytest
from hypothesis import given, settings

from bot.blocks import ids
from bot.blocks.format import WebLinks
from bot.blocks.kit import Screen
from bot.blocks.report import (
    owner_button,
    owners_line,
    person,
    session_report,
    taken_screen,
    unfurl_card,
    with_owner,
)
from bot.blocks.triage import triage_screen
from bot.diagnosis.evidence import State
from bot.sessions.redaction import redacted
from bot.sessions.triage import Owner, triage
from bot.slack.posting import ALL_BLOCKS
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
    """What is going on, why we think so, the facts, what to press; the preview has the first."""
    drawn = session_report(a_report(findings=(a_finding(),)))

    assert ["section", "context", "context", "actions"] == [block["type"] for block in drawn.blocks]
    assert drawn.blocks[0]["text"]["text"].startswith("🟢 *pump-7 is online*")
    assert "\n*Flapping.* 1\u202f246 session starts" in drawn.blocks[0]["text"]["text"]
    assert drawn.blocks[0]["text"]["text"].endswith("\n→ Check its antenna.")

    theirs = a_sim(account="acme", account_label="Acme Inc.")
    assert "account Acme Inc. (acme) · Read" in str(unfurl_card(a_report(sim=theirs)))

    drawn = session_report(a_report())

    assert "🟢 pump-7 is online since 12:00 UTC (3 h), on T-Mobile USA, LTE" == drawn.text


def test_buttons():
    """To read again, see the history, watch, share, and more; a shared answer says by whom."""
    shown = buttons(session_report(a_report()))

    assert [ids.REFRESH, ids.HISTORY, ids.WATCH, ids.SHARE, ids.MORE] == list(shown)
    assert ids.Refresh(sid=SID) == ids.Refresh.from_value(shown[ids.REFRESH]["value"])
    assert ids.HistoryWindow(sid=SID, days=30) == ids.HistoryWindow.from_value(
        shown[ids.HISTORY]["value"]
    )
    how, ticket, the_map = shown[ids.MORE]["options"]
    assert ["How we know", "Copy as ticket", "Map of the cell tower"] == [
        each["text"]["text"] for each in (how, ticket, the_map)
    ]
    assert ids.More(sid=SID, what=ids.Overflow.HOW) == ids.More.from_value(how["value"])
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
@settings(max_examples=60, deadline=None)
def test_any_report_fits(report):
    """Whatever is known or unknown, Slack takes the answer, with and without newer blocks."""
    screen = session_report(report, shared_by="U1")
    for refused in RUNGS:
        assert [] == faults(screen.without(refused)), refused


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


SIDS = [f"DE{number:032X}" for number in range(10, 13)]
NAMES = dict(zip(SIDS, ("well-1", "well-2", "<!here>"), strict=True))


def an_owner(*sids, person="U0ANA0001"):
    return Owner(person, NOW, frozenset(sid.lower() for sid in sids))


def test_the_line_says_who_is_on_what():
    """Of all that is shown it says "it", else the names, as data."""
    assert owners_line([an_owner(*SIDS)], NAMES).startswith(
        "🙋 <@U0ANA0001> has been on it since <!date^"
    )

    two = [an_owner(SIDS[0]), an_owner(*SIDS[1:], person="U0BEN0002")]

    line = owners_line(two, NAMES)
    assert "🙋 <@U0ANA0001> has been on well-1 since" in line
    assert "🙋 <@U0BEN0002> has been on well-2, &lt;!here&gt; since" in line


def test_the_button_carries_the_sims():
    """It offers to take over where somebody is on it; too many for a button is none."""
    (mine,) = owner_button(SIDS)
    (over,) = owner_button(SIDS, [an_owner(SIDS[0])])

    assert ("I'm on it", "Take over") == (mine["text"]["text"], over["text"]["text"])
    assert tuple(sid.lower()[2:] for sid in SIDS) == tuple(
        sid[2:] for sid in ids.PackedSims.from_value(mine["value"]).sids
    )
    assert [] == owner_button(SIDS * 31) == owner_button([])


def test_a_message_that_stands_gets_its_owner_once():
    """The line stands above the buttons, a second one takes its place, and nothing is lost."""
    reports = [a_report(sim=a_sim(sid=sid), findings=(a_finding(),)) for sid in SIDS]
    before = triage_screen(triage(SIDS, reports), for_all=True)

    once = with_owner(before.text, before.blocks, an_owner(*SIDS))
    twice = with_owner(once.text, once.blocks, an_owner(*SIDS, person="U0BEN0002"))

    kinds = [block.get("block_id") or block["type"] for block in twice.blocks]
    assert len(before.blocks) + 1 == len(once.blocks) == len(twice.blocks)
    assert [ids.OWNERS, ids.TRIAGE_ACTIONS] == kinds[-2:]
    assert "<@U0BEN0002> has been on it" in str(twice.blocks)
    assert "<@U0ANA0001>" not in str(twice.blocks)
    assert "Take over" in str(once.blocks)
    assert "I'm on it" not in str(once.blocks)
    assert [] == faults(once)

    bare = with_owner("hello", [{"type": "divider"}], an_owner(*SIDS))

    assert ["divider", "context"] == [block["type"] for block in bare.blocks]
    assert "🙋 <@U0ANA0001> is on it: 3 SIMs" == taken_screen(an_owner(*SIDS)).text


def test_a_session_of_a_clock_that_is_ahead_counts_not_yet():
    """KORE's clock may be minutes ahead of ours: what begins after now was no connection so far."""
    ahead = a_session(start=NOW + timedelta(minutes=2), end=None, last_updated=None)

    assert () == a_report(sessions=(ahead,)).connected
