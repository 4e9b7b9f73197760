"""Work Objects as the stand-in for Slack takes them."""

import copy

import pytest

from bot.emulators.slack.entities import Entities, checked, checked_error
from bot.emulators.slack.faults import SlackError

URL = "https://console.example.com/sims/DE1"
FIELD = {"key": "state", "label": "State", "type": "string", "value": "online"}
GOOD = {
    "entity_type": "slack#/entities/item",
    "url": URL,
    "app_unfurl_url": URL,
    "external_ref": {"id": "DE1", "type": "sim"},
    "entity_payload": {
        "attributes": {"title": {"text": "pump-7"}},
        "custom_fields": [FIELD],
        "display_order": ["state"],
    },
}
BAD = (
    (("entity_type",), "slack#/entities/sim"),
    (("url",), "console"),
    (("app_unfurl_url",), None),
    (("colour",), "red"),
    (("external_ref",), {"type": "sim"}),
    (("external_ref", "id"), 7),
    (("entity_payload", "attributes"), {}),
    (("entity_payload", "custom_fields"), [FIELD, FIELD]),
    (("entity_payload", "custom_fields"), [FIELD | {"type": "text"}]),
    (("entity_payload", "custom_fields"), [FIELD | {"value": 7}]),
    (("entity_payload", "custom_fields"), [FIELD | {"type": "integer"}]),
    (("entity_payload", "display_order"), ["cause"]),
    (("entity_payload", "blocks"), []),
)


def changed(path, value):
    entity = copy.deepcopy(GOOD)
    *parents, last = path
    place = entity
    for each in parents:
        place = place[each]
    place[last] = value
    return entity


def test_what_slack_documents_is_taken():
    """An entity of the documented form is taken, for a preview and for a pane."""
    pane = {key: value for key, value in GOOD.items() if key != "app_unfurl_url"}

    assert GOOD == checked(GOOD, unfurled=True)
    assert pane == checked(pane)


def test_anything_else_is_refused():
    """What lacks something, holds something unknown, or has it of another type, is refused."""
    for path, value in BAD:
        with pytest.raises(SlackError, match="invalid_metadata"):
            checked(changed(path, value), unfurled=True)
    for wrong in ({}, {"status": "sad"}, {"status": "custom"}):
        with pytest.raises(SlackError, match="invalid_error"):
            checked_error(wrong)


def test_a_pane_is_filled_once_and_with_what_was_opened():
    """A trigger is good for one answer, about the entity that was opened."""
    entities = Entities(shown={URL: GOOD})
    entities.open("t1", "U1", URL)
    other = changed(("external_ref", "id"), "DE2")
    for trigger, entity, code in (("t2", GOOD, "invalid_trigger"), ("t1", other, "does_not_match")):
        with pytest.raises(SlackError, match=code):
            entities.present(trigger, entity, None)
    entities.present("t1", GOOD, None)
    with pytest.raises(SlackError, match="invalid_trigger"):
        entities.present("t1", GOOD, None)

    assert {"U1": GOOD} == entities.panes
