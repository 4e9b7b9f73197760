"""Slack's payload as a typed request, and who is behind it."""

from contextlib import suppress

import pytest
from hypothesis import given

from bot.errors import OldButton
from bot.ops.metrics import Metrics
from bot.services import Request
from bot.sims.spotter import places_of
from bot.slack.access import Access, Actor
from bot.slack.identity import ListeningConfig
from bot.struct import replace
from handlers.digest_form import values_in
from handlers.history import session_of_button, session_of_select
from handlers.home import request_of_event
from handlers.interactions import action_in, value_of
from handlers.mentions import pasted_in, question_in
from handlers.middleware import delivery_id, is_for_us, kind_of
from handlers.payloads import actor_of, from_click, from_command, from_shortcut, is_late, team_of
from handlers.previews import sims_linked
from tests.fakes import FakeClock
from tests.handlers.strange import BODIES, JSON

COMMAND = {
    "command": "/x",
    "team_id": "T1",
    "user_id": "U1",
    "channel_id": "C1",
    "text": "help me",
    "response_url": "https://x/1",
    "trigger_id": "1.2",
}
CLICK = {
    "type": "block_actions",
    "team": {"id": "T1"},
    "user": {"id": "U1", "team_id": "T1"},
    "container": {"type": "message", "channel_id": "C1", "is_ephemeral": True},
    "response_url": "https://x/1",
    "trigger_id": "1.2",
}
IN_VIEW = {"view": {"id": "V1"}, "container": {"type": "view"}}
EVENT = {"type": "event_callback", "event": {"user": "U1", "channel": "C1"}}


def test_a_command():
    """Who, where, the URL for the answer, and the text that is left."""
    expected = Request("T1", "U1", "C1", "me", "https://x/1", None, "1.2", id="1.2")
    expected = replace(expected, typed="help me")

    assert expected == from_command(COMMAND, "me")


def test_a_click():
    """The thread and whether all see it come from the message that was clicked."""
    plain = {"channel": "C1", "team": "T1", "thread": None, "is_public": False}
    for changes, expected in (
        ({}, {}),
        ({"container": {"type": "message", "channel_id": "C1"}}, {"is_public": True}),
        ({"container": {"channel_id": "C1", "thread_ts": "1.5"}}, {"thread": "1.5"}),
        ({"message": {"thread_ts": "1.5"}}, {"thread": "1.5"}),
        ({"container": {}, "channel": {"id": "C2"}}, {"channel": "C2"}),
        ({"container": {"type": "view"}}, {"channel": ""}),
        ({"team": None, "user": {"id": "U1", "team_id": "T2"}}, {"team": "T2"}),
    ):
        request = from_click(CLICK | changes)

        assert plain | expected == {name: getattr(request, name) for name in plain}, changes


def test_a_shortcut():
    """It is answered for all to see, in the thread of the message it was used on."""
    for changes, thread in (
        ({"message": {"ts": "1.5"}}, "1.5"),
        ({"message": {"ts": "1.5", "thread_ts": "1.0"}}, "1.0"),
        ({"message": "odd", "message_ts": "1.4"}, "1.4"),
    ):
        request = from_shortcut(CLICK | {"channel": {"id": "C1"}} | changes)

        found = (request.thread, request.channel, request.user, request.aloud)
        assert (thread, "C1", "U1", True) == found, changes


def test_who_acts():
    """Team, organisation, person and place, from wherever that kind of payload has them."""
    for body, actor in (
        (COMMAND, Actor("T1", None, "U1", "C1")),
        (COMMAND | {"enterprise_id": "E1"}, Actor("T1", "E1", "U1", "C1")),
        (CLICK, Actor("T1", None, "U1", "C1")),
        (CLICK | {"enterprise": {"id": "E1"}}, Actor("T1", "E1", "U1", "C1")),
        (CLICK | {"container": {}, "channel": {"id": "C2"}}, Actor("T1", None, "U1", "C2")),
        (CLICK | {"user": {"id": "U1"}}, Actor("T1", None, "U1", "C1")),
        (CLICK | IN_VIEW, Actor("T1", None, "U1", None, in_view=True)),
        (EVENT | {"enterprise_id": "E1"}, Actor("T9", "E1", "U1", "C1")),
    ):
        assert actor == actor_of(body, "T9"), body


