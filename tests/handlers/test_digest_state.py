"""What stands in a digest's form when it comes back."""

import pytest

from bot.sandbox.slack_api.payloads import from_view
from tests.handlers.digesting import (
    PUMPS,
    bot_on,
    fill,
    kept,
)


@pytest.fixture
async def whole(database_url):
    async with bot_on(database_url) as running:
        yield running


@pytest.mark.parametrize(
    "broken_view",
    [
        {},
        {"private_metadata": "x"},
        {"private_metadata": "{}", "state": {"values": {}}},
        {"private_metadata": "{}", "state": {"values": {"digest_field_which": 7}}},
        {"private_metadata": '{"kept":{"which":"some","every":"day","when_quiet":"line"}}'},
    ],
)
@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_form_that_is_not_ours(dispatch, whole, broken_view):
    """
    Whatever stands in the payload, it is answered and nothing is kept.
    """
    payload = {
        "type": "view_submission",
        "user": {"id": "U0ANA0001", "team_id": "T0ACMEIOT"},
        "team": {"id": "T0ACMEIOT"},
        "view": {"callback_id": "digest_form", "type": "modal"} | broken_view,
    }

    answer = await dispatch(payload)
    await whole.settle()

    assert 200 == answer.status
    assert "another version of me" in answer.body
    assert () == await kept(whole)


async def test_the_same_form_sent_twice_is_kept_once(dispatch, whole):
    """
    A submission that is delivered again is dropped.
    """
    await whole.type("digest add")
    await fill(whole, PUMPS)
    workspace = whole.slack.workspace
    seen = workspace._whole(workspace._open_view("ana"))
    payload = from_view("view_submission", workspace.person("ana"), seen)
    payload["trigger_id"] = workspace.ids.token()

    for _ in range(2):
        await dispatch(payload)
    await whole.settle()

    assert 1 == len(await kept(whole))
