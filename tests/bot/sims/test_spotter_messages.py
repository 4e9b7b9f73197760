"""All the text of a message, and where in it each part stands."""

import pytest
from hypothesis import given

from bot.sims.extraction import TextPart
from bot.sims.spotter import places_in, places_of
from tests.handlers.strange import BODIES


def texts_of(message):
    """Return the texts alone."""
    return [place.text for place in places_of(message)]


RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "see "},
                {"type": "link", "url": "https://x.y/1", "text": "panel"},
                {"type": "link", "url": "https://x.y/2"},
            ],
        },
        {
            "type": "rich_text_list",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "pump-7"}]},
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "pump-8"}]},
            ],
        },
    ],
}
TABLE = {
    "type": "data_table",
    "rows": [
        [{"type": "raw_text", "text": "SIM"}, {"type": "raw_text", "text": "State"}],
        [{"type": "raw_text", "text": "pump-7"}, {"type": "raw_text", "text": "offline"}],
    ],
}
FOLDED = {"type": "container", "child_blocks": [{"type": "header", "text": {"text": "pump-9"}}]}
SAID = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "user", "user_id": "U0BEN0001"},
                {"type": "text", "text": " "},
                {"type": "text", "text": "pump-7", "style": {"bold": True}},
            ],
        }
    ],
}
CARD = {
    "type": "card",
    "title": {"type": "mrkdwn", "text": "pump-7"},
    "subtitle": {"type": "mrkdwn", "text": "pump-8"},
    "body": {"type": "mrkdwn", "text": "pump-9"},
    "url": "https://x.y/3",
}
NUMBERS = {
    "type": "data_table",
    "rows": [[{"type": "raw_number", "value": 8901}, {"type": "raw_number", "text": "12"}]],
}
BUTTONS = {"type": "actions", "elements": [{"type": "button", "text": {"text": "Ack pump-1"}}]}


@pytest.mark.parametrize(
    ("message", "texts"),
    [
        ({}, []),
        ({"text": "pump-7"}, ["pump-7"]),
        (
            {"text": "a", "blocks": [RICH]},
            ["a", "see <https://x.y/1|panel><https://x.y/2>\npump-7\npump-8"],
        ),
        ({"blocks": [TABLE]}, ["SIM | State\npump-7 | offline"]),
        ({"blocks": [FOLDED, BUTTONS]}, ["pump-9"]),
        (
            {"attachments": [{"title": "t", "fields": [{"title": "SIM", "value": "pump-7"}]}]},
            ["t\nSIM: pump-7"],
        ),
        ({"attachments": [{"fallback": "pump-7 down"}]}, ["pump-7 down"]),
        ({"attachments": [{"text": "x", "fallback": "x"}]}, ["x"]),
        ({"attachments": [{"author_name": "pump-7", "title_link": "x"}]}, ["pump-7\nx"]),
        ({"attachments": [{"table": TABLE}]}, ["SIM | State\npump-7 | offline"]),
        (
            {"attachments": [{"attachments": [{"text": "x"}], "files": [{"preview": "y"}]}]},
            ["x", "y"],
        ),
        ({"attachments": [{"message_blocks": [{"message": {"blocks": [FOLDED]}}]}]}, ["pump-9"]),
        (
            {"files": [{"plain_text": "pump-7 down", "preview": "pump-7"}]},
            ["pump-7 down", "pump-7"],
        ),
        ({"text": "<@U0BEN0001> *pump-7*", "blocks": [SAID]}, ["<@U0BEN0001> *pump-7*"]),
        ({"blocks": [CARD]}, ["<https://x.y/3>\npump-7\npump-8\npump-9"]),
        ({"blocks": [NUMBERS]}, ["8901 | 12"]),
        ({"files": [{"title": "pump-7.log", "name": "f.log"}]}, ["pump-7.log\nf.log"]),
        ({"text": "same", "attachments": [{"text": "same"}]}, ["same"]),
        ({"blocks": [{"type": [], "text": {"text": "pump-7"}}]}, ["pump-7"]),
        ({"attachments": [{"type": {}, "blocks": [{"type": {"a": 1}}], "text": "x"}]}, ["x"]),
        ({"blocks": "odd", "attachments": [7, {"blocks": [None]}], "files": {}}, []),
    ],
)
def test_texts_of(message, texts):
    """Its own text, blocks, attachments and files, each once; buttons say nothing of SIMs."""
    assert texts == texts_of(message)


@given(message=BODIES)
def test_nothing_in_a_message_makes_the_reading_fail(message):
    """Whatever other apps put into a message, texts come out."""
    assert all(isinstance(text, str) for text in texts_of(message))


def test_where_a_text_stands():
    """Each place is named as people say it, however deep, and in any payload that holds it."""
    inner = {
        "text": "a",
        "attachments": [{"text": "b", "blocks": [FOLDED]}],
        "files": [{"name": "c"}],
    }
    inner["files"][0]["preview"] = "d"
    places = [
        TextPart("text", "a"),
        TextPart("attachment 1", "b"),
        TextPart("attachment 1, block 1", "pump-9"),
        TextPart("file 1", "c", is_name=True),
        TextPart("file 1, preview", "d"),
    ]

    assert places == places_of(inner)
    assert places == places_in({"type": "event_callback", "event": inner})
    assert places == places_in({"type": "message_action", "message": inner})
    assert [TextPart("message 2, text", "x")] == places_in({"messages": [{}, {"text": "x"}]})
