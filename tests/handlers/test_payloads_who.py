"""Who is behind a payload."""

import pytest

from handlers.payloads import Actor, actor_of

COMMAND = {"command": "/x", "team_id": "T1", "user_id": "U1", "channel_id": "C1"}
CLICK = {
    "type": "block_actions",
    "team": {"id": "T1"},
    "user": {"id": "U1", "team_id": "T1"},
    "container": {"type": "message", "channel_id": "C1"},
}
EVENT = {"type": "event_callback", "event": {"user": "U1", "channel": "C1"}}


@pytest.mark.parametrize(
    ("body", "actor"),
    [
        (COMMAND, Actor("T1", None, "U1", "C1")),
        (COMMAND | {"enterprise_id": "E1"}, Actor("T1", "E1", "U1", "C1")),
        (CLICK, Actor("T1", None, "U1", "C1")),
        (CLICK | {"enterprise": {"id": "E1"}}, Actor("T1", "E1", "U1", "C1")),
        (CLICK | {"container": {}, "channel": {"id": "C2"}}, Actor("T1", None, "U1", "C2")),
        (CLICK | {"user": {"id": "U1"}}, Actor("T1", None, "U1", "C1")),
        (
            CLICK | {"view": {"id": "V1"}, "container": {"type": "view"}},
            Actor("T1", None, "U1", None, in_view=True),
        ),
        (EVENT | {"enterprise_id": "E1"}, Actor("T9", "E1", "U1", "C1")),
    ],
)
def test_what_a_payload_surely_tells(body, actor):
    """
    Team, organisation, person and place, from wherever that kind of payload has them.
    """
    assert actor == actor_of(body, "T9")


@pytest.mark.parametrize(
    "body",
    [
        CLICK | {"user": {"id": "U2", "team_id": "T2"}, "enterprise": {"id": "E1"}},
        EVENT | {"is_ext_shared_channel": True, "enterprise_id": "E1"},
    ],
)
def test_a_foreigner_never_gets_our_organisation(body):
    """
    In a channel shared with another company the payload's organisation is ours, not theirs.
    """
    actor = actor_of(body, "T2")

    assert ("T2", None) == (actor.team, actor.enterprise)


@pytest.mark.parametrize("body", [{}, {"type": "x"}, {"user": "U1"}, {"team": None, "user": None}])
def test_what_is_not_told_is_unknown(body):
    """
    Nothing is made up, and nothing raises.
    """
    assert Actor(None, None, None, None) == actor_of(body, None)