def test_a_foreigner_never_gets_our_organisation():
    """In a channel shared with another company the payload's organisation is ours, not theirs."""
    for body in (
        CLICK | {"user": {"id": "U2", "team_id": "T2"}, "enterprise": {"id": "E1"}},
        EVENT | {"is_ext_shared_channel": True, "enterprise_id": "E1"},
    ):
        actor = actor_of(body, "T2")

        assert ("T2", None) == (actor.team, actor.enterprise), body


def test_what_a_payload_does_not_say_is_unknown():
    """Nothing is made up: a strange payload gives an empty request, and nobody who acts."""
    for body in (
        {},
        {"type": "x"},
        {"user": "U1"},
        {"team": None, "user": None},
        {"user": None, "container": [], "team": "T1", "message": 7},
        {"team": {"id": ["T1"]}, "user": {"id": {}, "team_id": 7}, "response_url": ["https://x"]},
        {"team_id": ["T1"], "user_id": {}, "channel_id": 7, "trigger_id": []},
        {"channel": {"id": []}},
    ):
        for found in (from_click(body), from_command(body, "")):
            assert Request("", "", "", "", id=found.id) == found, body
        assert Actor(None, None, None, None) == actor_of(body, None), body


LISTENING = ListeningConfig("U0SIMSESS", frozenset({"C1"}))
LISTED = Access("T1", users=frozenset({"U1"}), channels=frozenset({"C1"}))


@given(body=BODIES, team=JSON)
def test_nothing_in_a_payload_makes_a_reading_fail(body, team):
    """Whatever stands in it, each reading ends; a value is what we sent, or from an old button."""
    for read in (action_in, value_of, request_of_event, places_of, kind_of, delivery_id):
        read(body)
    for read in (from_click, from_shortcut, team_of, pasted_in, sims_linked):
        read(body)
    from_command(body, "")
    for read in (question_in, is_for_us):
        read(body, LISTENING)
    is_late(body, FakeClock(), Metrics())
    for read in (session_of_button, session_of_select, values_in):
        with suppress(OldButton):
            read(body)
    actor = actor_of(body, team)

    assert all(
        value is None or isinstance(value, str)
        for value in (actor.team, actor.enterprise, actor.user, actor.channel)
    )
    assert LISTED.is_listed(actor) in {True, False}


@pytest.mark.parametrize(("sent", "late"), [(0, False), (600, True)])
def test_a_mention_is_as_old_as_its_sending(sent, late):
    """Add Them, pressed an hour later, lets the bot answer what mentioned it."""
    clock = FakeClock()
    now = int(clock.now().timestamp())
    event = {"type": "app_mention", "event_ts": f"{now - 3600}.000000"}

    assert late is is_late({"event_time": now - sent, "event": event}, clock, Metrics())


@pytest.mark.parametrize(
    ("event_time", "ts", "late"),
    [
        (0, "0", False),
        (599, "599", False),
        (600, "0", True),
        (0, "600", True),
        (None, "0", False),
        (None, None, False),
        ("soon", "now", False),
        (True, "1e9", False),
    ],
)
def test_how_old_an_event_may_be(event_time, ts, late):
    """Its own time and its envelope's count, whichever is older; without one it is not late."""
    clock = FakeClock()
    now = int(clock.now().timestamp())
    body = {
        "event_time": now - event_time if type(event_time) is int else event_time,
        "event": {"event_ts": f"{now - int(ts)}.000000" if ts and ts.isdigit() else ts},
    }

    assert late is is_late(body, clock, Metrics())
