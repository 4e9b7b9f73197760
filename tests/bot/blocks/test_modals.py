"""One session in a window, and what a card's buttons open."""

import re
from datetime import timedelta

import pytest
from hypothesis import given, settings

from bot.blocks import ids
from bot.blocks.modals import (
    explanation_view,
    feedback_view,
    loading_view,
    notice_view,
    paste_view,
    session_facts,
    session_view,
    ticket_lines,
    ticket_view,
)
from bot.blocks.replies import error_screen
from bot.blocks.report import session_report
from bot.diagnosis.rule import When
from bot.errors import Candidate, SimNotFound
from bot.kore.models import DataSession, RatePlan
from bot.sessions.redaction import redacted
from tests.bot.blocks.reports import HOSTILE, NOW, REPORTS, a_finding, a_report, view_wrongs, words
from tests.builders import ICCID, IMEI, NOON, SID, a_session, a_sim

HOUR = timedelta(hours=1)
MANY = tuple(a_session(start=NOW - n * HOUR, end=NOW) for n in range(350))


def opened(at=None, given=MANY, days=30):
    start = None if at is None else given[at].start
    return session_view(a_report(sessions=given), ids.Details(sid=SID, days=days, start=start))


def turns(view):
    rows = [block for block in view["blocks"] if block.get("block_id") == ids.SESSION_PAGES]
    return {
        each["text"]["text"]: ids.Details.from_value(each["value"]).start
        for row in rows
        for each in row["elements"]
    }


def test_all_fields_of_a_session():
    """Every property of KORE's resource is in the window, unknown said field by field."""
    labels = [fact.label for fact in session_facts(a_session(), a_report())]

    assert len(DataSession().model_dump()) + 1 == len(labels)
    assert "Duration" in labels

    values = [fact.value for fact in session_facts(DataSession.model_construct(), a_report())]

    assert not any("None" in value or value in {"", "0"} for value in values)


def test_the_newest_is_shown_first():
    """Without a choice the window shows the newest session and the way to older ones."""
    view = opened()
    [choice] = view["blocks"][1]["elements"]

    assert "*Session 1 of 350*, newest first" in list(words(view))
    assert 100 == len(choice["options"])
    assert NOW.isoformat() == choice["initial_option"]["value"]
    assert {"Older ›": MANY[1].start, "Older 100 »": MANY[100].start} == turns(view)
    assert [] == view_wrongs(view)


@pytest.mark.parametrize(
    ("at", "ways"),
    [
        (0, {"Older ›": 1, "Older 100 »": 100}),
        (150, {"‹ Newer": 149, "Older ›": 151, "« Newer 100": 0, "Older 100 »": 200}),
        (349, {"‹ Newer": 348, "« Newer 100": 200}),
    ],
)
def test_turning_pages(at, ways):
    """Every session of a long history can be reached."""
    view = opened(at)

    assert {label: MANY[to].start for label, to in ways.items()} == turns(view)
    assert [] == view_wrongs(view)


def test_the_choice():
    """It leads to its session, to the newest where that is gone, and never stays chosen."""
    view = opened()
    option = view["blocks"][1]["elements"][0]["options"][42]
    chosen = ids.chosen_session(view["private_metadata"], option["value"])

    assert ids.Details(sid=SID, days=30, start=MANY[42].start) == chosen

    chosen = ids.Details(sid=SID, days=30, start=NOON - timedelta(days=99))
    view = session_view(a_report(sessions=MANY), chosen)

    assert "*Session 1 of 350*, newest first" in list(words(view))

    rows = [opened(at)["blocks"][1] for at in (0, 1, 150)]

    assert ["actions"] * 3 == [row["type"] for row in rows]
    assert 3 == len({row["block_id"] for row in rows})


def test_what_can_be_chosen_is_told_in_the_readers_zone():
    """A choice takes no date token, so its time is that of the reader's own clock."""
    chosen = ids.Details(sid=SID, start=MANY[0].start)
    view = session_view(a_report(sessions=(a_session(),)), chosen, "America/Mexico_City")
    (option,) = view["blocks"][1]["elements"][0]["options"]

    assert "2026-01-05 06:00:00 CST · T-Mobile USA, LTE" == option["text"]["text"]


