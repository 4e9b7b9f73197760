"""One session in a window."""

from datetime import timedelta

import pytest
from hypothesis import given, settings

from bot.blocks import ids
from bot.blocks.errors import error_screen
from bot.blocks.modals import loading_view, notice_view, paste_view, session_facts, session_view
from bot.kore.models import DataSession
from bot.sims.errors import Candidate, SimNotFound
from tests.bot.blocks.reports import NOW, REPORTS, a_report, view_wrongs, words
from tests.builders import NOON, SID, a_session

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
    """
    It leads to its session, to the newest where that is gone, and never stays chosen by itself.
    """
    view = opened()
    option = view["blocks"][1]["elements"][0]["options"][42]
    chosen = ids.chosen(view["private_metadata"], option["value"])

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

    place = ids.Place(channel="C1", thread="1.5", response_url="https://hooks.example/" + "x" * 400)

    view = paste_view(place, "Paste them.")

    assert [] == view_wrongs(view)
    assert place == ids.Place.from_value(view["private_metadata"])


@given(report=REPORTS)
@settings(max_examples=60, deadline=None)
def test_any_report_fits(report):
    """Whatever is known or unknown, Slack takes the window."""
    assert [] == view_wrongs(session_view(report, ids.Details(sid=SID)))


def test_loading_and_notice_views():
    """A window keeps what it is about until its answer is known; an error has no buttons there."""
    view = loading_view("Session details", '{"sid":"DE"}')

    assert [] == view_wrongs(view)
    assert '{"sid":"DE"}' == view["private_metadata"]

    view = notice_view(
        "Session details", error_screen(SimNotFound("Gone.", (Candidate(SID, "a"),)))
    )

    assert [] == view_wrongs(view)
    assert "🔎 Gone." in list(words(view))
    assert ["section"] == [block["type"] for block in view["blocks"]]
