"""Slack's payload as a typed request."""

import pytest

from handlers.payloads import Request, from_click, from_command, from_shortcut

CLICK = {
    "team": {"id": "T1"},
    "user": {"id": "U1"},
    "container": {"type": "message", "channel_id": "C1", "is_ephemeral": True},
    "response_url": "https://x/1",
    "trigger_id": "1.2",
}


def test_a_command():
    """
    Who, where, the URL for the answer, and the text that is left.
    """
    payload = {
        "team_id": "T1",
        "user_id": "U1",
        "channel_id": "C1",
        "text": "help me",
        "response_url": "https://x/1",
        "trigger_id": "1.2",
    }

    request = from_command(payload, "me")

    assert Request("T1", "U1", "C1", "me", "https://x/1", None, "1.2") == request


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"container": {"type": "message", "channel_id": "C1"}}, {"is_public": True}),
        ({"container": {"channel_id": "C1", "thread_ts": "1.5"}}, {"thread": "1.5"}),
        ({"message": {"thread_ts": "1.5"}}, {"thread": "1.5"}),
        ({"container": {}, "channel": {"id": "C2"}}, {"channel": "C2"}),
        ({"container": {"type": "view"}}, {"channel": ""}),
        ({"team": None, "user": {"id": "U1", "team_id": "T2"}}, {"team": "T2"}),
    ],
)
def test_a_click(changes, expected):
    """
    The thread and whether all see it come from the message that was clicked.
    """
    plain = {"channel": "C1", "team": "T1", "thread": None, "is_public": False} | expected

    request = from_click(CLICK | changes)

    assert plain == {name: getattr(request, name) for name in plain}


@pytest.mark.parametrize("body", [{}, {"user": None, "container": [], "team": "T1", "message": 7}])
def test_nothing_in_a_payload_makes_the_reading_fail(body):
    """
    A strange payload gives an empty request, never an exception.
    """
    assert Request("", "", "", "") == from_click(body)
    assert Request("", "", "", "") == from_command(body, "")


@pytest.mark.parametrize(
    ("message", "thread"),
    [({"ts": "1.5"}, "1.5"), ({"ts": "1.5", "thread_ts": "1.0"}, "1.0"), ("odd", "1.4")],
)
def test_a_shortcut(message, thread):
    """
    It is answered for all to see, in the thread of the message it was used on.
    """
    payload = CLICK | {"channel": {"id": "C1"}, "message": message, "message_ts": "1.4"}
    payload |= {"message_ts": None} if isinstance(message, dict) else {}

    request = from_shortcut(payload)

    assert (thread, "C1", "U1", True) == (
        request.thread,
        request.channel,
        request.user,
        request.aloud,
    )