@pytest.mark.parametrize("given", [None, (), (DataSession.model_construct(),)])
def test_no_session(given):
    """Without a session the window says so."""
    view = opened(given=given)

    assert any("no session to show" in text for text in words(view))
    assert [] == view_wrongs(view)


def test_what_fits_into_a_view():
    """However long the history is; where a pasted list's answer goes comes back with it."""
    many = tuple(
        a_session(start=NOW - n * timedelta(minutes=5), end=NOW, operator_name="N" * 300)
        for n in range(5000)
    )

    assert [] == view_wrongs(opened(2500, many))

    place = ids.ReplyTarget(
        channel="C1", thread="1.5", response_url="https://hooks.example/" + "x" * 400
    )

    view = paste_view(place, "Paste them.")

    assert [] == view_wrongs(view)
    assert place == ids.ReplyTarget.from_value(view["private_metadata"])


@given(report=REPORTS)
@settings(max_examples=60, deadline=None)
def test_any_report_fits(report):
    """Whatever is known or unknown, Slack takes the windows, those of a card too."""
    assert [] == view_wrongs(session_view(report, ids.Details(sid=SID)))
    assert [] == view_wrongs(explanation_view(report, ["x" * 2000] * 9))
    assert [] == view_wrongs(ticket_view(report))


def test_loading_and_notice_views():
    """A window keeps what it is about until its answer is known; an error has no buttons there."""
    view = loading_view("Session details", ids.Share(sid="DE"))

    assert [] == view_wrongs(view)
    assert '{"sid":"DE"}' == view["private_metadata"]

    view = notice_view(
        "Session details", error_screen(SimNotFound("Gone.", (Candidate(SID, "a"),)))
    )

    assert [] == view_wrongs(view)
    assert "🔎 Gone." in list(words(view))
    assert ["section"] == [block["type"] for block in view["blocks"]]


OVER = a_finding(rule="idle_session", title="Idle", when=When.OVER, next_step=None)
UNDER = a_finding(rule="gone_silent", title="Silent", explained_by="flapping", next_step=None)

SAID = "1 246 session starts between 2026-01-05 12:00 UTC and 2026-01-05 15:00 UTC."


def test_how_we_know():
    """Each finding has its evidence and whose line it is; what is over stands under "Earlier"."""
    report = a_report(findings=(a_finding(), UNDER, OVER))
    text = "\n".join(words(explanation_view(report, ["flapping: 3 of 4 starts"])["blocks"]))
    parts = ["Critical · Flapping.", "→ Check", "Rule: `flapping`", "*Also seen*"]
    parts += ["Silent.", "↳ explained by “Flapping”", "*Earlier*", "Idle.", "↳ over", "3 of 4"]
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
        "Last session: from 2026-01-05T12:00:00Z, still open",
        "Last updated: 2026-01-05T14:56:00Z",
        "Network: T-Mobile USA, 310-260, USA, LTE",
        "Cell: 310-260-40482-1243, ≈ 37.883, -122.368 (tower, not device)",
        "Packets: 246 sent, 296 received",
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
    for view in (explanation_view(report), ticket_view(report)):
        assert [] == view_wrongs(view)
        assert not [text for text in words(view) if "<!channel" in text or "<@U1" in text]


def test_the_form_of_feedback():
    """It asks about the rule that the answer named, and brings it back."""
    asked = ids.More(sid=SID, what=ids.Overflow.RIGHT, rule="flapping")
    view = feedback_view(asked)

    assert [] == view_wrongs(view)
    assert "Was “Flapping” right?" in list(words(view))
    assert asked == ids.More.from_value(view["private_metadata"])


@pytest.mark.parametrize(
    ("title", "asks"),
    [
        ("Connects far more often than usual", "Connects far more often than usual"),
        ("<b> & :fire: " + "x" * 90, "Connects or sends unusually"),
    ],
)
def test_the_form_of_feedback_names_what_the_answer_said(title, asks):
    """A rule has several findings: the one that was read is asked about, where it is short."""
    found = a_finding(rule="degraded", title=title)
    drawn = str(session_report(a_report(findings=(found,))).blocks)
    (value,) = re.findall(r"'value': '([^']*\"right\"[^']*)'", drawn)
    view = feedback_view(ids.More.from_value(value))

    assert len(value) <= 150
    assert f"Was “{asks}” right?" in list(words(view))
